"""Policies: versions that stay, the newest in force, and verdicts that keep what they were made by."""

from __future__ import annotations

import numpy as np
import pytest
from alembic import command
from sqlalchemy import Engine, text

from engine.jobs.stream import JobStream
from engine.people import NotAllowedError, Person, Role
from engine.policy import policies
from engine.policy.policies import PolicyError, PolicyVersion, Terms
from engine.records import database, store
from engine.records.database import open_session
from engine.reviews import QUALITY_SHARE, Review
from models.judging.prediction import Prediction
from models.judging.triage import Policy, TriageOutcome
from models.measuring.conformal import Guarantee
from tests.engine.records.test_database import migrate
from tests.engine.workers import MakeWorker, queue, steps, verdict_of
from tests.predictors import PixelPredictor, prediction
from tests.records import NOW

CARL = Person("Carl", Role.SUPERVISOR)
LAX = Terms(Policy(0.6, 0.45, 1.0), quality_share=0.0)
PROMISED = Terms(Policy(0.8, 0.1234567890123, 0.05), 0.1, Guarantee(0.05, 0.95), "simulated data")


def change(engine: Engine, terms: Terms, after: int, model: str = "pixels", reason: str = "too many") -> PolicyVersion:
    with open_session(engine) as session:
        made = policies.change(session, CARL, model, terms, reason=reason, now=NOW, after=after)
        session.commit()
    return made


def test_the_newest_version_of_a_model_is_in_force_and_the_others_stay(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert policies.in_force(session, "pixels") is None
        assert policies.terms_of(session, "pixels", Policy(0.7)) == (Terms(Policy(0.7), QUALITY_SHARE), None)
    first = change(sql_engine, LAX, 0)
    second = change(sql_engine, PROMISED, 1, reason=" promised ")
    other = change(sql_engine, LAX, 0, model="another")
    with open_session(sql_engine) as session:
        assert policies.history(session, "pixels") == [second, first]
        assert policies.in_force(session, "another") == other
        assert policies.terms_of(session, "pixels", Policy()) == (PROMISED, 2)
    assert (second.version, second.author, second.reason, second.created_at) == (2, "Carl", "promised", NOW)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.READ_ONLY])
def test_only_who_runs_the_laboratory_may_change_it(sql_engine: Engine, role: Role) -> None:
    with open_session(sql_engine) as session, pytest.raises(NotAllowedError, match="change policy"):
        policies.change(session, Person("Anna", role), "pixels", LAX, reason="why not", now=NOW, after=0)


def test_a_change_needs_a_reason_and_what_was_in_force_when_it_was_thought_of(sql_engine: Engine) -> None:
    with pytest.raises(PolicyError, match="reason"):
        change(sql_engine, LAX, 0, reason="  ")
    change(sql_engine, LAX, 0)
    for seen in (0, 2):
        with pytest.raises(PolicyError, match="Somebody else"):
            change(sql_engine, PROMISED, seen)
    with open_session(sql_engine) as session:
        assert len(policies.history(session, "pixels")) == 1


def test_a_share_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="quality_share"):
        Terms(Policy(), 1.5)


class Hopeful(PixelPredictor):
    """Says of everything that it is abnormal with a probability of 0.4: too much for the card."""

    def predict(self, pages: object, passes: int | None = None) -> list[Prediction]:
        return [prediction(np.full(5, 0.4, np.float32))]


def test_a_running_engine_judges_by_the_policy_in_force_and_old_verdicts_keep_theirs(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    worker = make_worker(Hopeful())
    (before,) = queue(sql_engine, stream, 1)
    steps(worker, 2)
    change(sql_engine, LAX, 0)
    (after,) = queue(sql_engine, stream, 1)
    steps(worker, 2)
    old, new = verdict_of(sql_engine, before), verdict_of(sql_engine, after)
    assert (old.outcome, old.policy, old.policy_version) == (TriageOutcome.FLAGGED_UNCERTAIN, Policy(), None)
    assert (new.outcome, new.policy, new.policy_version) == (TriageOutcome.SCREENED_NORMAL, LAX.limits, 1)


def test_the_policy_at_the_time_of_the_verdict_counts_and_not_that_of_the_start(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    class Slow(Hopeful):
        def predict(self, pages: object, passes: int | None = None) -> list[Prediction]:
            change(sql_engine, LAX, 0)  # somebody saves while the engine computes
            return super().predict(pages, passes)

    (waiting,) = queue(sql_engine, stream, 1)
    steps(make_worker(Slow()), 2)
    assert verdict_of(sql_engine, waiting).policy_version == 1


@pytest.mark.parametrize(("share", "turn"), [(1.0, Review.FIRST), (0.0, Review.NOT_NEEDED)])
def test_the_quality_share_of_the_policy_decides_who_is_read_all_the_same(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, share: float, turn: Review
) -> None:
    change(sql_engine, Terms(LAX.limits, share), 0)
    (waiting,) = queue(sql_engine, stream, 1)
    steps(make_worker(Hopeful()), 2)
    with open_session(sql_engine) as session:
        found = store.karyogram(session, waiting.id)
    assert (found.review, found.sampled) == (turn, share == 1.0)


def test_what_was_there_before_the_policies_is_kept(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    (waiting,) = queue(sql_engine, stream, 1)
    steps(make_worker(), 2)
    found = verdict_of(sql_engine, waiting)
    migrate(sql_engine, command.downgrade, "0004")
    with sql_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM verdicts")) == 1
    database.upgrade(sql_engine)
    assert verdict_of(sql_engine, waiting) == found
