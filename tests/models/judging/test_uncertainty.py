"""The uncertainty measures: known values, limits, and what must never happen."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.judging import uncertainty
from models.judging.calibration import Calibration
from models.judging.uncertainty import Label, measure

PASSES = arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 1))


def test_votes_decide_and_a_tie_is_abnormal() -> None:
    assert measure(np.array([0.4, 0.6]), Calibration()).label is Label.ABNORMAL
    said = measure(np.array([0.4, 0.6, 0.1, 0.2]), Calibration())
    assert (said.label, said.votes_abnormal, said.pass_agreement) == (Label.NORMAL, 1, 0.75)


def test_a_pass_at_exactly_one_half_votes_abnormal() -> None:
    assert uncertainty.votes_abnormal(np.array([[0.5, 0.4999], [0.0, 0.0]])).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(80, 100, 0.7112, 0.8666), (100, 100, 0.9630, 1.0), (0, 10, 0.0, 0.2775), (1, 1, 0.2065, 1.0)],
)
def test_wilson_interval_has_its_published_values(successes: int, trials: int, low: float, high: float) -> None:
    assert uncertainty.wilson_interval(successes, trials) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (-1, 5), (6, 5)])
def test_wilson_interval_refuses_what_is_no_share(successes: int, trials: int) -> None:
    with pytest.raises(ValueError, match="successes"):
        uncertainty.wilson_interval(successes, trials)


def test_entropies_are_in_bits() -> None:
    said = measure(np.array([0.0, 1.0, 0.0, 1.0]), Calibration())
    assert said.predictive_entropy == pytest.approx(1.0, abs=1e-5)
    assert said.mutual_information == pytest.approx(1.0, abs=1e-5)
    undecided = measure(np.full(4, 0.5), Calibration())
    assert undecided.predictive_entropy == pytest.approx(1.0, abs=1e-5)
    assert undecided.mutual_information == 0.0


def test_certain_passes_have_no_uncertainty() -> None:
    for certain in (0.0, 1.0):
        said = measure(np.full(100, certain, np.float32), Calibration())
        assert said.predictive_entropy == pytest.approx(0.0, abs=1e-5)
        assert (said.mutual_information, said.standard_deviation) == pytest.approx((0.0, 0.0), abs=1e-9)


def test_agreement_alone_hides_doubt() -> None:
    """A hundred passes near 0.55 agree fully, and only the entropy tells that they know nothing."""
    said = measure(np.random.default_rng(0).normal(0.55, 0.01, 100), Calibration())
    assert said.pass_agreement == 1.0
    assert said.predictive_entropy > 0.98


@given(PASSES)
def test_measures_stay_in_their_ranges(probabilities: np.ndarray) -> None:
    said = measure(probabilities, Calibration())
    assert 0.5 <= said.pass_agreement <= 1.0
    assert 0.0 <= said.agreement_low <= said.pass_agreement <= said.agreement_high <= 1.0
    assert 0.0 <= said.mutual_information <= said.predictive_entropy + 1e-12 <= 1.0 + 2e-12
    assert 0.0 <= said.standard_deviation <= 0.5 + 1e-12
    assert 0.0 <= said.calibrated_probability <= 1.0


@given(PASSES)
def test_the_order_of_the_passes_does_not_matter(probabilities: np.ndarray) -> None:
    forwards, backwards = measure(probabilities, Calibration()), measure(probabilities[::-1], Calibration())
    assert forwards.votes_abnormal == backwards.votes_abnormal
    assert forwards.mutual_information == pytest.approx(backwards.mutual_information, abs=1e-9)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -0.01, 1.01])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="probabilities must lie between 0 and 1"):
        measure(np.array([0.5, wrong]), Calibration())


@pytest.mark.parametrize("shape", [(0,), (2, 3)])
def test_measure_wants_one_row_of_passes(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="probabilities must"):
        measure(np.full(shape, 0.5), Calibration())


def test_passes_vote_by_their_calibrated_probability() -> None:
    passes = np.array([0.4, 0.6, 0.7])
    strict = Calibration(slope=1.0, intercept=-0.5)
    assert (measure(passes, Calibration()).votes_abnormal, measure(passes, strict).votes_abnormal) == (2, 1)
    assert measure(passes, strict).mean_probability == pytest.approx(passes.mean())
    assert measure(passes, strict).calibrated_probability == pytest.approx(strict.apply(passes).mean())


def test_what_the_findings_head_counts_moves_every_pass() -> None:
    passes, calibration = np.array([0.3, 0.45]), Calibration(miscount_slope=0.5)
    doubtful, sure = measure(passes, calibration, miscount=0.9), measure(passes, calibration, miscount=0.01)
    assert (doubtful.votes_abnormal, sure.votes_abnormal) == (2, 0)
    assert sure.calibrated_probability < passes.mean() < doubtful.calibrated_probability
    assert sure.mean_probability == doubtful.mean_probability


def test_each_pass_has_its_own_count() -> None:
    said = measure(np.array([0.45, 0.45]), Calibration(miscount_slope=1.0), miscount=np.array([0.9, 0.1]))
    assert (said.votes_abnormal, said.pass_agreement) == (1, 0.5)
