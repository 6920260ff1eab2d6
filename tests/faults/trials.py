"""Trials: a batch, a fault in the middle of it, and an account of every karyogram, as `docs/reliability.md` tells it.

The moments are drawn from a seed: ``SOAK_SEED=7 make soak`` draws others, and the same seed draws the same again.
``SOAK_TRIES`` says how often each fault is tried.
"""

from __future__ import annotations

import itertools
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen

import numpy as np
import pytest
from sqlalchemy import Engine, func, select

from engine.jobs.stream import JobStream, connect_redis
from engine.operations import checks
from engine.records import audit, database, schema
from engine.records.database import open_session
from engine.vocabulary import KaryogramState
from engine.worker.worker import utc_now
from tests import servers
from tests.records import add_batch, png

COUNT = 60
RECLAIM_SECONDS = 2
SEED = int(os.environ.get("SOAK_SEED", "1"))
PATIENCE = 180.0  # seconds: a busy machine is slow

REPEATED = pytest.mark.parametrize(
    "tries", [pytest.param(int(os.environ.get("SOAK_TRIES", "20")), id="often", marks=pytest.mark.soak)]
)
ONCE_AND_REPEATED = pytest.mark.parametrize("tries", [pytest.param(1, id="once"), *REPEATED.args[1]])
"""``make test`` tries the fault once, ``make soak`` often."""


@dataclass
class Tally:
    """What became of all trials of a fault.

    ``resumed`` has the seconds from the end of each fault to the next end of a karyogram, ``done`` those until all had
    theirs: the rest of a batch takes its time without any fault, too.
    """

    karyograms: int = 0
    failed: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    done: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        """A row of the table of faults."""
        return (
            f"{len(self.done)} times, {self.karyograms:,} karyograms: {len(self.lost)} lost, {len(self.doubled)} "
            f"judged twice, {self.failed} failed visibly; went on after {_range(self.resumed)}, all done after "
            f"{_range(self.done)}"
        )


def _range(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.1f} s (at most {max(seconds):.1f} s)"


class Laboratory:
    """A record store, a stream, and slow engines in processes of their own."""

    def __init__(self, sql: Engine, stream: JobStream, environment: Mapping[str, str], log: Path) -> None:
        """See ``laboratory``."""
        self.sql, self.stream, self.tally = sql, stream, Tally()
        self.url = environment["REDIS_URL"]
        self.generator = np.random.default_rng(SEED)
        self._environment, self._log = environment, log
        self._pictures = itertools.count()

    def engine(self, **environment: str) -> AbstractContextManager[Popen[bytes]]:
        """Start an engine, with more in its environment."""
        own = {**self._environment, **environment}
        return servers.engine(own, "--batch-size", "8", module="tests.faults.slow_engine", log=self._log)

    def seconds(self, low: float, high: float) -> float:
        """Draw a number of seconds."""
        return float(self.generator.uniform(low, high))

    def batch(self, *, queued: bool = True) -> list[str]:
        """Send a batch; returns the ids of its karyograms."""
        batch = add_batch(self.sql, *(png(next(self._pictures)) for _ in range(COUNT)), now=utc_now())
        table = schema.karyograms
        with open_session(self.sql) as session:
            keys = session.scalars(select(table.c.id).where(table.c.batch_id == batch.id).order_by(table.c.created_at))
            ids = list(keys)
        if queued:
            self.stream.put(ids)
        return ids

    def judged(self, ids: list[str]) -> int:
        """How many of these have a verdict."""
        table = schema.verdicts
        with self.sql.connect() as connection:
            return connection.scalar(select(func.count()).where(table.c.karyogram_id.in_(ids))) or 0

    def waiting(self) -> int:
        """How many karyograms have no end yet."""
        with self.sql.connect() as connection:
            waits = schema.karyograms.c.state == KaryogramState.QUEUED
            return connection.scalar(select(func.count()).where(waits)) or 0

    def reach_the_middle(self, ids: list[str]) -> None:
        """Wait until a random share of a batch is judged."""
        moment = int(self.generator.integers(1, COUNT * 2 // 3))
        servers.wait_until(lambda: self.judged(ids) >= moment, PATIENCE)
        time.sleep(self.seconds(0.0, 0.2))

    def endure(self, fault: Callable[[], None]) -> None:
        """Send a batch, have the fault in the middle of it begin and end, and see what becomes of all karyograms."""
        ids = self.batch()
        self.reach_the_middle(ids)
        fault()
        self.recover(ids)

    def recover(self, ids: list[str]) -> None:
        """Wait until every karyogram has its end and no job is left, and enter it into the tally."""
        start, before = time.monotonic(), self.waiting()
        servers.wait_until(lambda: self.waiting() < max(1, before), PATIENCE)
        self.tally.resumed.append(time.monotonic() - start)
        servers.wait_until(lambda: self.waiting() == 0, PATIENCE)
        self.tally.done.append(time.monotonic() - start)
        servers.wait_until(lambda: self.stream.backlog() == 0, PATIENCE)
        self._account(ids)

    def _account(self, ids: list[str]) -> None:
        """Look for karyograms without an end, and for those with more than one verdict, by the audit trail too."""
        table = schema.karyograms
        with open_session(self.sql) as session:
            rows = {row.id: row for row in session.execute(select(table.c.id, table.c.state, table.c.failure))}
            verdicts = Counter(session.scalars(select(schema.verdicts.c.karyogram_id)))
            entries = (entry.subject for entry in audit.entries(session) if entry.action == "judge")
            told = Counter(subject.removeprefix("karyogram ") for subject in entries)
            assert list(checks.faults(session)) == []
        failed = [key for key in ids if key in rows and rows[key].state is KaryogramState.FAILED and rows[key].failure]
        self.tally.karyograms += len(ids)
        self.tally.failed += len(failed)
        self.tally.lost += [key for key in ids if not verdicts[key] and key not in failed]
        self.tally.doubled += [key for key in ids if verdicts[key] > 1 or told[key] > 1]

    def report(self, fault: str, *, may_fail: bool = False) -> None:
        """Print a row of the table of faults; nothing may be lost or judged twice, nor failed unless it may."""
        print(f"\n{fault}, {self.sql.dialect.name}, seed {SEED}: {self.tally}")
        assert self.tally.lost == []
        assert self.tally.doubled == []
        assert may_fail or not self.tally.failed


@contextmanager
def laboratory(
    database_url: str, redis_url: str, folder: Path, *, engines: Mapping[str, str] | None = None
) -> Iterator[Laboratory]:
    """A laboratory on a record store and a Redis that are there.

    Args:
        database_url: of the record store, its schema up to date.
        redis_url: of Redis, as the test reaches it.
        folder: for the log of the engines, which is shown when the test fails.
        engines: what is different in the environment of the engines.
    """
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "KARYOTRIAGE_RECLAIM_SECONDS": str(RECLAIM_SECONDS),
        "KARYOTRIAGE_SWEEP_SECONDS": "2",
        **(engines or {}),
    }
    log = folder / "engines.log"
    sql = database.connect(database_url)
    with connect_redis(redis_url) as client:
        stream = JobStream(client)
        stream.ensure_group()
        try:
            yield Laboratory(sql, stream, environment, log)
        except BaseException:
            print(log.read_text() if log.exists() else "no engine has said anything")
            raise
        finally:
            sql.dispose()
