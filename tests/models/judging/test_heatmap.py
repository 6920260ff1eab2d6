"""Fusing maps of several depths, and drawing them exactly where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.judging.heatmap import HeatMap, fuse, legend, overlay
from models.preparation.framing import Framing

FRAMING = Framing(left=20.0, top=-10.0, side=80.0)


def spot(side: int, row: int, column: int, strength: float = 3.0) -> NDArray[np.float32]:
    cells = np.zeros((side, side), np.float32)
    cells[row, column] = strength
    return cells


def one_cell(side: int, row: int, column: int, framing: Framing = FRAMING) -> HeatMap:
    return HeatMap(side, np.uint8(255 * (spot(side, row, column) > 0)).tobytes(), framing)


def test_the_finest_grid_sets_the_side_and_its_strongest_place_is_the_peak() -> None:
    found = fuse([np.ones((2, 2), np.float32), spot(8, 5, 2)], FRAMING)
    assert found.side == 8
    assert found.grid.max() == found.grid[5, 2] == 255
    assert found.peak() == (20 + 2.5 * 10, -10 + 5.5 * 10)


def test_strong_is_what_is_strong_at_every_depth() -> None:
    fine = spot(8, 0, 0, 9.0) + spot(8, 6, 6, 1.0)  # the deep map knows that the far stronger corner does not matter
    found = fuse([spot(2, 1, 1), fine], FRAMING)
    assert found.grid[6, 6] == 255
    assert found.grid[0, 0] == 0


def test_maps_are_fused_by_their_geometric_mean() -> None:
    first, second = np.array([[1.0, 0.25]] * 2, np.float32), np.array([[8.0, 8.0]] * 2, np.float32)
    assert fuse([first, second], FRAMING).grid.tolist() == [[255, 128]] * 2  # the root of 1/4 is 1/2


def test_no_evidence_at_one_depth_is_no_evidence() -> None:
    found = fuse([np.zeros((2, 2), np.float32), spot(4, 1, 1)], FRAMING)
    assert not found.grid.any()


def test_cells_must_be_a_square() -> None:
    with pytest.raises(ValueError, match="cells must be 3 x 3 bytes, got 8"):
        HeatMap(3, b"12345678", FRAMING)


def test_the_overlay_colours_the_place_of_a_cell_and_nothing_else() -> None:
    page = np.full((100, 140), 200, np.uint8)
    drawn = np.asarray(overlay(page, one_cell(8, 3, 5)))
    assert drawn.shape == (100, 140, 3)
    coloured = np.argwhere((drawn != 200).any(axis=2))
    top, left = coloured.min(axis=0)
    bottom, right = coloured.max(axis=0)
    # the cell covers rows 20..30 and columns 70..80 of the page; bicubic spreads it by less than a cell
    assert (10 < top <= 20, 30 <= bottom < 40, 60 < left <= 70, 80 <= right < 90) == (True, True, True, True)
    assert ((top + bottom) / 2, (left + right) / 2) == pytest.approx((24.5, 74.5), abs=1)


def test_the_overlay_keeps_to_the_square_of_the_map() -> None:
    page = np.full((100, 140), 200, np.uint8)
    full = HeatMap(2, bytes([255] * 4), FRAMING)
    drawn = np.asarray(overlay(page, full))
    coloured = (drawn != 200).any(axis=2)
    assert coloured[:69, 21:99].all()
    assert not coloured[:, :19].any()
    assert not coloured[:, 101:].any()
    assert not coloured[71:].any()


def test_a_page_made_smaller_has_its_map_made_smaller() -> None:
    x, y = one_cell(8, 3, 5).peak()
    assert one_cell(8, 3, 5).scaled(0.5).peak() == (x / 2, y / 2)


def test_ink_shows_through() -> None:
    page = np.full((100, 140), 255, np.uint8)
    page[25, 75] = 0
    drawn = np.asarray(overlay(page, one_cell(8, 3, 5))).astype(int).sum(axis=2)
    assert drawn[25, 75] < drawn[25, 77] - 100


def test_the_legend_ends_with_the_colour_of_the_strongest_place() -> None:
    bar = np.asarray(legend(60, 4)).astype(int)
    page = np.full((100, 140), 255, np.uint8)
    strongest = np.asarray(overlay(page, HeatMap(1, b"\xff", FRAMING))).astype(int)[30, 60]
    assert bar.shape == (4, 60, 3)
    assert np.ptp(bar[0, :, 1]) > 100
    np.testing.assert_allclose(255 - (255 - bar[0, -1]) * 0.72, strongest, atol=1)
