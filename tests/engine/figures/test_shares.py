"""Shares say how sure they are, by case."""

from __future__ import annotations

from engine.figures.shares import ENOUGH, Estimate, Share
from models.judging.uncertainty import wilson_interval


def test_a_share_says_when_it_rests_on_too_few() -> None:
    assert Share(0, 0, 0).estimate is None
    few = Share(9, 12, ENOUGH - 1)
    assert not few.is_enough
    assert few.estimate == Estimate(0.75, *wilson_interval(7, 9))  # twelve cells of nine cases count as nine
    assert Share(10, 10, ENOUGH).is_enough
