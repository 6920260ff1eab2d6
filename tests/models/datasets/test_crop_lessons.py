"""Lessons for the crop network: every chromosome of a simulated page is in one object, and captions are junk."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.datasets.crop_lessons import MARKER_COLUMN, lesson
from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


def karyogram(kind: Kind, seed: int = 0) -> Karyogram:
    return simulate(np.random.default_rng(seed), painted, 0.0, kind, width=600, variety=Variety.FIXED)


@pytest.mark.parametrize("kind", [Kind.NORMAL, Kind.TRISOMY, Kind.MONOSOMY])
def test_objects_show_what_the_karyotype_has(kind: Kind) -> None:
    drawn = karyogram(kind)
    found = lesson(drawn)
    assert found.overlooked == ()
    expected = [drawn.karyotype.copies(name) for name in CHROMOSOMES]
    assert found.shown[:, :MARKER_COLUMN].sum(axis=0).tolist() == expected
    assert found.shown.shape == (len(found.objects), MARKER_COLUMN + 1)


def test_markers_have_a_column_of_their_own() -> None:
    assert lesson(karyogram(Kind.MARKER)).shown[:, MARKER_COLUMN].sum() == 1


def test_captions_are_junk() -> None:
    found = lesson(karyogram(Kind.NORMAL))
    junk = found.shown.sum(axis=1) == 0
    heights = found.objects.boxes[:, 3] - found.objects.boxes[:, 1]
    assert junk.any()
    assert heights[junk].max() < np.median(heights[~junk])
    assert (~junk).sum() > 30
