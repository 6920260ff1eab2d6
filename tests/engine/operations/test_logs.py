"""Logs: one line for each message whatever it holds, and fields for what it concerns."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import Engine

from engine.jobs.stream import JobStream
from engine.operations.logs import JsonFormatter, TextFormatter, printable
from tests import servers
from tests.engine.workers import MakeWorker, Poison, queue, steps
from tests.predictors import PixelPredictor

FORGED = "P1.png\n2026-01-01 00:00:00,000 INFO engine stops\x1b[2J\u2028end"


def record(message: str, *args: object, error: BaseException | None = None, **fields: str) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("engine.test", logging.ERROR, __file__, 1, message, args, exc_info)
    vars(made).update(fields)
    return made


def raised(text: str) -> BaseException:
    with pytest.raises(RuntimeError) as caught:
        raise RuntimeError(text)
    return caught.value


def test_a_name_never_makes_a_line_of_its_own() -> None:
    line = TextFormatter("%(levelname)s %(message)s").format(record("could not decode %s", FORGED))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert line.startswith("ERROR could not decode P1.png\\n2026")


def test_no_line_of_a_traceback_passes_for_a_message() -> None:
    first, *others = (
        TextFormatter("%(levelname)s %(message)s").format(record("failed", error=raised(FORGED))).split("\n")
    )
    assert first == "ERROR failed"
    assert any("RuntimeError" in line for line in others)
    assert all(line.startswith("    ") and line.isprintable() for line in others)


def test_what_prints_stays_as_it_is() -> None:
    assert printable("Müller 10 % é 漢") == "Müller 10 % é 漢"


def test_a_line_of_json_tells_what_it_concerns() -> None:
    line = JsonFormatter().format(
        record("%s is given up", FORGED, error=raised("no\nmemory"), karyogram="k1", batch="b1")
    )
    assert len(line.splitlines()) == 1
    told: dict[str, Any] = json.loads(line)
    assert told["message"] == f"{FORGED} is given up"
    assert (told["karyogram"], told["batch"], told["level"], told["logger"]) == ("k1", "b1", "ERROR", "engine.test")
    assert "RuntimeError: no\nmemory" in told["error"]
    assert told["time"].endswith("+00:00")


def test_what_concerns_nothing_names_nothing() -> None:
    assert json.loads(JsonFormatter().format(record("starts"))).keys() == {"time", "level", "logger", "message"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_process_logs_as_it_is_told(form: str) -> None:
    setup = f"from engine.operations import logs; logs.configure({form!r})"
    script = f"{setup}; import logging; logging.warning('one\\ntwo')"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=servers.REPOSITORY, capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    assert (json.loads(line)["message"] == "one\ntwo") if form == "json" else line.endswith("WARNING one\\ntwo")


def test_an_engine_names_the_karyogram_that_it_gives_up(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = queue(sql_engine, stream, 3)
    steps(make_worker(PixelPredictor(spoil=Poison(1))))
    told = [json.loads(JsonFormatter().format(one)) for one in caplog.records]
    (given_up,) = [one for one in told if "is given up" in one["message"]]
    assert given_up["karyogram"] == waiting[1].id
    alone = [one for one in told if one.get("karyogram") == waiting[1].id and one is not given_up]
    assert [one["batch"] for one in alone] == [waiting[1].batch_id] * 3
    assert all("RuntimeError" in one["error"] for one in alone)
