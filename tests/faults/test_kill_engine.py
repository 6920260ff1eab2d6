"""Engines that are killed in the middle of a batch: every karyogram gets exactly one verdict."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter

import numpy as np
import pytest
import redis
from sqlalchemy import Engine, select

from engine.jobs.heartbeat import alive, retire
from engine.jobs.stream import JobStream
from engine.operations import checks
from engine.records import schema
from engine.records.database import open_session
from engine.vocabulary import KaryogramState
from tests import servers
from tests.faults.conftest import (
    COUNT,
    StartEngine,
    judged,
    wait_for_the_end,
    wait_for_the_middle,
    wait_for_verdicts,
)
from tests.records import add_batch, karyograms, png


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


@pytest.mark.soak
def test_killed_at_50_random_moments(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis, start_engine: StartEngine
) -> None:
    """A batch of 300; what several kills in a row have hit may be given up, but then it says so."""
    count, kills, seed = 300, 50, int(os.environ.get("SOAK_SEED", "1"))
    generator = np.random.default_rng(seed)
    add_batch(sql_engine, *(png(number) for number in range(count)))
    stream.put([one.id for one in karyograms(sql_engine)])
    for _ in range(kills):
        with start_engine() as engine:
            servers.wait_until(lambda: bool(alive(redis_client)))
            time.sleep(generator.uniform(0.0, 0.6))
            engine.kill()
        for dead in alive(redis_client):
            retire(redis_client, dead.engine)
    start = time.monotonic()
    with start_engine():
        servers.wait_until(lambda: stream.backlog() == 0 and set(_states(sql_engine)) <= _ENDS, 300)
    states = _states(sql_engine)
    print(f"\nseed {seed}: {kills} kills, {dict(states)}, recovered within {time.monotonic() - start:.1f} s")
    assert states.total() == count
    assert judged(sql_engine) == states[KaryogramState.JUDGED]
    with open_session(sql_engine) as session:
        assert list(checks.faults(session)) == []


_ENDS = {KaryogramState.JUDGED, KaryogramState.FAILED}


def _states(sql_engine: Engine) -> Counter[KaryogramState]:
    with sql_engine.connect() as connection:
        return Counter(connection.scalars(select(schema.karyograms.c.state)))
