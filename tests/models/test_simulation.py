"""Bands, painting, recombination and the page: what is drawn is what the truth says."""

from __future__ import annotations

import io
import math
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.bands import LEVELS, bandings, centromere
from models.simulation.captions import CaptionStyle, Digits
from models.simulation.crops import CropLibrary
from models.simulation.families import Variety
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes import Chromosome, Karyotype, Kind, Segment, draw_karyotype, normal_chromosome
from models.simulation.layouts import FIXED_LAYOUT
from models.simulation.pages import Page, compose
from models.simulation.painting import Paint, draw_stain
from models.simulation.styles import PageStyle
from models.simulation.warps import WarpStyle


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def crops(tmp_path: Path) -> CropLibrary:
    """A library of two painted cells, P001 and P002, with chromosomes of recognisable darkness."""
    archive = tmp_path / "crops.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for case in ("P001", "P002"):
            for name in CHROMOSOMES:
                for copy in range(1 if name in "XY" else 2):
                    buffer = io.BytesIO()
                    Image.fromarray(crop(name)).save(buffer, "PNG")
                    out.writestr(f"{case}_c1/{name}_{copy}.png", buffer.getvalue())
    return CropLibrary.read(archive, lambda case: case == "P001")


def crop(name: str) -> NDArray[np.uint8]:
    height = round(80 * bandings(400)[name].length)
    pixels = np.full((height, 14), 255, np.uint8)
    pixels[:, 3:11] = 40
    return pixels


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


def test_painted_length_follows_the_segments() -> None:
    paint = Paint(draw_stain(rng(1)))
    whole = [paint.draw(rng(seed), normal_chromosome("1"), 100).shape[0] for seed in range(20)]
    half = [paint.draw(rng(seed), Chromosome("1", (Segment("1", 0, 0.5),)), 100).shape[0] for seed in range(20)]
    assert 90 <= np.mean(whole) - 6 <= 110
    assert np.mean(half) - 6 == pytest.approx((np.mean(whole) - 6) / 2, rel=0.05)


def test_recombination_uses_only_accepted_cases(crops: CropLibrary) -> None:
    assert len(crops.cells) == 1
    assert len(crops.by_chromosome["21"]) == 2


def test_recombination_splices_without_a_gap(crops: CropLibrary) -> None:
    material = crops.draw_cell(rng())
    spliced = Chromosome("1", (Segment("1", 0, 0.5), Segment("9", 0.5, 1)))
    patch = material.draw(rng(), spliced, 80)
    assert patch.shape[0] == pytest.approx(40 + crop("9").shape[0] / 2, abs=2)
    assert (patch.max(axis=1) > 0.7).all(), "every row has ink"


def test_third_copy_comes_from_the_library(crops: CropLibrary) -> None:
    material = crops.draw_cell(rng())
    patches = [material.draw(rng(), normal_chromosome("21"), 80) for _ in range(3)]
    assert len(patches) == 3
    assert len({patch.shape for patch in patches}) == 1


def test_missing_crops_are_named(tmp_path: Path) -> None:
    archive = tmp_path / "empty.zip"
    zipfile.ZipFile(archive, "w").close()
    with pytest.raises(ValueError, match=r"empty\.zip: expected"):
        CropLibrary.read(archive, lambda case: True)


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
