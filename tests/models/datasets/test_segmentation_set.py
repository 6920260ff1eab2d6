"""Lessons for the segmentation network: what each pixel of a simulated page truly is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.segmentation_set import SegmentationSet, segmentation_lesson
from models.datasets.simulated_set import Recipe, draw_karyogram
from models.reading.segmentation import CHROMOSOME, FITTING, NOTHING, SEAM, pieces_of
from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.arrangements import Owners
from models.simulation.pages.families import Variety

RECIPE = Recipe(seed=5, variety=Variety.WIDE)


def karyogram(variety: Variety = Variety.FIXED) -> Karyogram:
    return simulate(np.random.default_rng(3), painted, 0.0, Kind.NORMAL, 700, variety=variety)


def as_it_is(owners: Owners) -> float:
    """The size of a lesson whose page is neither made larger nor smaller."""
    heights = [np.ptp(np.nonzero(owners == number)[0]) + 1 for number in range(1, owners.max() + 1)]
    areas = [(owners == number).sum() for number in range(1, owners.max() + 1)]
    return float(np.average(heights, weights=areas)) / FITTING


@pytest.mark.parametrize("size", [0.5, 1.0, 1.4])
def test_chromosomes_of_a_lesson_are_as_high_as_its_size_says(size: float) -> None:
    drawn = karyogram()
    kinds = segmentation_lesson(drawn.page, size)[..., -1]
    assert pieces_of(np.full(kinds.shape, 0.5, np.float32), kinds).height == pytest.approx(size * FITTING, rel=0.1)


def test_chromosomes_are_told_from_captions() -> None:
    drawn = karyogram()
    lesson = segmentation_lesson(drawn.page, 1.0)
    assert lesson.dtype == np.uint8
    grey, darkness, kinds = np.moveaxis(lesson, -1, 0)
    scale = max(grey.shape) / max(drawn.page.pixels.shape)
    inside = np.zeros(kinds.shape, np.bool_)
    for standing in drawn.page.standing:
        left, top, right, bottom = (round(edge * scale) for edge in standing.box)
        window = np.s_[max(0, top - 2) : bottom + 3, max(0, left - 2) : right + 3]
        inside[window] = True
        assert (kinds[window] == CHROMOSOME).mean() > 0.3
    assert (kinds[~inside] == NOTHING).all()
    captions = (darkness > 100) & ~inside
    assert captions.any()
    assert grey[kinds == CHROMOSOME].mean() < 160 < grey[kinds == NOTHING].mean()


def test_seams_run_where_two_owners_meet() -> None:
    drawn = karyogram()
    owners = np.zeros_like(drawn.page.owners)
    owners[40:120, 50:70], owners[40:120, 70:90] = 1, 2
    owners[200:260, 50:70], owners[200:260, 80:100] = 3, 4
    kinds = segmentation_lesson(replace(drawn.page, owners=owners), as_it_is(owners))[..., -1]
    assert set(np.nonzero(kinds == SEAM)[1]) <= {68, 69, 70, 71}
    assert (kinds[41:119, 69:71] == SEAM).all()
    assert not (kinds[190:] == SEAM).any()


def test_pale_bands_are_closed() -> None:
    drawn = karyogram()
    owners = np.zeros_like(drawn.page.owners)
    owners[40:120, 50:70] = 1
    owners[70:73, 50:70] = 0
    owners[90:95, 56:60] = 0
    kinds = segmentation_lesson(replace(drawn.page, owners=owners), as_it_is(owners))
    assert (kinds[40:120, 52:68, -1] == CHROMOSOME).all()


def test_pages_are_written_once_each_from_its_number(tmp_path: Path) -> None:
    found = SegmentationSet.write(tmp_path / "one", RECIPE, 4)
    assert len(found) == 4
    drawn = draw_karyogram(RECIPE, painted, 2)
    height, width = drawn.page.pixels.shape
    assert found.page(2).shape[0] / found.page(2).shape[1] == pytest.approx(height / width, abs=0.01)
    other = SegmentationSet.write(tmp_path / "two", RECIPE, 3)
    np.testing.assert_array_equal(found.page(2), other.page(2))
    again = SegmentationSet.write(tmp_path / "one", replace(RECIPE, seed=9), 4)
    np.testing.assert_array_equal(again.page(0), found.page(0))
    assert len({max(found.page(number).shape) for number in range(4)}) > 1
