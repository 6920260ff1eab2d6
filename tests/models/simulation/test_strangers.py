"""Strangers are pictures a laboratory could upload, drawn from a seed, and some families stay held out."""

from __future__ import annotations

import numpy as np
import pytest

from models.simulation.strangers import FAMILIES, draw_stranger


@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_family_draws_different_pictures_of_a_usual_size(family: str) -> None:
    first, second = (draw_stranger(family, seed=1, number=number) for number in (0, 1))
    for page in (first, second):
        assert page.dtype == np.uint8
        assert page.ndim == 2
        assert min(page.shape) >= 96
        assert max(page.shape) <= 3000
        assert page.max() > page.min()
    assert first.shape != second.shape or (first != second).any()


@pytest.mark.parametrize("family", ["metaphase spread", "text", "points", "nuclei"])
def test_a_picture_depends_on_family_seed_and_number_alone(family: str) -> None:
    one, again, other = (draw_stranger(family, seed, number=3) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one, again)
    assert one.shape != other.shape or (one != other).any()


def test_there_are_many_families_and_a_third_of_them_is_held_out() -> None:
    held_out = sum(family.held_out for family in FAMILIES.values())
    assert len(FAMILIES) >= 30
    assert held_out >= len(FAMILIES) / 3


def test_an_unknown_family_is_refused() -> None:
    with pytest.raises(ValueError, match="family must be one of metaphase spread, "):
        draw_stranger("unicorn", seed=1, number=0)
