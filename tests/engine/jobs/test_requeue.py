"""Second chances for karyograms that failed."""

from __future__ import annotations

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import Engine

from engine.jobs import requeue
from engine.jobs.stream import JobStream, connect_redis
from engine.records import store
from engine.records.database import open_session
from tests import servers
from tests.engine.workers import MakeWorker, Poison, again, queue, steps, verdict_of
from tests.predictors import PixelPredictor
from tests.records import add_batch, karyograms, png


def test_a_failed_karyogram_gets_a_second_chance(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)
    poison = Poison(seed=0, times=3)  # alone in its micro-batch: once for each delivery
    worker = make_worker(PixelPredictor(spoil=poison))
    assert steps(worker) == 1
    assert poison.left == 0
    assert len(stream.dead_letters()) == 1
    with open_session(sql_engine) as session:
        assert requeue.retry(session, stream, karyogram.id)
        assert not requeue.retry(session, stream, karyogram.id)  # a second click
        with pytest.raises(store.NotFoundError, match="nobody"):
            requeue.retry(session, stream, "nobody")
    assert stream.dead_letters() == []
    assert steps(worker) == 1
    assert verdict_of(sql_engine, karyogram)
    assert again(sql_engine, karyogram).failure is None


def test_a_second_chance_without_redis_comes_with_the_next_sweep(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.fail(session, karyogram.id, "x")
        session.commit()
    with connect_redis(f"redis://127.0.0.1:{servers.free_port()}/0") as nobody, open_session(sql_engine) as session:
        with pytest.raises(RedisConnectionError):
            nobody.ping()
        assert not requeue.retry(session, JobStream(nobody), karyogram.id)
    assert steps(make_worker()) == 1
