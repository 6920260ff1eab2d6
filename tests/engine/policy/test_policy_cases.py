"""The karyograms by which a policy is tried: what was signed, what came lately, and how much comes in a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine.people import Person, Role
from engine.policy import policies, policy_cases, shadows, side_by_side
from engine.policy.policies import Terms
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Karyogram
from models.judging.triage import Policy, TriageOutcome, triage
from models.measuring.screening import effect
from tests.records import NOW, add_batch, karyograms, png, verdict

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
CARL = Person("Carl", Role.SUPERVISOR)
NORMAL, ABNORMAL = Opinion(Call.NORMAL, reason="looked twice"), Opinion(Call.ABNORMAL, reason="looked twice")
FLAGGED, SCREENED = TriageOutcome.FLAGGED_UNCERTAIN, TriageOutcome.SCREENED_NORMAL


def judge(session: Session, one: Karyogram, outcome: TriageOutcome, *, share: float, version: int | None) -> None:
    said = replace(verdict(one, outcome), findings=(), policy_version=version)
    assert store.save_verdict(session, said, share)


def sign(session: Session, one: Karyogram, opinion: Opinion) -> None:
    for person in (ANNA, BEN):
        decisions.decide(session, person, one.id, opinion, NOW)


def test_signed_karyograms_are_read_with_what_people_say(sql_engine: Engine) -> None:
    add_batch(sql_engine, *(png(seed) for seed in range(6)))
    waiting = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        for one in waiting[:5]:
            judge(session, one, FLAGGED, share=0.0, version=None)
        sign(session, waiting[0], ABNORMAL)
        sign(session, waiting[1], NORMAL)
        sign(session, waiting[2], Opinion(Call.NOT_ASSESSABLE))
        # two who disagree, and a third who decides
        decisions.decide(session, ANNA, waiting[3].id, ABNORMAL, NOW)
        decisions.decide(session, BEN, waiting[3].id, NORMAL, NOW)
        decisions.decide(session, CARL, waiting[3].id, ABNORMAL, NOW)
        decisions.decide(session, ANNA, waiting[4].id, ABNORMAL, NOW)  # the second has not read it yet
        found = policy_cases.signed(session, "pixels").cohort
        assert policy_cases.signed(session, "another").cohort.size == 0
    assert (found.size, int(found.abnormal.sum()), found.abnormal_cases) == (3, 2, 1)
    assert found.probability.tolist() == [0.4] * 3
    assert found.weight.tolist() == [1.0] * 3


def test_an_amended_decision_no_longer_counts(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (one,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        judge(session, one, FLAGGED, share=0.0, version=None)
        first = decisions.decide(session, ANNA, one.id, ABNORMAL, NOW)
        second = decisions.decide(session, BEN, one.id, ABNORMAL, NOW)
        decisions.amend(session, BEN, second, NORMAL, NOW)
        decisions.amend(session, ANNA, first, NORMAL, NOW)
        assert policy_cases.signed(session, "pixels").cohort.abnormal.tolist() == [False]


def test_a_sampled_one_stands_for_those_that_nobody_read(sql_engine: Engine) -> None:
    add_batch(sql_engine, *(png(seed) for seed in range(4)))
    waiting = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        everything = Terms(Policy(), quality_share=1.0)
        policies.change(session, CARL, "pixels", everything, reason="a trial", now=NOW, after=0)
        judge(session, waiting[0], SCREENED, share=1.0, version=None)  # the share of the engine's own
        judge(session, waiting[1], SCREENED, share=1.0, version=1)
        judge(session, waiting[2], FLAGGED, share=1.0, version=1)
        judge(session, waiting[3], SCREENED, share=0.0, version=1)  # not drawn, but somebody reads it
        for one in waiting:
            sign(session, one, ABNORMAL)
        found = policy_cases.signed(session, "pixels")
    assert sorted(found.cohort.weight.tolist()) == [1.0, 1.0, 20.0]
    assert found.in_full.size == 2


@pytest.mark.parametrize("outcome", list(TriageOutcome)[:4])
def test_the_rule_is_the_one_of_the_engine(sql_engine: Engine, outcome: TriageOutcome) -> None:
    add_batch(sql_engine, png(1))
    (one,) = karyograms(sql_engine)
    policy = Policy(0.5, 0.45, 0.2)
    with open_session(sql_engine) as session:
        said = verdict(one, outcome)
        said = said if outcome is not SCREENED else replace(said, findings=())
        store.save_verdict(session, said)
        found = policy_cases.recent(session, "pixels", NOW + timedelta(days=1))
    by_rule = triage(outcome is not TriageOutcome.FLAGGED_UNREADABLE, said.measures, said.findings, policy)
    assert found.screened(policy).tolist() == [by_rule.outcome is SCREENED]


def test_what_came_lately_and_how_much_in_a_day(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert policy_cases.throughput(session, NOW) is None
        assert policy_cases.recent(session, "pixels", NOW).size == 0
    add_batch(sql_engine, *(png(seed) for seed in range(6)), now=NOW - timedelta(days=1, hours=12))
    with open_session(sql_engine) as session:
        for one in store.karyograms(session, store.unfinished(session)):
            judge(session, one, FLAGGED, share=0.0, version=None)
        assert policy_cases.recent(session, "pixels", NOW).size == 6
        assert policy_cases.throughput(session, NOW) == 3.0
        assert policy_cases.recent(session, "pixels", NOW + timedelta(days=29)).size == 0
        assert policy_cases.throughput(session, NOW + timedelta(days=29)) is None


def test_an_empty_laboratory_has_no_effect_to_show(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        found = effect(policy_cases.signed(session, "pixels").cohort, Policy())
        assert session.scalar(select(schema.karyograms.c.id)) is None
    assert (found.missed, found.abnormal) == (0, 0)
    assert found.missed_share != found.missed_share  # not a number


def test_a_candidate_is_tried_on_what_was_read_because_of_the_model_in_use(sql_engine: Engine) -> None:
    """What the candidate would screen was read all the same, where the model in use has flagged it."""
    add_batch(sql_engine, png(1), png(2))
    flagged, screened = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        judge(session, flagged, FLAGGED, share=0.0, version=None)
        judge(session, screened, SCREENED, share=1.0, version=None)
        for one, outcome in ((flagged, SCREENED), (screened, FLAGGED)):
            shadows.keep(session, replace(verdict(one, outcome, model="candidate"), findings=()))
            sign(session, one, ABNORMAL)
        found = policy_cases.signed(session, "candidate").cohort
        weights = {pair.outcome: pair.weight for pair in side_by_side.pairs(session, "pixels", "candidate")}
    assert sorted(found.weight.tolist()) == [1.0, 20.0]
    assert weights == {FLAGGED: 1.0, SCREENED: 20.0}
