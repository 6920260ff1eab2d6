"""Words and boxes anywhere on a page, but not over chromosomes."""

from __future__ import annotations

import numpy as np

from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
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


def test_the_same_seed_writes_the_same() -> None:
    one, other = (scribble(np.random.default_rng(2), page()) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (one != scribble(np.random.default_rng(3), page())).any()
