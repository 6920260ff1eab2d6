"""Lessons for the crop network: every chromosome of a simulated page is in one object, and the rest is junk."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.datasets.crop_lessons import MARKER_COLUMN, lesson
from models.predicting.segmenter import Segmenter
from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.models.reading.telling import by_darkness


def karyogram(kind: Kind, seed: int = 0) -> Karyogram:
    return simulate(np.random.default_rng(seed), painted, 0.0, kind, width=600, variety=Variety.FIXED)


@pytest.mark.parametrize("kind", [Kind.NORMAL, Kind.TRISOMY, Kind.MONOSOMY])
def test_objects_show_what_the_karyotype_has(kind: Kind, segmenter: Segmenter) -> None:
    drawn = karyogram(kind)
    found = lesson(drawn, segmenter)
    assert found.overlooked == ()
    expected = [drawn.karyotype.copies(name) for name in CHROMOSOMES]
    assert found.shown[:, :MARKER_COLUMN].sum(axis=0).tolist() == expected
    assert found.shown.shape == (len(found.objects), MARKER_COLUMN + 1)


def test_markers_have_a_column_of_their_own(segmenter: Segmenter) -> None:
    assert lesson(karyogram(Kind.MARKER, seed=1), segmenter).shown[:, MARKER_COLUMN].sum() == 1


def test_what_is_no_chromosome_is_junk() -> None:
    found = lesson(karyogram(Kind.NORMAL), by_darkness)
    junk = found.shown.sum(axis=1) == 0
    heights = found.objects.boxes[:, 3] - found.objects.boxes[:, 1]
    assert junk.any()  # the captions
    assert heights[junk].max() < np.median(heights[~junk])
    assert (~junk).sum() > 30
