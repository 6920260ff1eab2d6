"""Where readers of karyograms are known to fail: each is read right here, or sent to a person with the reason."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.predicting.page_reader import PageReader
from models.reading.conclusions import Conclusion, conclude
from models.registry import default_registry
from models.simulation.chromosomes.painting import Paint
from models.simulation.chromosomes.stains import draw_stain
from models.simulation.karyotypes.iscn import parse_karyotype
from models.simulation.karyotypes.karyotype import Karyotype
from models.simulation.pages.families import Variety
from models.simulation.pages.page import Page, compose
from models.simulation.pages.styles import draw_style

SEEDS = (0, 1, 2)
HYPERDIPLOID = "52,XX,+4,+6,+10,+14,+18,+21"


@pytest.fixture(scope="module")
def reader() -> PageReader:
    return PageReader.load(default_registry())


def painted(karyotype: Karyotype, seed: int) -> Page:
    rng = np.random.default_rng(seed)
    return compose(rng, karyotype, Paint(draw_stain(rng)), draw_style(rng, Variety.FIXED), 700)


def read(reader: PageReader, page: NDArray[np.uint8]) -> Conclusion:
    found = reader.read(page, 30).reading
    assert found is not None
    return conclude(found, reader.card.findings)


def right(said: Conclusion, karyotype: Karyotype) -> bool:
    return said.counts == {name: karyotype.copies(name) for name in said.counts}


def pushed_together(page: Page, place: str) -> NDArray[np.uint8]:
    """The page with all chromosomes of a place moved to the left, until they overlap a little."""
    pixels = page.pixels.copy()
    boxes = [tuple(map(round, one.box)) for one in page.standing if one.place == place]
    cut = [pixels[top:bottom, left:right].copy() for left, top, right, bottom in boxes]
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = np.median(pixels)
    at = boxes[0][0]
    for (_, top, _, bottom), one in zip(boxes, cut, strict=True):
        window = pixels[top:bottom, at : at + one.shape[1]]
        window[:] = np.minimum(window, one)
        at += one.shape[1] - 2
    return pixels


def spread(page: Page, chromosomes: int) -> NDArray[np.uint8]:
    """The page with a gap between the chromatids of some chromosomes."""
    pixels = page.pixels.copy()
    for one in page.standing[:chromosomes]:
        left, top, right, bottom = map(round, one.box)
        pixels[top:bottom, (left + right) // 2 : (left + right) // 2 + 2] = np.median(pixels)
    return pixels


@pytest.mark.parametrize("seed", SEEDS)
def test_three_touching_copies_of_21_are_three_or_a_doubt(reader: PageReader, seed: int) -> None:
    karyotype = parse_karyotype("47,XX,+21")
    said = read(reader, pushed_together(painted(karyotype, seed), "21"))
    assert right(said, karyotype) or said.doubts
    assert said.suggestion.iscn in (None, "47,XX,+21")


@pytest.mark.parametrize("seed", SEEDS)
def test_spread_chromatids_are_no_two_chromosomes(reader: PageReader, seed: int) -> None:
    karyotype = parse_karyotype("46,XY")
    assert right(read(reader, spread(painted(karyotype, seed), 8)), karyotype)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_y_is_no_15_and_no_17(reader: PageReader, seed: int) -> None:
    karyotype = parse_karyotype("46,XY")
    assert right(read(reader, painted(karyotype, seed).pixels), karyotype)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hyperdiploid_cell_is_never_normal(reader: PageReader, seed: int) -> None:
    karyotype = parse_karyotype(HYPERDIPLOID)
    said = read(reader, painted(karyotype, seed).pixels)
    assert said.normal < 0.01
    assert len(said.findings) >= 4
    assert said.suggestion.iscn in (None, HYPERDIPLOID)


@pytest.mark.parametrize("seed", SEEDS)
def test_pale_chromosomes_are_not_broken_into_more(reader: PageReader, seed: int) -> None:
    karyotype = parse_karyotype("46,XX")
    pixels = painted(karyotype, seed).pixels
    pale = (255 - (255 - pixels.astype(int)) // 3).astype(np.uint8)
    assert right(read(reader, pale), karyotype)
