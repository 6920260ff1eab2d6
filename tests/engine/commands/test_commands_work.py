"""``python -m engine work`` and ``status``, as people run them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from engine.__main__ import main
from engine.jobs.heartbeat import EngineState, Heartbeat, beat
from engine.jobs.stream import JobStream
from engine.records import database, schema
from engine.vocabulary import Priority
from models.registry import WEIGHTS_FILE, Registry
from tests import servers
from tests.predictors import PixelPredictor
from tests.records import add_batch, karyograms, png

NOBODY = "redis://127.0.0.1:{port}/0"


def run_engine(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        cwd=servers.REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.slow
def test_once_judges_what_is_there_with_a_real_network(
    sqlite_url: str, redis_url: str, stream: JobStream, untrained_registry: Path
) -> None:
    sql_engine = database.connect(sqlite_url)
    add_batch(sql_engine, *(png(number, (200, 200)) for number in range(3)), model="untrained", passes=10)
    stream.put([one.id for one in karyograms(sql_engine)])
    environment = {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": redis_url,
        "KARYOTRIAGE_REGISTRY": str(untrained_registry),
        "KARYOTRIAGE_PRECISION": "float32",
    }
    done = run_engine("work", "--once", "--batch-size", "2", "--model", "untrained", **environment)
    assert done.returncode == 0, done.stderr
    assert "3 karyograms finished" in done.stderr
    card = Registry(untrained_registry).card("untrained")
    with sql_engine.connect() as connection:
        rows = connection.execute(select(schema.verdicts)).all()
    assert [(row.model_sha256, row.passes, row.precision) for row in rows] == [(card.weights_sha256, 10, "float32")] * 3
    assert stream.backlog() == 0
    sql_engine.dispose()


def test_once_without_redis_is_one_line_and_code_2(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/data/karyotriage.db"
    port = servers.free_port()
    done = run_engine(
        "work", "--once", DATABASE_URL=url, REDIS_URL=NOBODY.format(port=port), KARYOTRIAGE_REGISTRY=str(tmp_path)
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Redis does not answer: ")
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (["work", "--model", "nobody"], {}, "model must be one of [], got 'nobody'"),
        (["work", "--once"], {"DATABASE_URL": "sqlite:////dev/null/karyotriage.db"}, "/dev/null: File exists"),
        (["work"], {"KARYOTRIAGE_PASSES": "0"}, "KARYOTRIAGE_PASSES must be a whole number from 1 to 1000, got '0'"),
        (["work"], {"DATABASE_URL": "postgresql://127.0.0.1:{port}/x"}, "the record store does not answer: "),
        (["status"], {"REDIS_URL": NOBODY}, "Redis does not answer: "),
    ],
)
def test_what_people_can_put_right_is_one_line_and_code_2(
    arguments: list[str], environment: dict[str, str], line: str, tmp_path: Path
) -> None:
    values = {name: value.format(port=servers.free_port()) for name, value in environment.items()}
    done = run_engine(*arguments, **{"KARYOTRIAGE_REGISTRY": str(tmp_path), **values})
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(line)
    assert "Traceback" not in done.stderr


def test_weights_that_were_changed_are_one_line_and_code_2(tmp_path: Path) -> None:
    weights = tmp_path / "new.weights.h5"
    weights.write_bytes(b"numbers")
    registry = Registry(tmp_path / "registry")
    registry.save(PixelPredictor("changed").card, weights)
    (registry.folder / "changed" / WEIGHTS_FILE).write_bytes(b"other numbers")
    done = run_engine("work", "--model", "changed", KARYOTRIAGE_REGISTRY=str(registry.folder))
    assert done.returncode == 2
    assert "SHA-256 must be" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("size", ["0", "-1", "two", "1.5"])
def test_a_batch_size_must_be_a_positive_number(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["work", "--batch-size", size])
    assert caught.value.code == 2
    assert "must be a whole number of at least 1" in capsys.readouterr().err or size == "-1"


@pytest.mark.parametrize("command", [[], ["work"], ["submit"], ["export"], ["status"]])
def test_help_is_complete(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([*command, "--help"])
    assert caught.value.code == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert f"usage: python -m engine {' '.join(command)}".strip() in shown
    expected = {"work": "--once --batch-size --model", "submit": "--model --passes --wait", "export": "--csv"}
    for option in expected.get(" ".join(command), "").split():
        assert option in shown


def test_no_command_at_all_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_status_of_an_idle_system(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", redis_url)
    assert main(["status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "No engine is alive; start one with: python -m engine work",
        "Queue: 0 waiting (0 urgent), 0 in the hands of engines",
        "Dead letters: none",
    ]


def test_status_shows_engines_queue_and_dead_letters(
    redis_client: redis.Redis,
    redis_url: str,
    stream: JobStream,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fresh = Heartbeat(engine="lab-1", host="lab", pid=1, started_at=datetime.now(UTC))
    beat(redis_client, fresh)
    busy = replace(fresh, engine="lab-2", state=EngineState.WORKING, device="NVIDIA H200", models=("vgg16",))
    beat(redis_client, replace(busy, pictures_per_second=12.34, last_batch=32, last_batch_at=datetime.now(UTC)))
    stream.put(["a" * 32, "b" * 32, "c" * 32, "d" * 32])
    first, _ = stream.take("lab-2", 2, block_ms=0)
    stream.bury(first, "RuntimeError: [out of memory]")
    stream.put(["e" * 32], Priority.URGENT)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("COLUMNS", "200")
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    for text in ("lab-1", "warming up", "lab-2", "working", "NVIDIA H200", "vgg16", "12.3", "32, 0 s ago"):
        assert text in shown
    assert "Queue: 3 waiting (1 urgent), 1 in the hands of engines" in shown
    assert "Dead letters: 1" in shown
    assert "a" * 32 in shown
    assert "RuntimeError: [out of memory]" in shown


def test_a_reader_that_has_seen_enough_is_no_error(redis_url: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "status"],
        cwd=servers.REPOSITORY,
        env={**os.environ, "REDIS_URL": redis_url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, complaints = process.communicate(timeout=60)
    assert complaints == b""
