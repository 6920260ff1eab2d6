"""Intervals do what intervals are for, and are honest where every karyogram is judged alike."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.judging.uncertainty import wilson_interval
from models.measuring.intervals import area_interval, auc_interval, bootstrap, intervals, share_interval, wilson_by_case
from models.measuring.metrics import figures
from tests.models.measuring.test_metrics import outcomes


def test_the_bootstrap_draws_cases_not_karyograms() -> None:
    """Copies of the same karyograms in the same cases are no new evidence: the interval must not shrink."""
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 40).tolist()
    score = generator.random(40).tolist()
    once = bootstrap(outcomes(truth, score), figures, resamples=400)
    copied = bootstrap(outcomes(truth * 5, score * 5, list(range(40)) * 5), figures, resamples=400)
    as_if_new = bootstrap(outcomes(truth * 5, score * 5), figures, resamples=400)
    assert copied["sensitivity"] == pytest.approx(once["sensitivity"])
    assert np.ptp(as_if_new["sensitivity"]) < 0.7 * np.ptp(once["sensitivity"])


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    covered = []
    for seed in range(60):
        generator = np.random.default_rng(seed)
        score = generator.random(80)
        low, high = bootstrap(outcomes([1] * 80, score.tolist()), figures, resamples=200, seed=seed)["sensitivity"]
        covered.append(low <= 0.5 <= high)
    assert 0.85 <= np.mean(covered) <= 1.0


def test_a_share_alone_gets_the_interval_that_it_gets_among_all_figures() -> None:
    generator = np.random.default_rng(3)
    table = outcomes([1] * 50, generator.random(50).tolist(), generator.integers(0, 20, 50).tolist())
    whole = bootstrap(table, figures, resamples=300)["sensitivity"]
    assert share_interval(table.voted, table.abnormal, table.case, resamples=300) == pytest.approx(whole)


def test_all_right_is_not_certain_but_as_good_as_the_number_of_cases() -> None:
    """Two karyograms each of three abnormal and ten normal cases, perfectly apart."""
    truth, case = [1] * 6 + [0] * 20, [number // 2 for number in range(26)]
    table = outcomes(truth, [0.9] * 6 + [0.1] * 20, case)
    said = intervals(table, resamples=50)
    assert said["sensitivity"] == said["triage_sensitivity"] == wilson_interval(3, 3)
    assert said["specificity"] == said["screened_normal"] == wilson_interval(10, 10)
    assert said["accuracy"] == wilson_interval(13, 13)
    assert said["auc"] == area_interval(3, 10) == auc_interval(table, resamples=50)
    assert said["average_precision"][0] < 0.5
    assert said["missed_abnormal"] == pytest.approx((0.0, 6 * (1 - wilson_interval(3, 3)[0])))
    for name in ("negative_predictive_value", "precision"):
        low, high = said[name]
        assert 0 < low < high == 1.0


def test_all_wrong_is_not_certain_either() -> None:
    said = intervals(outcomes([1, 1, 0], [0.1, 0.2, 0.8]), resamples=20)
    assert said["sensitivity"] == wilson_interval(0, 2)
    assert said["sensitivity"][1] > 0.5


def test_what_varies_keeps_its_bootstrap() -> None:
    generator = np.random.default_rng(0)
    table = outcomes(generator.integers(0, 2, 60).tolist(), generator.random(60).tolist())
    assert intervals(table, resamples=40) == bootstrap(table, figures, resamples=40)


def test_more_cases_make_a_perfect_area_surer() -> None:
    lows = [area_interval(number, 100)[0] for number in (1, 5, 50, 500)]
    assert lows == sorted(lows)
    assert lows[0] < 0.5 < lows[1] < 0.9 < lows[2] < lows[3] < 1.0


def test_an_area_that_often_looks_perfect_is_not_excluded() -> None:
    """Two normal distributions with a true area of 0.9: three abnormal cases often all score above twelve normal."""
    generator, shift = np.random.default_rng(1), 1.2816 * math.sqrt(2)
    perfect = np.mean([generator.normal(shift, 1, 3).min() > generator.normal(0, 1, 12).max() for _ in range(2000)])
    assert perfect > 0.05
    assert area_interval(3, 12)[0] < 0.9


def test_what_is_not_defined_is_nan() -> None:
    table = outcomes([0, 0], [0.1, 0.2])
    said, found = figures(table, np.ones(2)), intervals(table, resamples=10)
    for name in ("sensitivity", "auc", "average_precision", "precision", "triage_sensitivity"):
        assert math.isnan(said[name])
        assert all(math.isnan(end) for end in found[name])
    assert all(math.isnan(end) for end in auc_interval(table, resamples=10))
    assert found["specificity"] == wilson_interval(2, 2)
    nothing = np.zeros(2, dtype=bool)
    for interval in (share_interval(table.voted, nothing, table.case), wilson_by_case(nothing, nothing, table.case)):
        assert all(math.isnan(end) for end in interval)
