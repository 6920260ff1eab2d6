"""Which model is in use, and the candidate in the shadow: it judges the same stream, and nobody sees what it says."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from engine.commands.usual_model import usual_model
from engine.jobs.stream import JobStream
from engine.people import NotAllowedError, Person, Role
from engine.policy import policies, promotions, shadows, side_by_side
from engine.policy.policies import Terms
from engine.policy.promotions import PromotionError
from engine.records import database, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.settings import Settings
from engine.worker.shadowing import AT_ONCE
from engine.worker.worker import Worker, utc_now
from models.card import Card
from models.judging.triage import Policy
from models.registry import Registry
from tests.engine.workers import PACE, MakeWorker, Poison, again, queue, steps
from tests.predictors import PixelPredictor
from tests.records import NOW

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
CARL = Person("Carl", Role.SUPERVISOR)
INSTALLED = ("pixels", "another")


def promote(engine: Engine, model: str, before: str, reason: str = "it misses less", person: Person = CARL) -> None:
    with open_session(engine) as session:
        promotions.promote(session, person, model, before=before, installed=INSTALLED, reason=reason, now=NOW)
        session.commit()


def begin(engine: Engine, model: str = "another", reason: str = "a trial", person: Person = CARL) -> None:
    with open_session(engine) as session:
        shadows.begin(
            session, person, model, in_use="pixels", installed=INSTALLED, reason=reason, now=NOW - timedelta(hours=1)
        )
        session.commit()


def used(engine: Engine, installed: tuple[str, ...] = INSTALLED) -> str:
    with open_session(engine) as session:
        return promotions.in_use(session, "pixels", installed)


def test_the_newest_promotion_counts_and_the_setting_before_the_first(sql_engine: Engine) -> None:
    assert used(sql_engine) == "pixels"
    promote(sql_engine, "another", "pixels")
    assert used(sql_engine) == "another"
    assert used(sql_engine, ("pixels",)) == "pixels"  # it was taken away
    promote(sql_engine, "pixels", "another", reason=" back ")
    assert used(sql_engine) == "pixels"
    with open_session(sql_engine) as session:
        history = promotions.history(session)
    assert [(one.model, one.author, one.reason) for one in history] == [
        ("pixels", "Carl", "back"),
        ("another", "Carl", "it misses less"),
    ]


def test_a_promotion_needs_the_role_a_reason_and_another_model(sql_engine: Engine) -> None:
    with pytest.raises(NotAllowedError, match="promote model"):
        promote(sql_engine, "another", "pixels", person=ANNA)
    for model, reason, problem in (
        ("another", " ", "reason"),
        ("gone", "x", "not installed"),
        ("pixels", "x", "in use"),
    ):
        with pytest.raises(PromotionError, match=problem):
            promote(sql_engine, model, "pixels", reason)
    with pytest.raises(NotAllowedError, match="promote model"):
        begin(sql_engine, person=ANNA)
    for model, reason in (("pixels", "x"), ("gone", "x"), ("another", "")):
        with pytest.raises(PromotionError):
            begin(sql_engine, model, reason)
    with open_session(sql_engine) as session, pytest.raises(NotAllowedError, match="promote model"):
        shadows.end(session, ANNA, NOW)


def test_commands_use_the_promoted_model(sqlite_url: str, tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry")
    (tmp_path / "weights").write_bytes(b"none")
    card = Card(name="another", architecture="none", input_size=75, preprocessing="none", seed=7)
    registry.save(card, tmp_path / "weights")
    settings = Settings(database_url=sqlite_url, registry=registry.folder, default_model="pixels")
    assert usual_model(settings) == "pixels"
    engine = database.connect(sqlite_url)
    promote(engine, "another", "pixels")
    engine.dispose()
    assert usual_model(settings) == "another"


def test_a_candidate_judges_what_comes_and_changes_nothing_that_readers_see(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    worker = make_worker()
    begin(sql_engine)
    waiting = queue(sql_engine, stream, AT_ONCE + 2)
    assert worker.step(utc_now()) == AT_ONCE + 2
    before = [again(sql_engine, one) for one in waiting]
    assert worker.step(utc_now()) == 0  # what the candidate does is not told as work
    with open_session(sql_engine) as session:
        assert 0 < len(side_by_side.pairs(session, "pixels", "another")) <= AT_ONCE
    steps(worker, 12)
    assert [again(sql_engine, one) for one in waiting] == before
    with open_session(sql_engine) as session:
        shadow = shadows.running(session)
        assert shadow is not None
        assert shadows.waiting(session, shadow, 100) == []
        assert len(side_by_side.pairs(session, "pixels", "another")) == AT_ONCE + 2
        for one in waiting:
            assert [said.model for said in store.verdicts_of(session, one.id)] == ["pixels"]
            routine, beside = store.verdict(session, one.id), store.verdict(session, one.id, "another")
            assert routine is not None and beside is not None
            assert (routine.model, beside.model) == ("pixels", "another")
            assert beside.measures == routine.measures  # it saw the same picture, by as many passes


def test_a_candidate_has_a_policy_of_its_own(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    with open_session(sql_engine) as session:
        policies.change(session, CARL, "another", Terms(Policy(0.99)), reason="strict", now=NOW, after=0)
        session.commit()
    begin(sql_engine)
    (waiting,) = queue(sql_engine, stream, 1)
    steps(make_worker(), 3)
    with open_session(sql_engine) as session:
        beside = store.verdict(session, waiting.id, "another")
    assert beside is not None
    assert (beside.policy, beside.policy_version) == (Policy(0.99), 1)


def test_routine_work_goes_first_and_an_ended_candidate_does_nothing(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    worker = make_worker()
    begin(sql_engine)
    queue(sql_engine, stream, 8)
    worker.step(utc_now())
    queue(sql_engine, stream, 8)
    assert worker.step(utc_now()) == 8  # although the candidate has eight to do
    with open_session(sql_engine) as session:
        assert side_by_side.pairs(session, "pixels", "another") == []
        shadows.end(session, CARL, NOW)
        session.commit()
    steps(worker, 3)
    with open_session(sql_engine) as session:
        assert side_by_side.pairs(session, "pixels", "another") == []


def test_a_candidate_that_fails_harms_nobody(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    models = {"pixels": PixelPredictor(), "another": PixelPredictor(spoil=Poison(0))}
    begin(sql_engine)
    waiting = queue(sql_engine, stream, 2)
    with Worker(sql_engine, redis_client, lambda name: models[name], pace=PACE, name="one") as worker:
        steps(worker, 6)
    with open_session(sql_engine) as session:
        (pair,) = side_by_side.pairs(session, "pixels", "another")
    assert pair.karyogram_id == waiting[1].id
    assert caplog.text.count("could not judge karyogram") == 1  # it is not tried again and again


def test_a_candidate_that_cannot_be_loaded_is_left_alone(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis, caplog: pytest.LogCaptureFixture
) -> None:
    begin(sql_engine)
    queue(sql_engine, stream, 1)
    models = {"pixels": PixelPredictor()}
    with Worker(sql_engine, redis_client, lambda name: models[name], pace=PACE, name="one") as worker:
        assert steps(worker, 6) == 1
    assert caplog.text.count("cannot be loaded") == 1


def test_pairs_tell_what_people_signed(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    begin(sql_engine)
    waiting = queue(sql_engine, stream, 2)
    steps(make_worker(), 6)
    with open_session(sql_engine) as session:
        for person in (ANNA, BEN):
            opinion = Opinion(Call.ABNORMAL, reason="seen")
            decisions.decide(session, person, waiting[0].id, opinion, NOW)
        calls = {pair.karyogram_id: pair.call for pair in side_by_side.pairs(session, "pixels", "another")}
    assert calls == {waiting[0].id: Call.ABNORMAL, waiting[1].id: None}
