"""Another policy on verdicts that are there: the very rule of triage, counted by case."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from models.judging.calibration import Calibration
from models.judging.triage import Finding, Policy, TriageOutcome, triage
from models.judging.uncertainty import Label, Measures, measure
from models.measuring.conformal import Guarantee, NoThreshold, Threshold
from models.measuring.screening import Cohort, effect, promised, screened_share, sweep

MEASURES = measure(np.array([0.1, 0.2]), Calibration())
OPEN = Policy(0.5, 1.0, 1.0)


def cohort(
    probability: list[float], abnormal: list[bool], case: list[int] | None = None, **columns: list[Any]
) -> Cohort:
    """Karyograms of which only the probability matters, unless columns say otherwise."""
    number = len(probability)
    others: dict[str, NDArray[Any]] = {
        "case": np.arange(number) if case is None else np.array(case),
        "flagged": np.zeros(number, bool),
        "agreement": np.ones(number),
        "information": np.zeros(number),
        "weight": np.ones(number),
        **{name: np.array(values) for name, values in columns.items()},
    }
    return Cohort(probability=np.array(probability, float), abnormal=np.array(abnormal, bool), **others)


def one(said: Measures, readable: bool, found: bool) -> Cohort:
    flagged = not readable or said.label is Label.ABNORMAL or found
    return cohort(
        [said.calibrated_probability],
        [False],
        flagged=[flagged],
        agreement=[said.pass_agreement],
        information=[said.mutual_information],
    )


share = st.sampled_from([0.0, 0.1, 0.3, 0.30000000000000004, 0.8, 1.0])


@given(
    label=st.sampled_from(Label), readable=st.booleans(), found=st.booleans(), said=st.tuples(share, share, share),
    limits=st.tuples(share, share, share),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_it_is_the_rule_of_triage(
    label: Label, readable: bool, found: bool, said: tuple[float, ...], limits: tuple[float, ...]
) -> None:
    agreement, probability, information = said
    measures = replace(
        MEASURES,
        label=label,
        pass_agreement=agreement,
        calibrated_probability=probability,
        mutual_information=information,
    )
    policy, findings = Policy(*limits), (Finding("21", "+21", 0.9),) if found else ()
    decided = triage(readable, measures, findings, policy).outcome is TriageOutcome.SCREENED_NORMAL
    assert one(measures, readable, found).screened(policy).tolist() == [decided]


def test_a_measure_that_is_no_number_is_never_screened() -> None:
    for name in ("agreement", "information", "probability"):
        odd = replace(cohort([0.1], [True]), **{name: np.array([np.nan])})
        assert not odd.screened(OPEN).any()
        assert odd.case_scores(OPEN).tolist() == [np.inf]


def test_missed_ones_lead_and_their_interval_counts_cases() -> None:
    # ten abnormal cases of which one is missed, with as many cells as one likes
    many = cohort([0.1] * 20 + [0.9] * 9, [True] * 29, case=[0] * 20 + list(range(1, 10)))
    few = cohort([0.1] + [0.9] * 9, [True] * 10)
    policy = replace(OPEN, max_calibrated_probability=0.5)
    found, of_few = effect(many, policy), effect(few, policy)
    assert (found.missed, found.abnormal) == (20, 29)
    assert found.missed_interval[0] == 0.0  # without that one case none would be missed
    assert found.missed_interval[1] > of_few.missed_interval[1]
    assert (of_few.missed_share, many.abnormal_cases) == (0.1, 10)


def test_where_nothing_is_missed_the_interval_still_says_how_little_is_known() -> None:
    found = effect(cohort([0.9] * 8, [True] * 8), replace(OPEN, max_calibrated_probability=0.5))
    assert found.missed_share == 0.0
    assert found.missed_interval[0] == 0.0
    assert found.missed_interval[1] == pytest.approx(0.324, abs=0.001)


def test_weights_stand_for_those_that_nobody_read() -> None:
    known = cohort([0.1, 0.9, 0.9, 0.1], [True, True, True, False], weight=[20.0, 1.0, 1.0, 20.0])
    found = effect(known, replace(OPEN, max_calibrated_probability=0.5))
    assert found.missed_share == pytest.approx(20 / 22)
    assert (found.missed, found.abnormal, found.missed_about, found.abnormal_about) == (1, 3, 20.0, 22.0)
    assert found.screened_normal == 1.0
    assert screened_share(known, replace(OPEN, max_calibrated_probability=0.5)) == pytest.approx(40 / 42)


def test_a_case_is_missed_at_its_lowest_karyogram_that_can_pass() -> None:
    known = cohort(
        [0.2, 0.1, 0.3, 0.05, 0.4],
        [True, True, True, True, False],
        case=[7, 7, 8, 8, 9],
        flagged=[False, False, False, True, False],
        agreement=[1.0, 1.0, 0.6, 1.0, 1.0],
    )
    assert known.case_scores(OPEN).tolist() == [0.1, 0.3]
    assert known.case_scores(replace(OPEN, min_pass_agreement=0.8)).tolist() == [0.1, np.inf]


def test_a_higher_limit_misses_and_screens_more() -> None:
    generator = np.random.default_rng(3)
    known = cohort(list(generator.random(200)), [True, False] * 100)
    limits = np.linspace(0, 1, 21)
    found = sweep(known, known, OPEN, limits)
    assert (np.diff(found.missed) >= 0).all()
    assert (np.diff(found.screened) >= 0).all()
    assert ((found.low <= found.missed) & (found.missed <= found.high)).all()
    assert (found.missed[-1], found.screened[-1]) == (1.0, 1.0)
    at = 7
    single = effect(known, replace(OPEN, max_calibrated_probability=float(limits[at])))
    assert single.missed_share == pytest.approx(found.missed[at])


def test_a_promise_is_kept_on_the_cases_it_was_made_by() -> None:
    generator = np.random.default_rng(3)
    known = cohort(list(generator.random(120)), [True] * 120)
    found = promised(known, OPEN, Guarantee(0.1, 0.9))
    assert isinstance(found, Threshold)
    assert effect(known, replace(OPEN, max_calibrated_probability=found.limit)).missed == found.missed > 0
    assert isinstance(promised(known.where(np.arange(120) < 20), OPEN, Guarantee(0.1, 0.9)), NoThreshold)
