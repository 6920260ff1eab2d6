"""Help for tests of the worker: karyograms that wait, many steps at once, and troubles."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from sqlalchemy import Engine

from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream
from engine.records import store
from engine.records.database import open_session
from engine.vocabulary import Karyogram, Verdict
from engine.worker.worker import Worker, utc_now
from tests.predictors import Page
from tests.records import add_batch, karyograms, pixels, png

PACE = Pace(micro_batch=8, look_ahead=0, reclaim_seconds=0.05, block_ms=0)
MakeWorker = Callable[..., Worker]


def queue(sql_engine: Engine, stream: JobStream, count: int, **batch: object) -> list[Karyogram]:
    """Karyograms that wait, also on the stream."""
    add_batch(sql_engine, *(png(number) for number in range(count)), **batch)  # type: ignore[arg-type]
    waiting = karyograms(sql_engine)
    stream.put([one.id for one in waiting])
    return waiting


def steps(worker: Worker, count: int = 20) -> int:
    """Many steps, as if in one moment; returns how many karyograms they finished."""
    return sum(worker.step(utc_now()) for _ in range(count))


def verdict_of(sql_engine: Engine, karyogram: Karyogram) -> Verdict:
    with open_session(sql_engine) as session:
        (found,) = store.verdicts_of(session, karyogram.id)
    return found


def again(sql_engine: Engine, karyogram: Karyogram) -> Karyogram:
    with open_session(sql_engine) as session:
        return store.karyogram(session, karyogram.id)


class Poison:
    """Raises for the picture of one seed, the first so many times."""

    def __init__(self, seed: int, times: int = 10**6) -> None:
        self.target = pixels(seed)
        self.left = times

    def __call__(self, page: Page) -> None:
        if self.left and np.array_equal(page, self.target):
            self.left -= 1
            raise RuntimeError("out of memory: 7 GiB")
