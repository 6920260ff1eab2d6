"""Mosaics: every chromosome once, within the picture, in no order, and nothing else on it."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


def mosaic(seed: int, kind: Kind = Kind.NORMAL) -> Karyogram:
    return simulate(np.random.default_rng(seed), painted, 0.0, kind, width=278, variety=Variety.MOSAIC)


@pytest.mark.parametrize("kind", [Kind.NORMAL, Kind.TRISOMY, Kind.DENSE])
def test_every_chromosome_stands_on_it_once(kind: Kind) -> None:
    drawn = mosaic(1, kind)
    standing = Counter(one.place for one in drawn.page.standing)
    assert standing == Counter(chromosome.place for chromosome in drawn.karyotype.chromosomes)
    height, width = drawn.page.pixels.shape
    for one in drawn.page.standing:
        left, top, right, bottom = one.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        # there is ink in its box
        assert drawn.page.pixels[int(top) : int(bottom), int(left) : int(right)].min() < 200


def test_they_stand_in_no_order() -> None:
    orders = [[one.place for one in mosaic(seed).page.standing] for seed in range(8)]
    assert len({tuple(order) for order in orders}) == 8
    assert len({order[0] for order in orders}) > 1
    # homologues are apart on most of them
    apart = [abs(np.diff([index for index, place in enumerate(order) if place == "8"])[0]) > 1 for order in orders]
    assert np.mean(apart) > 0.5


def test_it_is_about_as_high_as_wide() -> None:
    shapes = np.array([mosaic(seed).page.pixels.shape for seed in range(12)], np.float64)
    assert 0.6 < np.median(shapes[:, 0] / shapes[:, 1]) < 1.5


def test_a_page_shows_the_same_chromosomes_smaller() -> None:
    """That is what mosaics are for: of two pictures of the same size the mosaic shows more of each chromosome."""

    def covered(drawn: Karyogram) -> float:
        boxes = np.array([one.box for one in drawn.page.standing])
        side = max(drawn.page.pixels.shape)
        return float(((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])).sum() / side**2)

    pages = [simulate(np.random.default_rng(seed), painted, 0.0, Kind.NORMAL, width=278) for seed in range(12)]
    mosaics = [mosaic(seed) for seed in range(12)]
    assert np.median([covered(one) for one in mosaics]) > 1.8 * np.median([covered(one) for one in pages])
