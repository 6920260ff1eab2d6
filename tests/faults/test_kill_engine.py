"""Engines that are killed in the middle of a batch: every karyogram gets exactly one verdict."""

from __future__ import annotations

import signal

import redis
from sqlalchemy import Engine

from engine.heartbeat import alive
from engine.stream import JobStream
from tests.faults.conftest import (
    COUNT,
    StartEngine,
    judged,
    wait_for_the_end,
    wait_for_the_middle,
    wait_for_verdicts,
)


def test_killed_and_started_again(
    sql_engine: Engine, stream: JobStream, waiting: list[str], start_engine: StartEngine
) -> None:
    stream.put(waiting)
    with start_engine() as engine:
        wait_for_the_middle(sql_engine)
        engine.kill()
        engine.wait(10)
    assert stream.backlog() > 0
    with start_engine():
        wait_for_the_end(sql_engine, stream)


def test_killed_twice(sql_engine: Engine, stream: JobStream, waiting: list[str], start_engine: StartEngine) -> None:
    stream.put(waiting)
    for progress in (COUNT // 6, COUNT // 2):
        with start_engine() as engine:
            wait_for_verdicts(sql_engine, progress)
            engine.kill()
    with start_engine():
        wait_for_the_end(sql_engine, stream)


def test_one_of_two_is_killed(
    sql_engine: Engine, stream: JobStream, waiting: list[str], start_engine: StartEngine
) -> None:
    stream.put(waiting)
    with start_engine() as first, start_engine():
        wait_for_the_middle(sql_engine)
        first.kill()
        wait_for_the_end(sql_engine, stream)


def test_asked_to_stop_it_finishes_what_it_holds(
    sql_engine: Engine,
    stream: JobStream,
    waiting: list[str],
    start_engine: StartEngine,
    redis_client: redis.Redis,
) -> None:
    stream.put(waiting)
    for number in (signal.SIGTERM, signal.SIGINT):
        with start_engine() as engine:
            wait_for_verdicts(sql_engine, judged(sql_engine) + 1)
            assert len(alive(redis_client)) == 1
            engine.send_signal(number)
            assert engine.wait(20) == 0
        assert stream.holders() == {}
        assert judged(sql_engine) + stream.backlog() == COUNT
        assert alive(redis_client) == []
