"""Grids: what stands at a place counts in the cells around it, on any lattice, and nothing is lost."""

from __future__ import annotations

import numpy as np
import pytest

from models.datasets.grids import GRID_CHANNELS, NOTHING, grids
from models.networks.lattices import Lattice


def test_a_place_counts_in_the_four_cells_around_it() -> None:
    places = np.array([[[0.5, 0.125]]], np.float32)
    (grid,) = grids(places, np.array([[2]], np.int8), Lattice.even(4), 3)
    assert grid.shape == (4, 4, 3)
    # in the middle of the uppermost row, between its second and third cell
    assert grid[0, 1, 2] == grid[0, 2, 2] == pytest.approx(0.5)
    assert grid.sum() == pytest.approx(1.0)


@pytest.mark.parametrize("cells", [1, 2, 5, 35])
def test_nothing_is_lost_on_any_lattice(cells: int) -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-0.2, 1.2, (3, 60, 2)).astype(np.float32)
    channels = rng.integers(0, GRID_CHANNELS, (3, 60)).astype(np.int8)
    counted = grids(places, channels, Lattice(0.1, 0.8 / cells, cells), GRID_CHANNELS).sum(axis=(1, 2))
    expected = [np.bincount(one, minlength=GRID_CHANNELS) for one in channels]
    np.testing.assert_allclose(counted, expected, rtol=1e-4)


def test_only_the_channels_asked_for_count() -> None:
    places = np.full((1, 4, 2), 0.5, np.float32)
    channels = np.array([[0, 1, 2, NOTHING]], np.int8)
    assert grids(places, channels, Lattice.even(2), 2).sum(axis=(0, 1, 2)) == pytest.approx([1.0, 1.0])
