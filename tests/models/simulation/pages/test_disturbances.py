"""Pages disturbed by what no laboratory does, with their chromosomes where they were."""

from __future__ import annotations

import numpy as np
import pytest

from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages import disturbances
from models.simulation.pages.disturbances import disturb
from models.simulation.pages.families import Variety
from models.simulation.pages.page import Page


@pytest.fixture(scope="module")
def page() -> Page:
    return simulate(np.random.default_rng(3), painted, 0.0, Kind.NORMAL, 700, variety=Variety.FIXED).page


def test_most_pages_are_disturbed_and_stay_pages(page: Page) -> None:
    disturbed = [disturb(np.random.default_rng(seed), page) for seed in range(12)]
    assert all(one.dtype == np.uint8 and one.shape == page.pixels.shape for one in disturbed)
    assert sum((one != page.pixels).mean() > 0.02 for one in disturbed) >= 9


def test_chromosomes_are_still_the_dark_ones(page: Page) -> None:
    """On nearly all pages: a frame may stand close, and a piece of paper may be nearly white."""
    shown = [disturb(np.random.default_rng(seed), page).astype(float) for seed in range(24)]
    ink, paper = page.owners > 0, page.owners == 0
    assert sum(one[ink].mean() < one[paper].mean() - 20 for one in shown) >= 22


def test_the_same_seed_disturbs_the_same(page: Page) -> None:
    one, other = (disturb(np.random.default_rng(2), page) for _ in range(2))
    np.testing.assert_array_equal(one, other)
    assert (one != disturb(np.random.default_rng(3), page)).any()


@pytest.mark.parametrize("name", ["_shade", "_patch", "_frame", "_stripe"])
def test_each_disturbance_changes_a_page_and_none_leaves_light(page: Page, name: str) -> None:
    before = page.pixels.astype(np.float32)
    after = getattr(disturbances, name)(np.random.default_rng(1), page, before.copy())
    assert after.dtype == np.float32
    assert (after != before).mean() > 0.01
    assert after.min() >= 0
