"""From what each pixel is to the pieces of a page."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage
from scipy.special import softmax

from models.preparation.boxes import Boxes
from models.reading import segmentation
from models.reading.segmentation import (
    CHROMOSOME,
    FITTING,
    GLANCE,
    NOTHING,
    SEAM,
    Kinds,
    fitting_side,
    nearest_side,
    pieces_of,
    seen,
    told,
    working,
)

DARK = np.float32(0.8)


def page_of(*bars: tuple[int, int, int, int]) -> Kinds:
    """Upright bars of left, top, width and height on a page of (200, 300)."""
    kinds = np.full((200, 300), NOTHING, np.uint8)
    for left, top, width, height in bars:
        kinds[top : top + height, left : left + width] = CHROMOSOME
    return kinds


def darkness_of(kinds: Kinds) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.where(kinds == NOTHING, np.float32(0.02), DARK)


def test_pieces_come_in_reading_order_with_their_sizes() -> None:
    kinds = page_of((150, 20, 12, 60), (20, 20, 12, 80), (30, 140, 12, 40))
    found = pieces_of(darkness_of(kinds), kinds)
    assert found.boxes.tolist() == [[20, 20, 32, 100], [150, 20, 162, 80], [30, 140, 42, 180]]
    assert found.rows.tolist() == [0, 0, 1]
    assert found.labels[60, 25] == 1
    assert found.labels[5, 5] == 0
    assert found.darkness == pytest.approx(0.8)
    assert found.height == pytest.approx(np.average([80, 60, 40], weights=[80, 60, 40]))


def test_a_seam_parts_what_touches_and_goes_to_both() -> None:
    kinds = page_of((20, 20, 28, 80))
    assert len(pieces_of(darkness_of(kinds), kinds)) == 1
    kinds[20:100, 32:36] = SEAM
    found = pieces_of(darkness_of(kinds), kinds)
    assert found.boxes.tolist() == [[20, 20, 34, 100], [34, 20, 48, 100]]


def test_specks_are_no_pieces_and_a_small_chromosome_is_one() -> None:
    kinds = page_of((20, 20, 12, 80), (60, 20, 12, 80), (100, 50, 3, 4), (140, 80, 10, 16))
    found = pieces_of(darkness_of(kinds), kinds)
    assert found.boxes[:, 0].tolist() == [20, 60, 140]


def test_dark_ink_that_is_no_chromosome_is_left_out() -> None:
    kinds = page_of((20, 20, 12, 80))
    darkness = darkness_of(kinds)
    darkness[104:110, 10:60] = 1.0
    found = pieces_of(darkness, kinds)
    assert found.boxes.tolist() == [[20, 20, 32, 100]]
    assert found.darkness == pytest.approx(0.8)


def test_a_page_without_chromosomes_has_no_pieces() -> None:
    kinds = page_of()
    found = pieces_of(darkness_of(kinds), kinds)
    assert len(found) == 0
    assert found.labels.shape == kinds.shape
    assert not found.labels.any()


@pytest.mark.parametrize("shape", [(300, 400), (2500, 1900), (1, 40)])
def test_pages_of_every_size_come_to_one_size(shape: tuple[int, int]) -> None:
    page, darkness = working(np.full(shape, 200, np.uint8), 736)
    assert page.shape == darkness.shape
    assert max(page.shape) == 736
    assert page.shape[0] / page.shape[1] == pytest.approx(shape[0] / shape[1], rel=0.01, abs=1 / 736)


@pytest.mark.parametrize(("height", "side"), [(FITTING, GLANCE), (35.0, 1024.0), (140.0, 256.0), (0.0, 512 * FITTING)])
def test_the_fitting_side_shows_chromosomes_as_high_as_fits(height: float, side: float) -> None:
    assert fitting_side(height, GLANCE) == pytest.approx(side)


@pytest.mark.parametrize(("side", "nearest"), [(10, 448), (700, 736), (820, 736), (830, 928), (9000, 1408)])
def test_the_nearest_side_is_so_by_ratio(side: float, nearest: int) -> None:
    assert nearest_side(side) == nearest


def test_the_network_sees_grey_and_darkness_with_paper_around() -> None:
    page, darkness = np.full((50, 70), 90, np.uint8), np.full((50, 70), 0.4, np.float32)
    both = seen(page, darkness, 32)
    assert both.shape == (1, 64, 96, 2)
    assert both.dtype == np.uint8
    assert np.unique(both[0, :50, :70], axis=None).tolist() == [90, 102]
    assert (both[0, 50:, :, 0] == 255).all()
    assert not both[0, :, 70:, 1].any()


def test_spread_chromatids_are_one_piece_and_neighbours_are_two() -> None:
    usual = ((20, 20, 12, 80), (60, 20, 12, 80), (100, 20, 12, 80))
    chromatids = page_of(*usual, (140, 20, 5, 80), (147, 20, 5, 80))
    found = pieces_of(darkness_of(chromatids), chromatids)
    assert found.boxes[:, [0, 2]].tolist() == [[20, 32], [60, 72], [100, 112], [140, 152]]
    neighbours = page_of(*usual, (140, 20, 12, 80), (154, 20, 12, 80))
    assert len(pieces_of(darkness_of(neighbours), neighbours)) == 5
    in_parts = page_of(*usual, (140, 20, 5, 80), (147, 20, 5, 38), (147, 64, 5, 36))
    assert len(pieces_of(darkness_of(in_parts), in_parts)) == 4
    aside = page_of(*usual, (140, 20, 5, 80), (147, 70, 5, 80))
    assert len(pieces_of(darkness_of(aside), aside)) == 5
    as_thick = page_of(*usual, (140, 20, 8, 80), (150, 20, 8, 80))
    assert len(pieces_of(darkness_of(as_thick), as_thick)) == 5


def test_slim_pieces_are_compared_with_those_close_by_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0

    def counted(left: Boxes, others: Boxes, thickness: float) -> NDArray[np.bool_]:
        nonlocal compared
        compared += len(others)
        return side_by_side(left, others, thickness)

    side_by_side = segmentation._side_by_side
    monkeypatch.setattr(segmentation, "_side_by_side", counted)
    page = np.full((60, 4_000), NOTHING, np.uint8)
    for left in range(10, 3_990, 20):
        page[10:50, left : left + (5 if left % 60 == 10 else 12)] = CHROMOSOME
    assert len(pieces_of(darkness_of(page), page)) == 199
    assert compared < 199


def test_each_pixel_is_told_by_its_logits_in_favour_of_chromosomes() -> None:
    pixels = np.random.default_rng(2).normal(0, 2, (10, 14, 3)).astype(np.float32)
    quarters = pixels.reshape(5, 2, 7, 2, 3).transpose(0, 2, 1, 3, 4).reshape(5, 7, 12)
    found = told(quarters, (9, 13))  # the last row and column are white paper at the edge
    inside = pixels[:9, :13]
    kinds = (inside - np.array([1, 0, 0], np.float32)).argmax(axis=-1)
    np.testing.assert_array_equal(found.kinds, kinds)
    inked = np.where(kinds == NOTHING, 0, 1 - softmax(inside, axis=-1)[..., NOTHING])
    np.testing.assert_allclose(found.inked, inked, rtol=1e-6)
    assert 0 < (kinds == NOTHING).mean() < 1
    assert told(1e4 * quarters, (9, 13)).inked.max() == 1


def test_a_piece_takes_what_is_inked_within_two_pixels_and_of_two_pieces_the_later_one_does() -> None:
    rng = np.random.default_rng(3)
    labels = np.where(rng.random((40, 50)) < 0.05, rng.integers(1, 9, (40, 50)), 0).astype(np.int32)
    inked = rng.random(labels.shape) < 0.6
    expected = labels
    for _ in range(2):
        wider = ndimage.grey_dilation(expected, size=(3, 3))
        expected = np.where((expected == 0) & inked, wider, expected)
    found = segmentation._grown(labels, inked)
    np.testing.assert_array_equal(found, expected)
    assert (found != labels).any()
