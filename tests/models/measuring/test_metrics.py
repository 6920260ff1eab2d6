"""The figures agree with their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.measuring.metrics import (
    Outcomes,
    area_under_curve,
    average_precision,
    confusion,
    expected_calibration_error,
    figures,
    predictive_value,
    shares,
)


def outcomes(abnormal: list[int], score: list[float], case: list[int] | None = None) -> Outcomes:
    values, truth = np.array(score, dtype=np.float64), np.array(abnormal, dtype=bool)
    numbers = np.arange(len(score)) if case is None else np.array(case)
    return Outcomes(truth, values >= 0.5, values < 0.3, values, values, numbers)


def test_known_figures() -> None:
    table = outcomes([1, 1, 1, 0, 0, 0, 0], [0.9, 0.6, 0.2, 0.7, 0.4, 0.1, 0.0])
    ones = np.ones(7)
    assert confusion(table, ones) == {"tn": 3, "fp": 1, "fn": 1, "tp": 2}
    said = figures(table, ones)
    assert next(iter(said)) == "sensitivity"
    assert said["sensitivity"] == pytest.approx(2 / 3)
    assert said["specificity"] == pytest.approx(3 / 4)
    # at a prevalence of 5 %, of 2/3 and 1/4 voted abnormal, of 3/3 normal and 1/3 abnormal screened
    assert said["precision"] == pytest.approx(0.05 * 2 / 3 / (0.05 * 2 / 3 + 0.95 / 4))
    assert said["screened_normal"] == pytest.approx(2 / 4)
    assert said["negative_predictive_value"] == pytest.approx(0.95 * 2 / 4 / (0.95 * 2 / 4 + 0.05 / 3))
    assert said["accuracy"] == pytest.approx(5 / 7)
    assert said["missed_abnormal"] == 1
    assert said["triage_sensitivity"] == pytest.approx(2 / 3)
    assert said["screened_fraction"] == pytest.approx(3 / 7)
    assert said["auc"] == pytest.approx(9 / 12)
    assert said["average_precision"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 5) / 3)
    assert said["brier"] == pytest.approx((0.01 + 0.16 + 0.64 + 0.49 + 0.16 + 0.01) / 7)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(1, 3)), min_size=2, max_size=30))
def test_ranking_figures_match_their_definitions(rows: list[tuple[bool, int, int]]) -> None:
    """Counted pair by pair and cut by cut, with ties and with weights as repeated rows."""
    truth = np.array([row[0] for row in rows])
    score = np.array([row[1] / 5 for row in rows])
    weights = np.array([row[2] for row in rows], dtype=np.float64)
    positive = [s for t, s, w in zip(truth, score, weights, strict=True) if t for _ in range(int(w))]
    negative = [s for t, s, w in zip(truth, score, weights, strict=True) if not t for _ in range(int(w))]
    area, precision = (compute(truth, score, weights) for compute in (area_under_curve, average_precision))
    if not positive or not negative:
        assert math.isnan(area)
    else:
        wins = [(p > n) + (p == n) / 2 for p in positive for n in negative]
        assert area == pytest.approx(np.mean(wins))
    if positive:
        at = [
            np.mean([q >= p for q in positive]) * len(positive) / sum(q >= p for q in positive + negative)
            for p in positive
        ]
        assert precision == pytest.approx(np.mean(at))
    else:
        assert math.isnan(precision)


def test_calibration_error_is_the_gap_in_each_bin() -> None:
    truth, probability = np.array([True, False, True, True]), np.array([0.72, 0.78, 0.05, 1.0])
    expected = (abs(0.72 + 0.78 - 1) + abs(0.05 - 1) + 0) / 4
    assert expected_calibration_error(truth, probability, np.ones(4)) == pytest.approx(expected)


def test_predictive_values_are_shares_at_the_prevalence_of_the_data() -> None:
    """At the share of abnormal among the karyograms themselves, Bayes' rule counts what is there."""
    table = outcomes([1, 1, 1, 0, 0, 0, 0], [0.9, 0.6, 0.2, 0.7, 0.4, 0.1, 0.0])
    said = figures(table, np.ones(7), prevalence=3 / 7)
    assert said["precision"] == pytest.approx(np.mean(table.abnormal[table.voted]))
    assert said["negative_predictive_value"] == pytest.approx(np.mean(~table.abnormal[table.screened]))
    assert math.isnan(predictive_value(0.0, 0.0, 0.5))


def test_each_share_is_a_figure() -> None:
    table = outcomes([1, 0, 1, 0], [0.9, 0.8, 0.2, 0.1])
    said = figures(table, np.ones(4))
    for name, (part, whole) in shares(table).items():
        assert said[name] == np.mean(part[whole])


def test_chosen_karyograms_keep_their_columns() -> None:
    table = outcomes([1, 0, 1], [0.9, 0.8, 0.2], [4, 4, 7])
    kept = table.where(np.array([True, False, True]))
    assert kept.score.tolist() == [0.9, 0.2]
    assert kept.case.tolist() == [4, 7]
    assert kept.abnormal.all()
