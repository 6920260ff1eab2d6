"""Decisions of people: two readers who do not see each other's, a supervisor where they disagree, amendments."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from engine import reviews
from engine.people import NotAllowedError, Person, Role
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion, Place, Review, ReviewError
from models.judging.triage import TriageOutcome
from tests.records import NOW, add_batch, karyograms, png, verdict

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
CARL, DORA = Person("Carl", Role.SUPERVISOR), Person("Dora", Role.READ_ONLY)
DOWN = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",))
NORMAL = Opinion(Call.NORMAL)


def judged(engine: Engine, outcome: TriageOutcome = TriageOutcome.FLAGGED_UNCERTAIN) -> str:
    """The id of a karyogram with a verdict of this outcome; none is drawn into the quality sample."""
    add_batch(engine, png(1))
    (karyogram,) = karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, verdict(karyogram, outcome), quality_share=0.0)
        session.commit()
    return karyogram.id


def turn(session: Session, key: str) -> Review:
    return store.karyogram(session, key).review


def test_two_readers_who_agree_sign(sql_engine: Engine) -> None:
    key = judged(sql_engine)
    with open_session(sql_engine) as session:
        first = decisions.decide(session, ANNA, key, Opinion(Call.ABNORMAL), NOW)
        assert (first.place, first.outcome, first.model) == (Place.FIRST, TriageOutcome.FLAGGED_UNCERTAIN, "pixels")
        assert turn(session, key) is Review.SECOND
        assert decisions.result(session, store.karyogram(session, key)) is None
        second = decisions.decide(session, BEN, key, DOWN, NOW)
        assert turn(session, key) is Review.SIGNED
        assert decisions.of(session, key) == [first, second]
        assert decisions.result(session, store.karyogram(session, key)) == second  # it names the karyotype
        assert second.opinion == DOWN


def test_the_second_reader_is_another_person_and_does_not_see_the_first(sql_engine: Engine) -> None:
    key = judged(sql_engine)
    with open_session(sql_engine) as session:
        decisions.decide(session, ANNA, key, DOWN, NOW)
        with pytest.raises(ReviewError, match="Another person"):
            decisions.decide(session, ANNA, key, DOWN, NOW)
        made = decisions.of(session, key)
        assert [reviews.may_see(who, Review.SECOND, made) for who in (ANNA, BEN, CARL)] == [made, [], []]


def test_where_readers_disagree_a_supervisor_decides(sql_engine: Engine) -> None:
    key = judged(sql_engine)
    with open_session(sql_engine) as session:
        decisions.decide(session, ANNA, key, DOWN, NOW)
        decisions.decide(session, BEN, key, replace(DOWN, karyotype="47,XY,+18", findings=("+18",)), NOW)
        assert turn(session, key) is Review.THIRD
        with pytest.raises(NotAllowedError, match="Dora is read only"):
            decisions.decide(session, DORA, key, NORMAL, NOW)
        made = decisions.of(session, key)
        assert reviews.may_see(CARL, Review.THIRD, made) == made
        assert reviews.may_see(DORA, Review.THIRD, made) == []
        third = decisions.decide(session, CARL, key, DOWN, NOW)
        assert turn(session, key) is Review.SIGNED
        assert decisions.result(session, store.karyogram(session, key)) == third


def test_overriding_the_model_needs_a_reason(sql_engine: Engine) -> None:
    key = judged(sql_engine, TriageOutcome.FLAGGED_ABNORMAL)
    with open_session(sql_engine) as session:
        with pytest.raises(ReviewError, match="the contrary"):
            decisions.decide(session, ANNA, key, replace(NORMAL, reason=" "), NOW)
        decisions.decide(session, ANNA, key, replace(NORMAL, reason="a caption lies on 21"), NOW)
        decisions.decide(session, BEN, key, Opinion(Call.NOT_ASSESSABLE), NOW)  # that is not the contrary
        assert turn(session, key) is Review.THIRD


def test_amending_a_signed_decision_keeps_the_old_one_and_may_open_it_again(sql_engine: Engine) -> None:
    key = judged(sql_engine)
    with open_session(sql_engine) as session:
        decisions.decide(session, ANNA, key, DOWN, NOW)
        old = decisions.decide(session, BEN, key, DOWN, NOW)
        for who, opinion in ((BEN, NORMAL), (ANNA, replace(NORMAL, reason="looked again"))):
            with pytest.raises(ReviewError, match=r"the reason|only who decided"):
                decisions.amend(session, who, old, opinion, NOW)
        new = decisions.amend(session, BEN, old, replace(NORMAL, reason="looked again"), NOW + timedelta(days=1))
        assert (new.amends, new.place) == (old.id, Place.SECOND)
        assert turn(session, key) is Review.THIRD
        assert old in decisions.of(session, key)
        with pytest.raises(ReviewError, match="amended already"):
            decisions.amend(session, BEN, old, replace(NORMAL, reason="again"), NOW)
        decisions.amend(session, BEN, new, replace(DOWN, reason="it was right"), NOW)
        assert turn(session, key) is Review.SIGNED


def test_of_two_readers_at_the_same_moment_one_is_told(sql_engine: Engine) -> None:
    key = judged(sql_engine)
    with open_session(sql_engine) as session:
        before = decisions.of(session, key)
        karyogram = store.karyogram(session, key)
        decisions.decide(session, ANNA, key, DOWN, NOW)
        session.commit()
        values = {"karyogram_id": key, "place": Place.FIRST, "person": "Ben", "call": Call.NORMAL, "karyotype": ""}
        rest: dict[str, object] = {"findings": [], "comment": "", "reason": "", "amends": None, "created_at": NOW}
        late: dict[str, object] = {**values, **rest}
        with pytest.raises(ReviewError, match="just now"):
            decisions._keep(session, BEN, karyogram, before, late)
    with open_session(sql_engine) as session:
        assert [one.person for one in decisions.of(session, key)] == ["Anna"]


def test_what_is_screened_needs_no_reader_but_may_have_one(sql_engine: Engine) -> None:
    key = judged(sql_engine, TriageOutcome.SCREENED_NORMAL)
    with open_session(sql_engine) as session:
        assert turn(session, key) is Review.NOT_NEEDED
        decisions.decide(session, ANNA, key, NORMAL, NOW)
        assert turn(session, key) is Review.SECOND


def test_a_karyogram_without_a_verdict_cannot_be_decided(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session, pytest.raises(ReviewError, match="no verdict yet"):
        decisions.decide(session, ANNA, karyogram.id, NORMAL, NOW)


def test_a_failed_one_can_be_read_and_what_was_decided_stands_when_it_is_tried_again(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.fail(session, karyogram.id, "cut off")
        decisions.decide(session, ANNA, karyogram.id, Opinion(Call.NOT_ASSESSABLE), NOW)
        store.requeue(session, karyogram.id)
        store.save_verdict(session, verdict(karyogram))
        assert turn(session, karyogram.id) is Review.SECOND


def test_the_verdict_of_another_model_changes_nobodys_turn(sql_engine: Engine) -> None:
    key = judged(sql_engine, TriageOutcome.SCREENED_NORMAL)
    with open_session(sql_engine) as session:
        other = verdict(store.karyogram(session, key), TriageOutcome.FLAGGED_ABNORMAL, model="another")
        store.save_verdict(session, other)
        assert turn(session, key) is Review.NOT_NEEDED


def test_the_reading_list_is_ordered_by_risk() -> None:
    risks = [reviews.risk(TriageOutcome.FAILED, None)]
    for outcome in ("flagged_unreadable", "flagged_abnormal", "flagged_uncertain", "screened_normal"):
        risks += [reviews.risk(TriageOutcome(outcome), probability) for probability in (1.0, 0.5, 0.0)]
    assert risks == sorted(risks, reverse=True)
    assert len(set(risks)) == len(risks)


def test_the_quality_sample_has_its_share_and_is_marked(sql_engine: Engine) -> None:
    drawn = sum(reviews.is_sampled(f"{number:032x}", 0.05) for number in range(20_000))
    assert 900 < drawn < 1_100
    add_batch(sql_engine, png(1), png(2))
    with open_session(sql_engine) as session:
        for karyogram, share in zip(store.karyograms(session, store.unfinished(session)), (1.0, 0.0), strict=True):
            store.save_verdict(session, verdict(karyogram, TriageOutcome.SCREENED_NORMAL), quality_share=share)
        table = schema.karyograms
        rows = session.execute(select(table.c.review, table.c.sampled).order_by(table.c.file_name)).all()
    assert [tuple(row) for row in rows] == [(Review.FIRST, True), (Review.NOT_NEEDED, False)]


def test_findings_belong_to_the_abnormal() -> None:
    with pytest.raises(ValueError, match="findings belong"):
        Opinion(Call.NORMAL, findings=("+21",))
