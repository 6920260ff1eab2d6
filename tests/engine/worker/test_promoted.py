"""A model that is put in use is loaded by an engine that runs, and nobody waits for it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import redis
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.jobs.heartbeat import alive
from engine.jobs.stream import JobStream
from engine.people import Person, Role
from engine.policy import promotions, shadows
from engine.records import store
from engine.records.database import open_session
from engine.vocabulary import Verdict
from engine.worker.predictors import Predictors
from engine.worker.promoted import Promoted
from engine.worker.worker import Worker, utc_now
from tests import servers
from tests.engine.workers import PACE, queue, steps
from tests.predictors import PixelPredictor
from tests.records import NOW

CARL = Person("carl", Role.SUPERVISOR)
INSTALLED = ("pixels", "new", "newer")


def usual(session: Session) -> str:
    return promotions.in_use(session, "pixels", INSTALLED)


def promote(sql_engine: Engine, model: str) -> None:
    with open_session(sql_engine) as session:
        before = usual(session)
        promotions.promote(session, CARL, model, before=before, installed=INSTALLED, reason="better", now=NOW)
        session.commit()


def test_a_running_engine_loads_what_is_promoted_and_goes_on_meanwhile(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def load(name: str) -> PixelPredictor:
        if name == "new":
            begun.set()
            assert may_end.wait(60)
        return PixelPredictor(name)

    with Worker(sql_engine, redis_client, load, pace=PACE, name="one", usual=usual) as worker:
        worker.preload("pixels")
        promote(sql_engine, "new")
        queue(sql_engine, stream, 20)
        assert worker.step(utc_now()) == 8
        assert begun.wait(60)
        assert steps(worker) == 12  # by the old model, while the new one is being loaded
        may_end.set()
        servers.wait_until(lambda: _models(worker, redis_client) == ("pixels", "new"))
        queue(sql_engine, stream, 3, model="new")
        queue(sql_engine, stream, 3, model="pixels")
        assert steps(worker) == 6


def _models(worker: Worker, client: redis.Redis) -> tuple[str, ...]:
    steps(worker, 1)
    worker.beat()
    (heartbeat,) = alive(client)
    return heartbeat.models


def test_it_looks_every_few_seconds_and_loads_each_model_once(sql_engine: Engine) -> None:
    loaded: list[str] = []

    def load(name: str) -> PixelPredictor:
        loaded.append(name)
        return PixelPredictor(name)

    predictors = Predictors(load)
    promoted = Promoted(sql_engine, predictors, usual)
    first = promoted.step(NOW)
    assert first is not None
    assert first.result(30).card.name == "pixels"
    promote(sql_engine, "new")
    assert promoted.step(NOW + timedelta(seconds=4)) is None
    second = promoted.step(NOW + timedelta(seconds=5))
    assert second is not None
    assert second.result(30).card.name == "new"
    promote(sql_engine, "pixels")
    assert promoted.step(NOW + timedelta(seconds=10)) is None  # it is in memory still
    assert promoted.step(NOW - timedelta(days=1)) is None  # a clock that was set back
    predictors.close()
    assert loaded == ["pixels", "new"]


def test_one_that_cannot_be_loaded_is_told_once_and_harms_nobody(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    def load(name: str) -> PixelPredictor:
        if name == "new":
            raise LookupError("weights are missing")
        return PixelPredictor(name)

    promote(sql_engine, "new")
    with Worker(sql_engine, redis_client, load, pace=PACE, name="one", usual=usual) as worker:
        queue(sql_engine, stream, 3)
        assert steps(worker) == 3
        servers.wait_until(lambda: "cannot be loaded: weights are missing" in caplog.text)
        for seconds in (6, 12, 18):
            worker.step(utc_now() + timedelta(seconds=seconds))
    assert caplog.text.count("weights are missing") == 1


def test_a_candidate_is_loaded_beside_the_work(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis
) -> None:
    may_end = threading.Event()

    def load(name: str) -> PixelPredictor:
        assert name == "pixels" or may_end.wait(60)
        return PixelPredictor(name)

    with open_session(sql_engine) as session:
        shadows.begin(session, CARL, "new", in_use="pixels", installed=INSTALLED, reason="try it", now=NOW)
        session.commit()
    with Worker(sql_engine, redis_client, load, pace=PACE, name="one") as worker:
        (first,) = queue(sql_engine, stream, 1)
        assert steps(worker, 3) == 1  # and then the candidate would have had its turn
        queue(sql_engine, stream, 1)
        assert steps(worker, 1) == 1
        assert _said_by(sql_engine, first.id, "new") is None
        may_end.set()
        servers.wait_until(lambda: steps(worker, 1) == 0 and _said_by(sql_engine, first.id, "new") is not None)


def _said_by(sql_engine: Engine, karyogram_id: str, model: str) -> Verdict | None:
    with open_session(sql_engine) as session:
        return store.verdict(session, karyogram_id, model)
