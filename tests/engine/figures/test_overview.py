"""What the overview counts, over both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from engine.figures import drift, overview
from engine.figures.agreement import Agreement, agreement, together
from engine.figures.drift import ENOUGH, Signal
from engine.figures.overview import Bar, Counts, Turnaround
from engine.figures.periods import DAY, HOUR, Period
from engine.figures.shares import Estimate
from engine.people import DEMO
from engine.policy import shadows
from engine.records import schema, store
from engine.records.database import open_session
from engine.records.rows import from_verdict
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Karyogram
from models.judging.triage import Reason, TriageOutcome
from models.judging.uncertainty import wilson_interval
from tests.records import NOW, add_batch, karyograms, png, verdict

TOVE, TEO, SARA, _ = DEMO
PERIOD = Period(NOW - timedelta(hours=6), NOW + timedelta(hours=6), HOUR)
ABNORMAL, NORMAL = Opinion(Call.ABNORMAL, reason="it is"), Opinion(Call.NORMAL, reason="it is")
SCREENED, FLAGGED = TriageOutcome.SCREENED_NORMAL, TriageOutcome.FLAGGED_ABNORMAL


def sign(engine: Engine, karyogram: Karyogram, *opinions: Opinion, hours: float = 1.0) -> None:
    """Let readers decide one after the other, ``hours`` apart."""
    with open_session(engine) as session:
        for number, (person, opinion) in enumerate(zip((TOVE, TEO, SARA), opinions, strict=False), 1):
            decisions.decide(session, person, karyogram.id, opinion, karyogram.created_at + number * hours * HOUR)
        session.commit()


def judge(engine: Engine, *outcomes: TriageOutcome, sampled: float = 1.0) -> list[Karyogram]:
    """A batch with one karyogram of each outcome, judged."""
    add_batch(engine, *(png(number) for number in range(len(outcomes))))
    found = karyograms(engine)
    with open_session(engine) as session:
        for karyogram, outcome in zip(found, outcomes, strict=True):
            store.save_verdict(session, verdict(karyogram, outcome), quality_share=sampled)
        session.commit()
    return found


def test_an_empty_store_has_nothing_to_tell(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert overview.counts(session, PERIOD) == Counts(0, 0, {}, 0, 0)
        assert overview.reasons(session, PERIOD) == {}
        assert overview.turnaround(session, PERIOD) == Turnaround(0, None, None)
        assert overview.oldest_open(session) is None
        assert set(overview.throughput(session, PERIOD).received) == {0}
        assert overview.confidence(session, PERIOD, "pixels", "pass_agreement") == []
        assert agreement(session, PERIOD) == []
        assert drift.models(session, PERIOD) == []
        assert drift.drift(session, PERIOD, "pixels")[Signal.ENTROPY].points == []
    assert together([]) is None


def test_karyograms_are_counted_by_what_became_of_them(sql_engine: Engine) -> None:
    outcomes = [outcome for outcome in TriageOutcome if outcome is not TriageOutcome.FAILED]
    add_batch(sql_engine, *(png(number) for number in range(6)))
    add_batch(sql_engine, png(9), now=NOW - DAY)  # before the period
    _, *found = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        for karyogram, outcome in zip(found, outcomes, strict=False):
            store.save_verdict(session, verdict(karyogram, outcome), quality_share=0.0)
            store.save_verdict(session, verdict(karyogram, FLAGGED, model="another"))
        store.fail(session, found[4].id, "cut off")
        session.commit()
    sign(sql_engine, found[1], ABNORMAL, ABNORMAL)
    sign(sql_engine, found[2], NORMAL)
    with open_session(sql_engine) as session:
        counts = overview.counts(session, PERIOD)
    assert counts == Counts(6, 1, dict.fromkeys(TriageOutcome, 1), decided=2, signed=1)
    assert counts.flagged == 3


def test_reasons_are_those_of_the_model_of_the_batch(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), png(2))
    one, two = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(one))  # two reasons
        store.save_verdict(session, replace(verdict(one, FLAGGED, model="another"), reasons=(Reason.NO_FINDING,)))
        store.save_verdict(session, replace(verdict(two, FLAGGED), reasons=(Reason.LOW_AGREEMENT,)))
        assert overview.reasons(session, PERIOD) == {Reason.LOW_AGREEMENT: 2, Reason.FINDING_CONTRADICTS: 1}


def test_turnaround_is_of_what_was_signed_in_the_period(sql_engine: Engine) -> None:
    found = judge(sql_engine, *[FLAGGED] * 12)
    for number, karyogram in enumerate(found[:10], 1):
        sign(sql_engine, karyogram, ABNORMAL, ABNORMAL, hours=number / 4)
    sign(sql_engine, found[10], ABNORMAL, ABNORMAL, hours=4)  # signed after the period
    sign(sql_engine, found[11], ABNORMAL)
    with open_session(sql_engine) as session:
        # an amendment days later does not count
        first = decisions.of(session, found[0].id)[0]
        decisions.amend(session, TOVE, first, replace(ABNORMAL, comment="once more"), NOW + 5 * HOUR)
        took = overview.turnaround(session, PERIOD)
        through = overview.throughput(session, PERIOD)
        assert overview.oldest_open(session) == found[11].created_at
    # signed after 0.5, 1, ... 5 hours: the fifth and the ninth
    assert took == Turnaround(10, timedelta(hours=2.5), timedelta(hours=4.5))
    assert sum(through.signed) == 10
    assert list(through.received) == [0] * 6 + [12] + [0] * 5
    assert list(through.signed)[6:] == [1, 2, 2, 2, 2, 1]


def test_confidence_is_counted_in_bins(sql_engine: Engine) -> None:
    add_batch(sql_engine, *(png(number) for number in range(5)))
    figures = [0.0, 0.049, 0.05, 1.0, 0.99]
    with open_session(sql_engine) as session:
        for karyogram, figure in zip(karyograms(sql_engine), figures, strict=True):
            store.save_verdict(session, verdict(karyogram, FLAGGED, calibrated=figure))
        bars = overview.confidence(session, PERIOD, "pixels", "calibrated_probability")
    assert bars == [Bar(FLAGGED, 0, 2), Bar(FLAGGED, 1, 1), Bar(FLAGGED, 19, 2)]


def test_agreement_counts_the_screened_ones_that_were_read(sql_engine: Engine) -> None:
    read = judge(sql_engine, *[SCREENED] * 3, *[FLAGGED] * 3, TriageOutcome.FLAGGED_UNREADABLE)
    for karyogram, opinions in zip(
        read,
        [
            (NORMAL, NORMAL),
            (NORMAL, ABNORMAL, ABNORMAL),  # missed, says the third
            (NORMAL,),  # not signed
            (ABNORMAL, ABNORMAL),
            (ABNORMAL, NORMAL, NORMAL),
            (Opinion(Call.NOT_ASSESSABLE), Opinion(Call.NOT_ASSESSABLE)),
            (ABNORMAL, ABNORMAL),
        ],
        strict=True,
    ):
        sign(sql_engine, karyogram, *opinions)
    with open_session(sql_engine) as session:
        (part,) = agreement(session, PERIOD)
    expected = Agreement(PERIOD.moments[6], screened=3, sampled=2, sampled_cases=1, missed=1, flagged=3, found=2)
    assert part == expected == together([part])
    assert part.negative_predictive_value == Estimate(0.5, *wilson_interval(0, 1))
    assert part.sensitivity is not None
    assert part.sensitivity.value == pytest.approx(2 / 3.5)  # half of the three screened ones are missed


def test_an_amended_call_counts_as_it_stands(sql_engine: Engine) -> None:
    (karyogram,) = judge(sql_engine, FLAGGED)
    sign(sql_engine, karyogram, ABNORMAL, ABNORMAL)
    with open_session(sql_engine) as session:
        for person, made in zip((TOVE, TEO), decisions.of(session, karyogram.id), strict=True):
            decisions.amend(session, person, made, NORMAL, NOW + 3 * HOUR)
        (part,) = agreement(session, PERIOD)
    assert (part.flagged, part.found) == (1, 0)
    assert part.sensitivity is part.negative_predictive_value is None


def test_a_drift_alarms_against_the_time_before(sql_engine: Engine) -> None:
    """Of 200 earlier ones 10 are unreadable: the limit of 4 karyograms is 5 % and three times the root of 0.0475/4."""
    add_batch(sql_engine, *[png(1)] * ENOUGH, now=NOW - 10 * DAY)
    add_batch(sql_engine, *[png(1)] * 8)
    found = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        for number, karyogram in enumerate(found):
            strange = number < 10 or number >= ENOUGH + 6
            outcome = TriageOutcome.FLAGGED_UNREADABLE if strange else FLAGGED
            moment = NOW - 10 * DAY if number < ENOUGH else NOW if number < ENOUGH + 4 else NOW + 2 * HOUR
            store.save_verdict(session, verdict(karyogram, outcome, created_at=moment))
        signals = drift.drift(session, PERIOD, "pixels")
        assert drift.models(session, PERIOD) == ["pixels"]
        assert drift.drift(session, PERIOD, "another")[Signal.UNREADABLE].points == []
    share, information = signals[Signal.UNREADABLE], signals[Signal.INFORMATION]
    assert share.mean == pytest.approx(0.05)
    assert [(point.number, point.value, point.alarms) for point in share.points] == [(4, 0.0, False), (4, 0.5, True)]
    assert share.points[0].limit == pytest.approx(0.05 + 3 * (0.0475 / 4) ** 0.5)
    assert [(point.number, point.value) for point in information.points] == [(4, 0.1), (2, 0.1)]


def test_a_candidate_in_the_shadow_is_not_the_laboratorys_own(sql_engine: Engine) -> None:
    found = judge(sql_engine, FLAGGED, SCREENED)
    with open_session(sql_engine) as session:
        for karyogram in found:
            shadows.keep(session, verdict(karyogram, TriageOutcome.FLAGGED_UNREADABLE, model="another"))
        shadows.keep(session, verdict(found[0], FLAGGED, model="third"))
        store.save_verdict(session, verdict(found[1], FLAGGED, model="third"))  # once in the shadow, once asked for
        assert drift.models(session, PERIOD) == ["pixels", "third"]
        assert drift.drift(session, PERIOD, "another")[Signal.UNREADABLE].points == []
        assert overview.confidence(session, PERIOD, "another", "pass_agreement") == []
        third = drift.drift(session, PERIOD, "third")[Signal.UNREADABLE].points
        assert [point.number for point in third] == [1]
        assert sum(bar.count for bar in overview.confidence(session, PERIOD, "third", "pass_agreement")) == 1


def test_the_distance_drifts_where_it_was_measured(sql_engine: Engine) -> None:
    """Of 200 earlier ones half lie at 0.9 and half at 1.1: the limit of four is 1 and three times 0.1 / 2."""
    add_batch(sql_engine, *[png(1)] * (ENOUGH + 1), now=NOW - 10 * DAY)
    add_batch(sql_engine, *[png(1)] * 6)
    far = [0.9, 1.1] * (ENOUGH // 2) + [None] + [1.2, 1.2, 1.2, 1.4, 9.0, None]
    rows = []
    for number, (karyogram, distance) in enumerate(zip(karyograms(sql_engine), far, strict=True)):
        moment = NOW - 10 * DAY if number <= ENOUGH else NOW
        outcome = TriageOutcome.FLAGGED_UNREADABLE if distance == 9.0 else FLAGGED
        rows.append(from_verdict(replace(verdict(karyogram, outcome, created_at=moment), distance=distance)))
    with open_session(sql_engine) as session:
        session.execute(schema.verdicts.insert(), rows)
        kept = [store.verdict(session, row["karyogram_id"]) for row in rows[-3:]]
        assert [one and one.distance for one in kept] == [1.4, 9.0, None]
        found = drift.drift(session, PERIOD, "pixels")[Signal.DISTANCE]
    (point,) = found.points  # the unreadable one and the one without a distance do not count
    assert found.mean == pytest.approx(1.0)
    assert (point.number, point.alarms) == (4, True)
    assert point.value == pytest.approx(1.25)
    assert point.limit == pytest.approx(1.15)


def test_too_few_earlier_karyograms_give_no_limit(sql_engine: Engine) -> None:
    judge(sql_engine, FLAGGED)
    with open_session(sql_engine) as session:
        found = drift.drift(session, PERIOD, "pixels")[Signal.ENTROPY]
    assert found.mean is None
    assert [(point.limit, point.alarms) for point in found.points] == [(None, False)]
