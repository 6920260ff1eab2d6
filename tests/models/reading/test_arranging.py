"""Arranging a page: every chromosome stands where it always stands, and what lies where stays known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.preparation.placing import Placing
from models.reading.arranging import arrange
from models.reading.crops import HEIGHT, WIDTH, Objects
from models.reading.reader import JUNK, OTHER

SIZE = 150
LENGTHS = np.linspace(84.0, 24.0, 24)


def objects(heights: list[int], width: int = 18) -> Objects:
    """Return upright black bars of these heights on their crops, side by side on a page."""
    count = len(heights)
    crops = np.full((count, HEIGHT, WIDTH), 255, np.uint8)
    for crop, height in zip(crops, heights, strict=True):
        crop[(HEIGHT - height) // 2 :][:height, (WIDTH - width) // 2 :][:, :width] = 0
    left = 40.0 * np.arange(count)
    boxes = np.stack([left, np.full(count, 10.0), left + width, 10.0 + np.array(heights)], axis=1)
    return Objects(crops, boxes, np.zeros(count, np.int64), np.ones(count), np.ones(count), np.ones(count))


def arranged(kinds: list[int], heights: list[int] | None = None) -> tuple[NDArray[np.uint8], Placing]:
    usual = [round(LENGTHS[min(kind, 23)]) for kind in kinds]
    return arrange(objects(heights or usual), np.array(kinds), LENGTHS, SIZE)


def test_every_chromosome_has_a_place_of_its_own() -> None:
    every = [*range(24), OTHER]
    picture, placing = arranged(every)
    assert picture.shape == (SIZE, SIZE)
    feet = {(int(left * 5 / SIZE), bottom) for left, _, _, bottom in placing.places.tolist()}
    assert len(feet) == len(every)
    for left, top, right, bottom in placing.places:
        assert picture[round(top) : round(bottom), round(left) : round(right)].mean() < 60
    inked = sum((right - left) * (bottom - top) for left, top, right, bottom in placing.places)
    assert (picture < 128).sum() == pytest.approx(inked, rel=0.1)


def test_the_layout_of_the_page_does_not_matter() -> None:
    kinds = [22, 0, 0, 7, 7, 20, 20]
    picture, _ = arranged(kinds)
    np.testing.assert_array_equal(arranged(sorted(kinds))[0], picture)


def test_a_further_copy_is_the_only_difference() -> None:
    two, three = arranged([4, 4, 20, 20])[0], arranged([4, 4, 20, 20, 20])[0]
    rows, columns = np.nonzero(two != three)
    assert len(rows) > 20
    _, placing = arranged([4, 4, 20, 20, 20])
    left, top, right, bottom = placing.places[4]
    assert left <= columns.min() <= columns.max() <= right
    assert top <= rows.min() <= rows.max() <= bottom


def test_captions_are_left_out() -> None:
    with_caption, placing = arranged([4, JUNK, 4, 9], [64, 20, 64, 50])
    np.testing.assert_array_equal(with_caption, arranged([4, 4, 9], [64, 64, 50])[0])
    assert len(placing.boxes) == 3


def test_chromosomes_of_all_pages_become_equally_long() -> None:
    kinds = [*range(10)]
    usual = [round(LENGTHS[kind]) for kind in kinds]
    short = [round(0.85 * height) for height in usual]
    bottoms, lengths = (
        np.array([places[3] - places[1] for places in arranged(kinds, heights)[1].places]) for heights in (usual, short)
    )
    assert lengths == pytest.approx(bottoms, abs=2)


def test_a_shortened_homologue_stays_shorter() -> None:
    heights = [round(LENGTHS[kind]) for kind in range(10)] + [round(0.7 * LENGTHS[2])]
    _, placing = arranged([*range(10), 2], heights)
    high = placing.places[:, 3] - placing.places[:, 1]
    assert high[10] == pytest.approx(0.7 * high[2], abs=1.5)
    assert placing.places[10, 3] == pytest.approx(placing.places[2, 3], abs=1)  # they stand on one line


def test_more_copies_than_fit_overlap_and_stay_on_their_place() -> None:
    _, placing = arranged([CHROMOSOMES.index("1")] * 6)
    assert placing.places[:, 2].max() <= SIZE / 5 + 2
    assert (np.diff(placing.places[:, 0]) > 0).all()


def test_places_on_the_page_are_found_on_the_picture() -> None:
    picture, placing = arranged([0, 8, 8])
    x, y = placing.place((40.0 + 9, 10.0 + 25))  # in the middle of the second bar
    assert picture[round(y * SIZE), round(x * SIZE)] < 60
    left, top, right, bottom = placing.places[1] / SIZE
    assert left < x < right
    assert top < y < bottom


@pytest.mark.parametrize("kinds", [[], [JUNK, JUNK]])
def test_without_chromosomes_the_picture_is_blank(kinds: list[int]) -> None:
    picture, placing = arrange(objects([30] * len(kinds)), np.array(kinds, np.int64), LENGTHS, SIZE)
    assert picture.min() == 255
    assert placing.place((3.0, 4.0)) == (0.5, 0.5)
