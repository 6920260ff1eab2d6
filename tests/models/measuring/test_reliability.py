"""Reliability compares probabilities with what came true, in bins that are never empty."""

from __future__ import annotations

import numpy as np
import pytest

from models.measuring.reliability import reliability


def test_honest_probabilities_lie_within_their_intervals() -> None:
    generator = np.random.default_rng(0)
    probability = generator.beta(0.3, 0.6, 4000)
    abnormal = generator.random(4000) < probability
    found = reliability(probability, abnormal, np.arange(4000))
    inside = [part.interval[0] <= part.mean <= part.interval[1] for part in found.bins]
    assert sum(inside) >= 8
    assert found.ece < 0.02


def test_overconfident_ones_do_not() -> None:
    generator = np.random.default_rng(0)
    honest = generator.uniform(0.3, 0.7, 2000)
    abnormal = generator.random(2000) < honest
    found = reliability((honest - 0.5) * 2 + 0.5, abnormal, np.arange(2000))
    assert found.ece > 0.08
    assert found.bins[0].mean < found.bins[0].interval[0]
    assert found.bins[-1].mean > found.bins[-1].interval[1]


def test_bins_hold_the_same_number_each_in_rising_order() -> None:
    probability = np.array([0.01, 0.02, 0.99, 0.03, 0.98, 0.04])
    found = reliability(probability, probability > 0.5, np.arange(6), bins=3)
    assert [(part.n, part.low, part.high) for part in found.bins] == [(2, 0.01, 0.02), (2, 0.03, 0.04), (2, 0.98, 0.99)]
    assert [part.abnormal for part in found.bins] == [0.0, 0.0, 1.0]
    assert found.brier == pytest.approx(np.mean(np.minimum(probability, 1 - probability) ** 2))
    assert len(reliability(probability, probability > 0.5, np.arange(6)).bins) == 6


def test_equal_probabilities_stay_in_one_bin() -> None:
    probability = np.array([0.1, 0.5, 0.5, 0.5, 0.5, 0.9])
    abnormal = np.array([False, True, False, True, False, True])
    found = [
        reliability(probability[order], abnormal[order], np.arange(6), bins=3).bins
        for order in (slice(None), slice(None, None, -1))
    ]
    assert [(part.n, part.abnormal) for part in found[0]] == [(1, 0.0), (4, 0.5), (1, 1.0)]
    assert [(part.n, part.abnormal) for part in found[1]] == [(part.n, part.abnormal) for part in found[0]]
    assert [part.n for part in reliability(np.full(6, 0.5), abnormal, np.arange(6)).bins] == [6]
