"""Coloured ink is taken off grey pages, and colour that is more than ink stays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.colours import to_grey
from models.pictures import page
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.models.test_pictures import encode

RED, BLUE = (120, 10, 20), (30, 60, 230)


@pytest.fixture(scope="module")
def karyogram() -> NDArray[np.uint8]:
    return simulate(np.random.default_rng(3), painted, 0.0, Kind.NORMAL, variety=Variety.FIXED).page.pixels


def with_notes(grey: NDArray[np.uint8]) -> Image.Image:
    image = Image.fromarray(grey).convert("RGB")
    pen = ImageDraw.Draw(image)
    pen.line((40, 40, 90, 80), RED, width=4)
    pen.ellipse((200, 60, 260, 140), outline=BLUE, width=3)
    pen.rectangle((300, 10, 360, 30), RED)
    return image


@pytest.mark.parametrize("suffix", ["PNG", "JPEG"])
def test_arrows_circles_and_captions_in_colour_go(karyogram: NDArray[np.uint8], suffix: str) -> None:
    found = page(encode(with_notes(karyogram), suffix)).astype(int)
    paper = karyogram > 200
    assert (found[paper] < 150).mean() < 0.002
    plain = np.array(with_notes(karyogram).convert("L"))
    assert (plain[paper] < 150).mean() > 0.005  # the counter-test: without it they would be there


def test_everything_else_stays_as_it_is(karyogram: NDArray[np.uint8]) -> None:
    drawn = with_notes(karyogram)
    untouched = (np.array(drawn) == karyogram[:, :, None]).all(axis=2)
    np.testing.assert_array_equal(to_grey(drawn)[untouched], karyogram[untouched])


def test_on_a_dark_ground_light_ink_goes(karyogram: NDArray[np.uint8]) -> None:
    found = to_grey(with_notes(255 - karyogram))
    assert (found[karyogram > 200] > 105).mean() < 0.002


def test_chromosomes_in_colour_keep_it() -> None:
    rng = np.random.default_rng(0)
    painted_page = np.full((200, 300, 3), 255, np.uint8)
    for column in range(12):
        painted_page[40:160, 10 + 24 * column : 18 + 24 * column] = rng.permutation((200, 40, 60))
    image = Image.fromarray(painted_page)
    np.testing.assert_array_equal(to_grey(image), np.array(image.convert("L")))


def test_a_tinted_scan_keeps_its_grey(karyogram: NDArray[np.uint8]) -> None:
    sepia = np.stack([karyogram, karyogram * 0.95, karyogram * 0.85], axis=2).astype(np.uint8)
    image = Image.fromarray(sepia)
    np.testing.assert_array_equal(to_grey(image), np.array(image.convert("L")))
