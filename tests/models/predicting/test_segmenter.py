"""The segmentation that ships: it finds the chromosomes of simulated pages, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from models.predicting.segmenter import Segmenter
from models.reading.crops import find_objects
from models.reading.segmentation import CHROMOSOME, NOTHING, working
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


@pytest.mark.parametrize("seed", range(3))
def test_chromosomes_are_found_and_captions_are_not(segmenter: Segmenter, seed: int) -> None:
    drawn = simulate(np.random.default_rng(seed), painted, 0.0, Kind.NORMAL, 700, variety=Variety.FIXED)
    boxes = find_objects(drawn.page.pixels, segmenter).boxes
    assert len(boxes) == pytest.approx(46, abs=2)
    for standing in drawn.page.standing:
        x, y = standing.centre
        assert ((boxes[:, 0] < x) & (x < boxes[:, 2]) & (boxes[:, 1] < y) & (y < boxes[:, 3])).any()


def test_blank_pages_show_no_chromosomes(segmenter: Segmenter) -> None:
    for page in (np.full((300, 400), 230, np.uint8), np.zeros((64, 64), np.uint8)):
        assert len(find_objects(page, segmenter)) == 0


def test_a_page_is_told_alike_whatever_was_told_before(segmenter: Segmenter) -> None:
    drawn = simulate(np.random.default_rng(4), painted, 0.0, Kind.NORMAL, 500, variety=Variety.WIDE)
    page, darkness = working(drawn.page.pixels, 736)
    told = segmenter(page, darkness)
    segmenter(page[:400].copy(), darkness[:400].copy())
    again = segmenter(page, darkness)
    np.testing.assert_array_equal(again.kinds, told.kinds)
    np.testing.assert_array_equal(again.inked, told.inked)
    assert told.kinds.dtype == np.uint8
    assert told.inked.dtype == np.float32
    assert told.kinds.shape == told.inked.shape == page.shape
    assert {NOTHING, CHROMOSOME} <= set(np.unique(told.kinds))
    assert told.inked[told.kinds == NOTHING].max() < 0.5 < told.inked[told.kinds == CHROMOSOME].mean()
