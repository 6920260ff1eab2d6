"""The limit with a promise: what it promises holds on cases that nobody has seen, and it says when it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binom

from models.measuring.conformal import (
    Guarantee,
    NoThreshold,
    Threshold,
    cases_needed,
    most_misses,
    threshold,
    upper_bound,
)

PROMISE = Guarantee(tolerated=0.05, confidence=0.95)


@pytest.mark.parametrize(
    ("guarantee", "cases"), [(PROMISE, 150), (Guarantee(0.1, 0.9), 40), (Guarantee(0.02, 0.8), 90)]
)
@pytest.mark.parametrize("shape", [(2.0, 2.0), (8.0, 1.0), (0.3, 0.3)])
def test_the_promise_holds_as_often_as_it_says(guarantee: Guarantee, cases: int, shape: tuple[float, float]) -> None:
    """Of many laboratories that each find a limit, at most the promised share misses more than is tolerated."""
    generator = np.random.default_rng(7)
    broken, laboratories = 0, 4000
    for scores in generator.beta(*shape, (laboratories, cases)):
        found = threshold(scores, guarantee)
        assert isinstance(found, Threshold)
        broken += float(beta.cdf(found.limit, *shape)) > guarantee.tolerated
    allowed = binom.ppf(0.9999, laboratories, 1 - guarantee.confidence)
    assert broken <= allowed
    # nor is it idle: a laboratory that could promise more would lose readings
    assert broken >= laboratories * (1 - guarantee.confidence) / 8


def test_by_picture_the_promise_would_be_broken() -> None:
    """The counter-test: thirty pictures of each patient are not thirty patients."""
    generator = np.random.default_rng(7)
    by_case = by_picture = 0
    for _ in range(400):
        patients = generator.beta(2, 2, 60)
        pictures = np.repeat(patients, 30)
        for scores, which in ((patients, "case"), (pictures, "picture")):
            found = threshold(scores, PROMISE)
            assert isinstance(found, Threshold)
            late = float(beta.cdf(found.limit, 2, 2)) > PROMISE.tolerated
            by_case, by_picture = by_case + (which == "case" and late), by_picture + (which == "picture" and late)
    assert by_case / 400 < 0.09
    assert by_picture / 400 > 0.25


@given(
    scores=st.lists(st.one_of(st.floats(0.0, 1.0), st.just(np.inf), st.just(0.25)), max_size=120),
    tolerated=st.floats(0.01, 0.5),
    confidence=st.floats(0.5, 0.99),
)
@settings(max_examples=200, deadline=None)
def test_whatever_the_scores_the_limit_keeps_the_bound_and_no_higher_one_would(
    scores: list[float], tolerated: float, confidence: float
) -> None:
    values, guarantee = np.array(scores, float), Guarantee(tolerated, confidence)
    found = threshold(values, guarantee)
    if isinstance(found, NoThreshold):
        if found.needed is None:
            assert upper_bound(int((values <= 0).sum()), values.size, confidence) > tolerated
        else:
            assert values.size < found.needed
        return
    assert found.missed == (values <= found.limit).sum()
    assert found.bound <= tolerated
    higher = values[(values > found.limit) & (values <= 1.0)]
    if higher.size:
        next_missed = int((values <= higher.min()).sum())
        assert upper_bound(next_missed, values.size, confidence) > tolerated
    else:
        assert found.limit == 1.0


@pytest.mark.parametrize(
    ("guarantee", "needed"), [(PROMISE, 59), (Guarantee(0.01, 0.95), 299), (Guarantee(0.5, 0.5), 1)]
)
def test_it_says_how_many_abnormal_cases_are_needed(guarantee: Guarantee, needed: int) -> None:
    assert cases_needed(guarantee) == needed
    assert threshold(np.full(needed - 1, 0.9), guarantee) == NoThreshold(needed - 1, needed)
    assert isinstance(threshold(np.full(needed, 0.9), guarantee), Threshold)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    for missed, cases in ((0, 59), (3, 100), (59, 60)):
        # at the bound, so few misses or fewer come with a chance of five in a hundred
        assert binom.cdf(missed, cases, upper_bound(missed, cases, 0.95)) == pytest.approx(0.05)
    assert upper_bound(4, 4, 0.95) == 1.0
    assert most_misses(146, PROMISE) == 2
    assert most_misses(58, PROMISE) == -1


def test_cases_that_no_limit_misses_allow_every_limit() -> None:
    found = threshold(np.full(60, np.inf), PROMISE)
    assert isinstance(found, Threshold)
    assert (found.limit, found.missed) == (1.0, 0)


def test_abnormal_cases_that_score_nothing_are_told() -> None:
    assert threshold(np.zeros(100), PROMISE) == NoThreshold(100, None)


def test_what_nobody_can_promise_is_refused() -> None:
    for wrong in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="tolerated"):
            Guarantee(wrong, 0.9)
        with pytest.raises(ValueError, match="confidence"):
            Guarantee(0.1, wrong)
    with pytest.raises(ValueError, match="NaN"):
        threshold(np.array([np.nan]), PROMISE)
    with pytest.raises(ValueError, match="missed"):
        upper_bound(2, 1, 0.9)
