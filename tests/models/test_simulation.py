"""Bands, painting, recombination and the page: what is drawn is what the truth says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.bands import LEVELS, bandings, centromere
from models.simulation.crops import CropLibrary
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes import Karyotype, Kind, draw_karyotype
from models.simulation.layouts import ROW_LAYOUTS, Caption, PageStyle, draw_style
from models.simulation.pages import compose
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


def test_layouts_place_every_chromosome_once() -> None:
    for rows in ROW_LAYOUTS:
        assert sorted(name for row in rows for name in row if name) == sorted(CHROMOSOMES)
    with pytest.raises(ValueError, match="each of the 24 chromosomes once"):
        PageStyle(ROW_LAYOUTS[0][:3], 0.8, 0.02, 0.18, 0.01, 0.0, True, Caption.NONE, "Y")


def plain_style() -> PageStyle:
    return PageStyle(ROW_LAYOUTS[0], 0.8, 0.03, 0.17, 0.012, 0.0, True, Caption.NONE, "Y")


@pytest.mark.parametrize("kind", list(Kind))
def test_page_shows_as_many_chromosomes_as_the_karyotype(kind: Kind, crops: CropLibrary) -> None:
    karyotype = draw_karyotype(rng(4), kind)
    page = compose(rng(4), karyotype, crops.draw_cell(rng(4)), plain_style(), width=900)
    _, objects = ndimage.label(page.pixels < 150)
    assert objects == len(karyotype.chromosomes) == len(page.standing)


def test_boxes_hold_the_ink(crops: CropLibrary) -> None:
    page = compose(rng(2), draw_karyotype(rng(2), Kind.NORMAL), crops.draw_cell(rng(2)), plain_style(), width=600)
    outside = page.pixels.copy()
    for standing in page.standing:
        left, top, right, bottom = (round(edge) for edge in standing.box)
        assert (page.pixels[top:bottom, left:right] < 150).any()
        outside[top:bottom, left:right] = 255
    assert (outside > 150).all()


def test_rows_stand_from_top_to_bottom(crops: CropLibrary) -> None:
    page = compose(rng(2), draw_karyotype(rng(2), Kind.NORMAL), crops.draw_cell(rng(2)), plain_style())
    for upper, lower in zip(ROW_LAYOUTS[0], ROW_LAYOUTS[0][1:], strict=False):
        assert page.places[upper[0] or ""][1] < page.places[lower[0] or ""][1]


def test_same_seed_same_bytes() -> None:
    one, two = (simulate(rng(7), painted, 0.5) for _ in range(2))
    assert one.karyotype == two.karyotype
    assert one.page.pixels.tobytes() == two.page.pixels.tobytes()
    assert simulate(rng(8), painted, 0.5).page.pixels.tobytes() != one.page.pixels.tobytes()


def test_styles_vary() -> None:
    styles = [draw_style(rng(seed)) for seed in range(60)]
    assert len({style.rows for style in styles}) == len(ROW_LAYOUTS)
    assert {style.caption for style in styles} == set(Caption)


def test_kind_can_be_asked_for() -> None:
    karyogram = simulate(rng(), painted, abnormal_share=0.0, kind=Kind.TRISOMY)
    assert isinstance(karyogram.karyotype, Karyotype)
    assert karyogram.karyotype.kind is Kind.TRISOMY
