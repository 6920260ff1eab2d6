"""Lessons on disk, and what is measured on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.crop_lessons import MARKER_COLUMN, lesson
from models.datasets.crop_measures import measure
from models.datasets.crop_set import CropSet
from models.datasets.simulated_set import Recipe, draw_karyogram
from models.predicting.segmenter import Segmenter
from models.reading.crops import HEIGHT, WIDTH
from models.simulation.karyograms import painted
from models.simulation.pages.families import Variety

RECIPE = Recipe(seed=3, variety=Variety.FIXED, dense_share=0.3)
PAGES = 60  # two parts


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, segmentation_weights: Path) -> CropSet:
    return CropSet.write(tmp_path_factory.mktemp("lessons"), RECIPE, PAGES, segmentation_weights)


def test_objects_are_those_of_the_pages_in_their_order(found: CropSet, segmenter: Segmenter) -> None:
    assert len(found.parts) == 2
    for number in (0, 49, 50, 59):
        expected = lesson(draw_karyogram(RECIPE, painted, number), segmenter)
        own = np.flatnonzero(found.page == number)
        np.testing.assert_array_equal(found.crops(own), expected.objects.crops)
        np.testing.assert_array_equal(found.shown[own], expected.shown)
        np.testing.assert_array_equal(found.gaps[own], expected.objects.gaps)


def test_crops_come_in_the_order_asked(found: CropSet) -> None:
    which = np.array([len(found) - 1, 0, 5])
    crops = found.crops(which)
    assert crops.shape == (3, HEIGHT, WIDTH)
    np.testing.assert_array_equal(crops[1], found.crops(np.array([0]))[0])


def test_what_is_there_is_not_drawn_again(tmp_path: Path, segmentation_weights: Path) -> None:
    first = CropSet.write(tmp_path, RECIPE, 3, segmentation_weights)
    again = CropSet.write(tmp_path, replace(RECIPE, seed=9), 3, segmentation_weights)
    np.testing.assert_array_equal(first.shown, again.shown)


def test_sizes_and_gaps_are_measured(found: CropSet) -> None:
    measures = measure(found)
    order = np.argsort(-measures.lengths)
    assert set(order[:2]) == {0, 1}  # 1 and 2 are the longest
    assert 10 < measures.lengths.min() < measures.lengths.max() <= HEIGHT
    assert measures.areas[0] > 2 * measures.areas[20]
    assert measures.gap_same[1:4].mean() > measures.gap_same[-3:].mean()  # close ones are of a kind
    assert 0 < measures.row_same < 0.2


def test_a_chromosome_that_is_never_shown_is_named(found: CropSet) -> None:
    shown = found.shown.copy()
    shown[:, 4] = 0
    with pytest.raises(ValueError, match="every chromosome must be shown by itself, never found: 5"):
        measure(replace(found, shown=shown))
    assert shown.shape[1] == MARKER_COLUMN + 1


def test_lessons_may_be_spoilt(found: CropSet, tmp_path: Path, segmentation_weights: Path) -> None:
    """Then most pages look otherwise; the chromosomes on them are the same."""
    spoilt = CropSet.write(tmp_path, replace(RECIPE, spoilt_share=1.0), 10, segmentation_weights)
    assert spoilt.shown.sum() == pytest.approx(found.shown[found.page < 10].sum(), rel=0.1)
    pages = [[lessons.crops(np.flatnonzero(lessons.page == page)) for page in range(10)] for lessons in (spoilt, found)]
    assert sum(not np.array_equal(*pair) for pair in zip(*pages, strict=True)) >= 5
