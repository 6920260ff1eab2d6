"""Loading and decoding the pictures of a micro-batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Engine, event

from engine.jobs.stream import Job, JobStream
from engine.vocabulary import Batch
from engine.worker.judging import Said, Task, decode_all, verdict
from models.judging.triage import Policy
from tests.engine.workers import MakeWorker, steps
from tests.predictors import Page, PixelPredictor, prediction
from tests.records import NOW, add_batch, karyogram, karyograms, pixels, png


def test_an_unforeseen_error_of_a_decoder_fails_one_karyogram(caplog: pytest.LogCaptureFixture) -> None:
    task = Task(Job("1-0", "k", 1), karyogram(), Batch("b", "Monday", "pixels", 5, NOW))

    def decode(data: bytes, page: int) -> Page:
        if data == b"bad":
            raise TypeError("a tag of the wrong type")
        return pixels(page)

    with ThreadPoolExecutor(2) as pool:
        bad, good = decode_all(decode, [task, task], [b"bad", b"good"], pool)
    assert str(bad) == "TypeError: a tag of the wrong type"
    assert isinstance(bad, Exception)
    assert isinstance(good, np.ndarray)
    assert "Traceback" in caplog.text


@pytest.mark.parametrize("distance", [1.25, None])
def test_a_verdict_keeps_the_distance_if_the_model_measured_one(distance: float | None) -> None:
    task = Task(Job("1-0", "k", 1), karyogram(), Batch("b", "Monday", "pixels", 5, NOW))
    said = Said(task, replace(prediction(np.full(5, 0.25, np.float32)), distance=distance), 0.1)
    made = verdict(PixelPredictor(), said, Policy(), None, engine="one", now=NOW)
    assert made.distance == distance


def test_the_pages_of_one_file_are_loaded_once(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    add_batch(sql_engine, png(1), png(1), png(1), png(2))
    stream.put([one.id for one in karyograms(sql_engine)])
    loads: list[str] = []
    event.listen(sql_engine, "before_cursor_execute", lambda *call: loads.append(call[2]))
    assert steps(make_worker()) == 4
    assert sum("FROM pictures" in statement for statement in loads) == 2
