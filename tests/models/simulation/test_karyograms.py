"""Bands, painting, recombination and the page: what is drawn is what the truth says."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.bands import LEVELS, bandings, centromere
from models.simulation.karyotypes.draws import draw_karyotype
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.pages.captions import CaptionStyle, Digits
from models.simulation.pages.families import Variety
from models.simulation.pages.layouts import FIXED_LAYOUT
from models.simulation.pages.page import Page, compose
from models.simulation.pages.styles import PageStyle
from models.simulation.pages.warps import WarpStyle
from tests.crops import write_library


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def crops(tmp_path: Path) -> CropLibrary:
    """A library of one painted cell."""
    return CropLibrary.read(write_library(tmp_path / "crops.zip", ("P001",)), lambda case: True)


@pytest.mark.parametrize("level", LEVELS)
def test_band_tables_are_complete(level: int) -> None:
    table = bandings(level)
    assert set(table) == set(CHROMOSOMES)
    for banding in table.values():
        assert banding.edges[0] == 0
        assert banding.edges[-1] == 1
        assert (np.diff(banding.edges) > 0).all()
        assert 0 < banding.centromere < 0.6


def test_band_tables_know_the_shapes_of_chromosomes() -> None:
    assert centromere("1") == pytest.approx(0.5, abs=0.06)
    assert max(centromere(name) for name in ("13", "14", "15", "21", "22")) < 0.40
    lengths = [bandings(550)[name].length for name in AUTOSOMES]
    assert lengths[0] == 1.0
    assert min(lengths) == lengths[20], "21 is the shortest"


def test_unknown_band_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level must be one of"):
        bandings(500)


def plain_style() -> PageStyle:
    """Pale paper and dark ink, and nothing but chromosomes."""
    return PageStyle(captions=CaptionStyle(digits=Digits.NOWHERE))


@pytest.mark.parametrize("kind", list(Kind))
def test_page_shows_as_many_chromosomes_as_the_karyotype(kind: Kind, crops: CropLibrary) -> None:
    karyotype = draw_karyotype(rng(4), kind)
    page = compose(rng(4), karyotype, crops.draw_cell(rng(4)), plain_style(), width=900)
    _, objects = ndimage.label(page.pixels < 150)
    assert objects == len(karyotype.chromosomes) == len(page.standing)


def test_boxes_hold_the_ink(crops: CropLibrary) -> None:
    page = compose(rng(2), draw_karyotype(rng(2), Kind.NORMAL), crops.draw_cell(rng(2)), plain_style(), width=600)
    assert_boxes_hold_the_ink(page, dark=150)


@pytest.mark.parametrize("turn", [-2.0, 0.0, 1.5])
@pytest.mark.parametrize("cut", [(0.0, 0.0, 0.0, 0.0), (0.9, 0.5, 0.0, 0.9)])
def test_boxes_move_with_a_page_that_is_turned_stretched_and_cut(
    turn: float, cut: tuple[float, float, float, float], crops: CropLibrary
) -> None:
    style = replace(plain_style(), warp=WarpStyle(turn=turn, stretch=1.1, cut=cut))
    page = compose(rng(2), draw_karyotype(rng(2), Kind.NORMAL), crops.draw_cell(rng(2)), style, width=600)
    assert page.pixels.shape[1] == 600
    assert_boxes_hold_the_ink(page, dark=120)
    for standing in page.standing:
        assert math.dist(standing.centre, page.places[standing.place]) < 60, "each stands at its place"


def assert_boxes_hold_the_ink(page: Page, dark: int) -> None:
    """There is ink in each box, at its centre, and nowhere else."""
    outside = page.pixels.copy()
    for standing in page.standing:
        left, top, right, bottom = standing.box
        assert left >= 0 and top >= 0 and right <= page.pixels.shape[1] and bottom <= page.pixels.shape[0]
        x, y = standing.centre
        assert page.pixels[round(y), round(x)] < dark
        outside[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)] = 255
    assert (outside > dark).all()


def test_rows_stand_from_top_to_bottom(crops: CropLibrary) -> None:
    page = compose(rng(2), draw_karyotype(rng(2), Kind.NORMAL), crops.draw_cell(rng(2)), plain_style())
    for upper, lower in zip(FIXED_LAYOUT.rows, FIXED_LAYOUT.rows[1:], strict=False):
        assert page.places[upper[0] or ""][1] < page.places[lower[0] or ""][1]


@pytest.mark.parametrize("variety", list(Variety))
def test_same_seed_same_bytes(variety: Variety) -> None:
    one, two = (simulate(rng(7), painted, 0.5, variety=variety) for _ in range(2))
    assert one.karyotype == two.karyotype
    assert one.page.pixels.tobytes() == two.page.pixels.tobytes()
    assert simulate(rng(8), painted, 0.5, variety=variety).page.pixels.tobytes() != one.page.pixels.tobytes()


def test_kind_can_be_asked_for() -> None:
    karyogram = simulate(rng(), painted, abnormal_share=0.0, kind=Kind.TRISOMY)
    assert isinstance(karyogram.karyotype, Karyotype)
    assert karyogram.karyotype.kind is Kind.TRISOMY
