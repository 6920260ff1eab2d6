"""Redis with the rights of ``deploy/redis.acl``: a whole job runs through with them, and nothing else is allowed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import redis
from redis.exceptions import AuthenticationError, NoPermissionError
from sqlalchemy import Engine

from engine.intake.intake import IncomingFile, Intake
from engine.jobs import heartbeat
from engine.jobs.pace import Pace
from engine.jobs.requeue import retry
from engine.jobs.stream import JobStream, connect_redis
from engine.jobs.sweep import sweep
from engine.operations import valkey
from engine.operations.health import engine_beats
from engine.records import database, reports
from engine.records.database import open_session
from engine.settings import Settings
from engine.worker.worker import Worker, utc_now
from tests.engine.workers import Poison, steps
from tests.predictors import PixelPredictor
from tests.records import NOW, png
from tests.servers import REPOSITORY, free_port, stop, wait_until

PASSWORD = "a1b2c3d4e5"
RULES = REPOSITORY / "deploy" / "redis.acl"


@pytest.fixture(scope="module")
def guarded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey that knows the users of the file alone, with the password put in as compose.yaml does."""
    folder, port = tmp_path_factory.mktemp("guarded"), free_port()
    rules = folder / "users.acl"
    rules.write_text(RULES.read_text().replace("REDIS_PASSWORD", PASSWORD))
    server = subprocess.Popen([*valkey.command(port, folder), "--aclfile", str(rules)])
    url = f"redis://karyotriage:{PASSWORD}@127.0.0.1:{port}/0"
    try:
        wait_until(lambda: answers(url))
        yield url
    finally:
        stop(server)


def answers(url: str) -> bool:
    try:
        with connect_redis(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


@pytest.fixture
def guarded(guarded_url: str) -> Iterator[redis.Redis]:
    with connect_redis(guarded_url) as client:
        yield client


@pytest.fixture
def engine(sqlite_url: str) -> Iterator[Engine]:
    engine = database.connect(sqlite_url)
    yield engine
    engine.dispose()


def test_a_whole_job_runs_with_these_rights_alone(engine: Engine, guarded: redis.Redis) -> None:
    stream = JobStream(guarded)
    stream.ensure_group()
    intake = Intake(engine, stream, Settings())
    batch = intake.open_batch("Monday", "pixels", 5, NOW)
    report = intake.receive(batch, [IncomingFile(f"P00{seed}_c1.png", png(seed)) for seed in range(3)], NOW)
    assert report.queued
    pace = Pace(micro_batch=2, reclaim_seconds=0.05, block_ms=0)
    predictor = PixelPredictor(spoil=Poison(1, times=4))
    with Worker(engine, guarded, lambda _: predictor, pace=pace, name="one") as worker:
        steps(worker)
        worker.beat()
        assert [one.engine for one in heartbeat.alive(guarded)] == ["one"]
        assert not engine_beats(guarded, "elsewhere")
        with open_session(engine) as session:
            ((failed,), count) = reports.failed(session, 5), reports.count_failed(session)
            assert count == 1
        assert [letter.karyogram_id for letter in stream.dead_letters()] == [failed.id]
        with open_session(engine) as session:
            assert retry(session, stream, failed.id)
        assert worker.drain(Event()) == 1
    assert (stream.backlog(), stream.lag()) == (0, 0)
    with open_session(engine) as session:
        assert all(verdict is not None for _, verdict in reports.judged(session, batch.id))


def test_what_a_dead_engine_left_is_taken_over_with_these_rights(engine: Engine, guarded: redis.Redis) -> None:
    stream = JobStream(guarded)
    stream.ensure_group()
    intake = Intake(engine, stream, Settings())
    intake.receive(intake.open_batch("Tuesday", "pixels", 5, NOW), [IncomingFile("P009_c1.png", png(9))], NOW)
    assert len(stream.take("gone", 5, 0)) == 1
    stream.refresh("gone", stream.reclaim("two", 0, 5))
    pace = Pace(reclaim_seconds=0.01, block_ms=0)
    with Worker(engine, guarded, lambda _: PixelPredictor(), pace=pace, name="two") as worker:
        assert worker.drain(Event()) == 1
    assert sweep(engine, stream, utc_now() + timedelta(minutes=5)) == 0


@pytest.mark.parametrize(
    "command",
    [
        "FLUSHALL",
        "CONFIG GET *",
        "CONFIG SET dir /tmp",
        "KEYS *",
        "EVAL return(1) 0",
        "ACL LIST",
        "SHUTDOWN NOSAVE",
        "SAVE",
        "MODULE LIST",
        "REPLICAOF 127.0.0.1 1",
        "MONITOR",
        "CLIENT LIST",
        "GETDEL karyotriage:engine:one",
        "XTRIM karyotriage:jobs MAXLEN 0",
        "XGROUP DESTROY karyotriage:jobs engines",
        "SET another:key 1",
        "XADD another:stream * a b",
        "PUBLISH karyotriage:news 1",
    ],
)
def test_everything_else_is_refused(guarded: redis.Redis, command: str) -> None:
    with pytest.raises(NoPermissionError):
        guarded.execute_command(*command.split())  # type: ignore[no-untyped-call]


def test_nobody_enters_without_the_password(guarded_url: str) -> None:
    for changed in (guarded_url.replace(PASSWORD, "wrong"), guarded_url.replace(f"karyotriage:{PASSWORD}@", "")):
        with connect_redis(changed) as client, pytest.raises((AuthenticationError, redis.ConnectionError)) as caught:
            client.ping()
        assert PASSWORD not in str(caught.value)


def test_every_command_that_the_code_sends_is_in_the_file_and_no_other(guarded: redis.Redis) -> None:
    """The rights are as few as may be: each is used by one of the modules that speak with Redis."""
    allowed = {word[1:].partition("|")[0] for word in RULES.read_text().splitlines()[1].split() if word[0] == "+"}
    modules = ("jobs/lane", "jobs/stream", "jobs/heartbeat", "commands/submit", "commands/work")
    code = "\n".join((REPOSITORY / "engine" / f"{name}.py").read_text() for name in modules)
    calls = {"del": ".delete(", "scan": ".scan_iter(", "multi": "pipeline(transaction=True)", "exec": ".execute("}
    calls |= {"discard": "pipeline(transaction=True)", "xgroup": ".xgroup_create(", "xinfo": ".xinfo_groups("}
    unused = {name for name in allowed if calls.get(name, f".{name}(") not in code}
    assert unused == set()


def test_the_file_is_one_that_redis_reads(tmp_path: Path) -> None:
    """Redis refuses a file with comments, and the password is put into it in one place."""
    lines = RULES.read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [["user", "default"], ["user", "karyotriage"]]
    assert RULES.read_text().count("REDIS_PASSWORD") == 1
