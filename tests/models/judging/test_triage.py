"""The triage rule: which outcome, and every reason for it."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from models.judging.calibration import Calibration
from models.judging.triage import Finding, Policy, Reason, TriageDecision, TriageOutcome, risk_key, triage
from models.judging.uncertainty import Measures, measure

POLICY = Policy()
FINDING = Finding("21", "+21", 0.9, "chromosome 21: three copies", 98, 100)


def measures(probability: float = 0.05, **changes: Any) -> Measures:
    return dataclasses.replace(measure(np.full(100, probability), Calibration()), **changes)


def decided(said: Measures, *findings: Finding, readable: bool = True) -> TriageDecision:
    return triage(readable, said, findings, POLICY)


def test_what_raises_no_doubt_is_screened() -> None:
    assert decided(measures()) == TriageDecision(TriageOutcome.SCREENED_NORMAL)


def test_what_is_no_karyogram_is_unreadable_whatever_the_passes_say() -> None:
    expected = TriageDecision(TriageOutcome.FLAGGED_UNREADABLE, (Reason.NOT_A_KARYOGRAM,))
    assert decided(measures(0.9), FINDING, readable=False) == expected


def test_an_abnormal_vote_with_a_finding_is_abnormal() -> None:
    expected = TriageDecision(TriageOutcome.FLAGGED_ABNORMAL, (Reason.VOTED_ABNORMAL,))
    assert decided(measures(0.9), FINDING) == expected


def test_an_abnormal_vote_that_no_finding_explains_says_so() -> None:
    reasons = (Reason.VOTED_ABNORMAL, Reason.NO_FINDING)
    assert decided(measures(0.9)) == TriageDecision(TriageOutcome.FLAGGED_ABNORMAL, reasons)


def test_a_normal_vote_with_a_finding_is_never_screened() -> None:
    expected = TriageDecision(TriageOutcome.FLAGGED_UNCERTAIN, (Reason.FINDING_CONTRADICTS,))
    assert decided(measures(), FINDING) == expected


@pytest.mark.parametrize(
    ("measure_name", "limit", "beyond", "reason"),
    [
        ("pass_agreement", POLICY.min_pass_agreement, -1e-9, Reason.LOW_AGREEMENT),
        ("calibrated_probability", POLICY.max_calibrated_probability, 1e-9, Reason.HIGH_PROBABILITY),
        ("mutual_information", POLICY.max_mutual_information, 1e-9, Reason.HIGH_MUTUAL_INFORMATION),
    ],
)
def test_a_measure_at_its_limit_passes_and_beyond_it_or_not_a_number_flags(
    measure_name: str, limit: float, beyond: float, reason: Reason
) -> None:
    assert decided(measures(**{measure_name: limit})).outcome is TriageOutcome.SCREENED_NORMAL
    for value in (limit + beyond, math.nan):
        expected = TriageDecision(TriageOutcome.FLAGGED_UNCERTAIN, (reason,))
        assert decided(measures(**{measure_name: value})) == expected


def test_all_reasons_are_told() -> None:
    said = measures(pass_agreement=0.6, calibrated_probability=0.45, mutual_information=0.2)
    assert decided(said, FINDING).reasons == (
        Reason.LOW_AGREEMENT,
        Reason.HIGH_PROBABILITY,
        Reason.HIGH_MUTUAL_INFORMATION,
        Reason.FINDING_CONTRADICTS,
    )


def test_the_riskiest_comes_first() -> None:
    abnormal, normal = TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.SCREENED_NORMAL
    keys = [risk_key(TriageOutcome.FAILED, None), risk_key(abnormal, 0.9), risk_key(abnormal, 0.6)]
    keys += [risk_key(TriageOutcome.FLAGGED_UNCERTAIN, 0.99), risk_key(normal, 0.2), risk_key(normal, 0.1)]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Policy)])
@pytest.mark.parametrize("value", [-0.1, 1.1, math.nan])
def test_a_limit_must_be_a_share(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must lie between 0 and 1"):
        Policy(**{name: value})
