"""Words, boxes and bars anywhere on a page, but not over chromosomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.arrangements import Box
from models.simulation.pages.families import Variety
from models.simulation.pages.page import Page
from models.simulation.pages.scribbles import scribble


def page() -> Page:
    return simulate(np.random.default_rng(3), painted, 0.0, Kind.NORMAL, 700, variety=Variety.FIXED).page


def test_something_is_written_and_chromosomes_stay_as_they_are() -> None:
    drawn = page()
    written = [scribble(np.random.default_rng(seed), drawn) for seed in range(8)]
    changed = [np.abs(one.astype(int) - drawn.pixels) > 40 for one in written]
    assert all(one.dtype == np.uint8 and one.shape == drawn.pixels.shape for one in written)
    assert sum(one.any() for one in changed) >= 6
    on_chromosomes = [one[drawn.owners > 0].mean() for one in changed]
    assert max(on_chromosomes) < 0.01


def test_a_series_stands_beside_many_chromosomes_at_the_same_side() -> None:
    """Found by what is new on the pages: on some of them close to a third of the chromosomes or more, at one side."""
    drawn, most = page(), []
    for seed in range(12):
        changed = np.abs(scribble(np.random.default_rng([9, seed]), drawn).astype(int) - drawn.pixels) > 40
        most.append(max(np.mean([beside(changed, one.box, side) for one in drawn.standing]) for side in range(4)))
    assert 2 <= sum(share > 0.3 for share in most) <= 9


def beside(changed: NDArray[np.bool_], box: Box, side: int) -> bool:
    """Tell whether anything is new to the left, the right, above or below a box, within twenty pixels."""
    left, top, right, bottom = (max(0, round(edge)) for edge in box)
    parts = (
        changed[top:bottom, max(0, left - 20) : left],
        changed[top:bottom, right : right + 20],
        changed[max(0, top - 20) : top, left:right],
        changed[bottom : bottom + 20, left:right],
    )
    return bool(parts[side].any())


def test_the_same_seed_writes_the_same() -> None:
    one, other = (scribble(np.random.default_rng(2), page()) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (one != scribble(np.random.default_rng(3), page())).any()
