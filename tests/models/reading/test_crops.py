"""The objects of a page as the crop network sees them."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from models.reading.crops import HEIGHT, TYPICAL, WIDTH, find_objects
from models.reading.segmentation import FITTING, GLANCE, Told, nearest_side, pieces_of
from tests.models.preparation.test_pieces import BARS, drawn
from tests.models.reading.telling import by_darkness


def test_objects_come_in_reading_order_with_their_boxes() -> None:
    found = find_objects(drawn(), by_darkness)
    assert len(found) == len(BARS)
    assert found.crops.shape == (len(BARS), HEIGHT, WIDTH)
    for box, (left, top, height) in zip(found.boxes, BARS, strict=True):
        assert box == pytest.approx([left, top, left + 14, top + height], abs=3)
    assert found.rows.tolist() == [0, 0, 0, 1, 1]


def test_of_too_many_objects_none_is_cut_out() -> None:
    every = find_objects(drawn(), by_darkness)
    np.testing.assert_array_equal(find_objects(drawn(), by_darkness, most=len(BARS)).crops, every.crops)
    too_many = find_objects(drawn(), by_darkness, most=len(BARS) - 1)
    assert too_many.crops.shape == (0, HEIGHT, WIDTH)
    np.testing.assert_array_equal(too_many.boxes, every.boxes)
    np.testing.assert_array_equal(too_many.gaps, every.gaps)


def test_all_are_shown_at_one_scale_in_the_middle() -> None:
    found = find_objects(drawn(), by_darkness)
    heights = [int((crop < 128).any(axis=1).sum()) for crop in found.crops]
    expected = np.array([height for _, _, height in BARS])
    assert heights == pytest.approx(expected * TYPICAL / np.average(expected, weights=expected), rel=0.15)
    for crop in found.crops:
        rows, columns = np.nonzero(crop < 128)
        assert np.mean(rows) == pytest.approx(HEIGHT / 2, abs=2.5)
        assert np.mean(columns) == pytest.approx(WIDTH / 2, abs=2.5)


def test_the_size_of_the_picture_does_not_matter() -> None:
    small, large = (
        find_objects(drawn(), by_darkness),
        find_objects(np.repeat(np.repeat(drawn(), 6, axis=0), 6, axis=1), by_darkness),
    )
    assert large.boxes == pytest.approx(6 * small.boxes, abs=15)
    assert large.areas == pytest.approx(small.areas, rel=0.15)
    assert np.abs(small.crops.astype(int) - large.crops).mean() < 6


@pytest.mark.parametrize("times", [1, 2, 3])
def test_chromosomes_are_looked_at_as_large_as_fits_however_small_on_the_page(times: int) -> None:
    bars = drawn()
    page = np.full((times * bars.shape[0], times * bars.shape[1]), 240, np.uint8)
    page[: bars.shape[0], : bars.shape[1]] = bars
    sides, heights = [], []

    def tell(page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Told:
        told = by_darkness(page, darkness)
        sides.append(max(page.shape))
        heights.append(pieces_of(darkness, told.kinds).height)
        return told

    found = find_objects(page, tell)
    assert found.boxes == pytest.approx(find_objects(bars, by_darkness).boxes, abs=4)
    assert sides[0] == GLANCE
    assert sides[1] == nearest_side(GLANCE * FITTING / heights[0])
    assert heights[1] == pytest.approx(FITTING, rel=0.3)


def test_specks_are_not_enlarged_to_chromosomes() -> None:
    """A page of which nothing but specks is left would otherwise be enlarged fifty times and fill the memory."""
    page = np.full((315, 352), 255, np.uint8)
    page[40:300:40, 30:330:35] = 0

    def tell(page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Told:
        if max(page.shape) == GLANCE:  # as large as letters, so that the second look is not the closest
            return by_darkness(page, ndimage.grey_dilation(darkness, size=(25, 9)))
        peaks = (darkness > 0.2) & (darkness == ndimage.maximum_filter(darkness, 15))
        return by_darkness(page, peaks.astype(np.float32))

    found = find_objects(page, tell)
    assert len(found) == 0
    assert found.crops.shape == (0, HEIGHT, WIDTH)


def test_gaps_are_measured_along_a_row() -> None:
    found = find_objects(drawn(), by_darkness)
    assert np.isinf(found.gaps).tolist() == [True, False, False, True, False]
    assert found.gaps[4] > found.gaps[1] > 0


def test_how_sure_one_is_of_an_object_is_the_mean_of_its_pixels() -> None:
    def tell(page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Told:
        told = by_darkness(page, darkness)
        falling = np.broadcast_to(np.linspace(1, 0, page.shape[1], dtype=np.float32), page.shape)
        return Told(told.kinds, falling)

    found = find_objects(drawn(), tell)
    middles = (found.boxes[:, 0] + found.boxes[:, 2]) / 2
    assert found.sure == pytest.approx(1 - middles / drawn().shape[1], abs=0.03)
    assert (find_objects(drawn(), by_darkness).sure > 0.5).all()


def test_a_blank_page_has_no_objects() -> None:
    found = find_objects(np.full((90, 120), 200, np.uint8), by_darkness)
    assert len(found) == 0
    assert found.crops.shape == (0, HEIGHT, WIDTH)
