"""The figures agree with scikit-learn, and the intervals with what the bootstrap is for."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.metrics import (
    Outcomes,
    area_under_curve,
    average_precision,
    bootstrap,
    confusion,
    expected_calibration_error,
    figures,
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
    assert said["precision"] == pytest.approx(2 / 3)
    assert said["negative_predictive_value"] == pytest.approx(3 / 4)
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


def test_the_bootstrap_draws_cases_not_karyograms() -> None:
    """Copies of the same karyograms in the same cases are no new evidence: the interval must not shrink."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 40).tolist()
    score = generator.random(40).tolist()
    once = bootstrap(outcomes(truth, score), resamples=400)
    copied = bootstrap(outcomes(truth * 5, score * 5, list(range(40)) * 5), resamples=400)
    as_if_new = bootstrap(outcomes(truth * 5, score * 5), resamples=400)
    assert copied["sensitivity"] == pytest.approx(once["sensitivity"])
    assert np.ptp(as_if_new["sensitivity"]) < 0.7 * np.ptp(once["sensitivity"])


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        score = generator.random(80)
        low, high = bootstrap(outcomes([1] * 80, score.tolist()), resamples=200, seed=seed)["sensitivity"]
        covered.append(low <= 0.5 <= high)
    assert 0.85 <= np.mean(covered) <= 1.0


def test_what_is_not_defined_is_nan() -> None:
    table = outcomes([0, 0], [0.1, 0.2])
    said, intervals = figures(table, np.ones(2)), bootstrap(table, resamples=10)
    for name in ("sensitivity", "auc", "average_precision", "precision", "triage_sensitivity"):
        assert math.isnan(said[name])
        assert all(math.isnan(end) for end in intervals[name])
    assert intervals["specificity"] == (1.0, 1.0)
