"""Calibration finds a known distortion, uses both heads, and moves to another prevalence by Bayes' rule."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from models.judging.calibration import Calibration, at_prevalence, fit_calibration, logit
from models.judging.uncertainty import Label, measure

NEUTRAL = 0.5


def test_it_recovers_a_known_distortion() -> None:
    generator = np.random.default_rng(1)
    raw, miscounts = generator.uniform(0.02, 0.98, (2, 5_000))
    expected = expit(2.0 * logit(raw) + 0.5 * logit(miscounts) - 1.0)
    found = fit_calibration(raw[:, None], miscounts[:, None], generator.random(5_000) < expected)
    assert (found.slope, found.intercept, found.miscount_slope) == pytest.approx((2.0, -1.0, 0.5), abs=0.15)


def test_a_changed_structure_counts_as_far_as_it_tells() -> None:
    generator = np.random.default_rng(3)
    counted, changes = generator.uniform(0.02, 0.98, (2, 20_000))
    neutral = np.full((20_000, 1), NEUTRAL)
    expected = 1 - (1 - expit(logit(counted) - 1.0)) * (1 - expit(1.5 * logit(changes) - 2.0))
    truth = generator.random(20_000) < expected
    found = fit_calibration(neutral, counted[:, None], truth, changes[:, None])
    assert (found.miscount_slope, found.change_slope) == pytest.approx((1.0, 1.5), abs=0.15)
    assert (found.intercept, found.change_intercept) == pytest.approx((-1.0, -2.0), abs=0.2)
    assert measure(np.array([0.5]), found, change=0.99).label is Label.ABNORMAL
    with pytest.raises(ValueError, match="expected passes"):
        fit_calibration(neutral, neutral, truth, changes[:, None].repeat(2, axis=1))


def test_sure_numbers_do_not_drown_a_changed_structure() -> None:
    """Each of the two is enough by itself, whatever the other says."""
    calibration = Calibration(miscount_slope=1.0, change_slope=1.0)
    changed, both = calibration.apply(0.5, 1e-6, 0.9), calibration.apply(0.5, 0.9, 0.9)
    assert float(changed) > 0.9
    assert float(both) > float(changed)
    assert float(calibration.apply(0.5, 0.9, 1e-6)) > 0.89


def test_it_calibrates_the_mean_over_the_passes() -> None:
    """Passes that scatter widely around the truth: what is shown, their mean, must hold, not each pass."""
    generator = np.random.default_rng(2)
    truth = generator.random(3000) < 0.3
    centres = generator.normal(np.where(truth, 1, -1), 1.5)
    passes = expit(centres[:, None] + generator.normal(0, 2, (3000, 20)))
    found = fit_calibration(passes, np.full(passes.shape, NEUTRAL), truth)
    shown = np.array([measure(row, found).calibrated_probability for row in passes])
    assert shown.mean() == pytest.approx(truth.mean(), abs=0.01)
    assert found.prevalence == truth.mean()
    for low in (0.0, 0.25, 0.5):
        chosen = (shown >= low) & (shown < low + 0.25)
        assert shown[chosen].mean() == pytest.approx(truth[chosen].mean(), abs=0.05)


def test_separable_classes_stay_finite() -> None:
    truth = np.array([False, False, False, True, True])
    found = fit_calibration(truth[:, None].astype(float), np.full((5, 1), NEUTRAL), truth)
    assert float(found.apply(0.0)) == pytest.approx(1 / 5, abs=0.02)  # Platt's targets for three and for two
    assert float(found.apply(1.0)) == pytest.approx(3 / 4, abs=0.02)


def test_it_never_turns_the_order_round() -> None:
    scores = np.array([0.1, 0.2, 0.8, 0.9])
    found = fit_calibration(scores[:, None], scores[:, None], np.array([True, True, False, False]))
    assert found.slope < 1e-9
    assert found.miscount_slope < 1e-9


@pytest.mark.parametrize(
    ("passes", "truth"),
    [
        ([[0.1], [0.2]], [True, True]),
        ([[0.1], [0.2]], [False, False]),
        ([[0.1]], [True, False]),
        ([0.1, 0.2], [True, False]),
    ],
)
def test_it_needs_both_classes_and_one_truth_each(passes: list[object], truth: list[bool]) -> None:
    with pytest.raises(ValueError, match="expected"):
        fit_calibration(np.array(passes), np.full(np.array(passes).shape, NEUTRAL), np.array(truth))


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_default_changes_nothing(probability: float, miscount: float) -> None:
    assert float(Calibration().apply(probability, miscount)) == pytest.approx(probability, abs=2e-7)


@pytest.mark.parametrize("wrong", [math.nan, -0.01, 1.01])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="probabilities must lie between 0 and 1"):
        Calibration().apply(0.5, wrong)


@pytest.mark.parametrize("wrong", [0.0, 1.0, math.nan])
def test_a_prevalence_of_none_or_all_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="prevalence must lie between 0 and 1"):
        Calibration(prevalence=wrong)


def test_another_prevalence_follows_bayes() -> None:
    """A figure that 60 of 100 abnormal and 15 of 100 normal karyograms have: 80 % at one half, less where rarer."""
    at_half = 60 / (60 + 15)
    rare = 0.05 * 0.60 / (0.05 * 0.60 + 0.95 * 0.15)
    assert float(at_prevalence(at_half, 0.5, 0.05)) == pytest.approx(rare)
    assert float(at_prevalence(rare, 0.05, 0.5)) == pytest.approx(at_half)


def test_log_odds_of_certainty_are_finite() -> None:
    assert np.isfinite(logit(np.array([0.0, 1.0]))).all()
