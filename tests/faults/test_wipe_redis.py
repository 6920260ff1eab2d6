"""Redis that loses everything in the middle of a batch: every karyogram gets exactly one verdict."""

from __future__ import annotations

from pathlib import Path

import redis
from sqlalchemy import Engine

from engine.jobs.stream import JobStream, connect_redis
from engine.records import database
from tests import servers
from tests.faults.conftest import COUNT, StartEngine, wait_for_the_end, wait_for_the_middle
from tests.records import add_batch, karyograms, png


def test_wiped_under_a_running_engine(
    sql_engine: Engine,
    stream: JobStream,
    waiting: list[str],
    start_engine: StartEngine,
    redis_client: redis.Redis,
) -> None:
    stream.put(waiting)
    with start_engine():
        wait_for_the_middle(sql_engine)
        redis_client.flushall()
        wait_for_the_end(sql_engine, stream)


def test_wiped_while_no_engine_runs(
    sql_engine: Engine,
    stream: JobStream,
    waiting: list[str],
    start_engine: StartEngine,
    redis_client: redis.Redis,
) -> None:
    stream.put(waiting)
    with start_engine() as engine:
        wait_for_the_middle(sql_engine)
        engine.kill()
    redis_client.flushall()
    with start_engine():
        wait_for_the_end(sql_engine, stream)


def test_replaced_by_an_empty_server_under_a_running_engine(sqlite_url: str, tmp_path: Path) -> None:
    port = servers.free_port()
    sql_engine = database.connect(sqlite_url)
    add_batch(sql_engine, *(png(number) for number in range(COUNT)))
    environment = {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": f"redis://127.0.0.1:{port}/0",
        "KARYOTRIAGE_SWEEP_SECONDS": "2",
    }
    with (
        connect_redis(environment["REDIS_URL"]) as client,
        servers.engine(environment, "--batch-size", "8", module="tests.faults.slow_engine"),
    ):
        stream = JobStream(client)
        with servers.valkey(port, tmp_path / "first"):
            stream.put([one.id for one in karyograms(sql_engine)])
            wait_for_the_middle(sql_engine)
        with servers.valkey(port, tmp_path / "second"):
            wait_for_the_end(sql_engine, stream)
    sql_engine.dispose()
