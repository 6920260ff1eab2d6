"""Loading and decoding the pictures of a micro-batch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sqlalchemy import Engine, event

from engine.judging import Task, decode_all
from engine.stream import Job, JobStream
from engine.vocabulary import Batch, Karyogram, KaryogramState
from tests.engine.workers import MakeWorker, steps
from tests.predictors import Page
from tests.records import NOW, add_batch, karyograms, pixels, png


def test_an_unforeseen_error_of_a_decoder_fails_one_karyogram(caplog: pytest.LogCaptureFixture) -> None:
    one = Karyogram("k", "b", "c", "P001", "1", "a.png", 0, "0" * 64, 120, 100, KaryogramState.QUEUED, None, NOW)
    task = Task(Job("1-0", "k", 1), one, Batch("b", "Monday", "pixels", 5, NOW))

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


def test_the_pages_of_one_file_are_loaded_once(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    add_batch(sql_engine, png(1), png(1), png(1), png(2))
    stream.put([one.id for one in karyograms(sql_engine)])
    loads: list[str] = []
    event.listen(sql_engine, "before_cursor_execute", lambda *call: loads.append(call[2]))
    assert steps(make_worker()) == 4
    assert sum("FROM pictures" in statement for statement in loads) == 2
