"""Pages of lessons, spoilt."""

from __future__ import annotations

import numpy as np

from models.datasets.spoiling import spoil
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


def test_most_pages_are_spoilt_and_chromosomes_stay_where_they_are() -> None:
    page = simulate(np.random.default_rng(3), painted, 0.0, Kind.NORMAL, 400, variety=Variety.FIXED).page
    spoilt = [spoil(np.random.default_rng(seed), page) for seed in range(40)]
    assert 18 < sum((one.pixels != page.pixels).any() for one in spoilt) < 36
    assert all(one.standing == page.standing and one.owners is page.owners for one in spoilt)
    np.testing.assert_array_equal(spoil(np.random.default_rng(5), page).pixels, spoilt[5].pixels)
