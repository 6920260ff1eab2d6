"""Packing a page: every piece is there, larger than on the page, and what lies where stays known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.preparation.packing import pack
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.models.preparation.test_pieces import BARS, drawn

SIZE = 120


def test_the_picture_is_black_on_white_and_full() -> None:
    page = simulate(np.random.default_rng(1), painted, 0.0, Kind.NORMAL, variety=Variety.FIXED).page.pixels
    picture, packing = pack(page, SIZE)
    assert picture.shape == (SIZE, SIZE)
    assert picture.dtype == np.uint8
    assert picture.min() < 50
    assert np.median(picture) == 255
    rows = np.flatnonzero((picture < 128).any(axis=1))
    assert rows[-1] > 0.85 * SIZE
    assert packing.size == SIZE


def test_every_piece_stands_alone_in_the_order_of_the_page() -> None:
    _, packing = pack(drawn(), SIZE)
    assert len(packing.places) == len(BARS)
    taken = np.zeros((SIZE, SIZE), int)
    for left, top, right, bottom in packing.places:
        taken[round(top) : round(bottom), round(left) : round(right)] += 1
    assert taken.max() == 1
    order = np.lexsort((packing.places[:, 0], np.round(packing.places[:, 3] / 4)))
    assert order.tolist() == list(range(len(BARS)))


def test_a_place_on_the_page_is_found_on_the_picture() -> None:
    page = drawn()
    page[120:124, 240:244] = 0  # dust between the rows
    picture, packing = pack(page, SIZE)
    for left, top, height in BARS:
        x, y = packing.place((left + 7, top + height / 2))
        assert picture[round(y * SIZE), round(x * SIZE)] < 60
    x, y = packing.place((104.0, 20.0))  # above the third bar: its upper edge
    assert picture[round(y * SIZE) + 6, round(x * SIZE) + 2] < 130


def test_a_map_of_the_picture_comes_back_to_the_pieces_of_the_page() -> None:
    _, packing = pack(drawn(), SIZE)
    left, top, height = BARS[3]
    x, y = packing.place((left + 7, top + height / 2))
    values = np.zeros((SIZE, SIZE), np.float32)
    values[round(y * SIZE) - 3 : round(y * SIZE) + 3, round(x * SIZE) - 3 : round(x * SIZE) + 3] = 1.0
    found, square = packing.on_page(values)
    row, column = np.unravel_index(found.argmax(), found.shape)
    cell = square.side / len(found)
    assert square.left + (column + 0.5) * cell == pytest.approx(left + 7, abs=5)
    assert square.top + (row + 0.5) * cell == pytest.approx(top + height / 2, abs=5)
    assert (found > 0).mean() < 0.02


def test_margins_layout_and_exposure_hardly_matter() -> None:
    picture = pack(drawn(), SIZE)[0].astype(float)
    spread = tuple((left + 30 * index, top + 3, height) for index, (left, top, height) in enumerate(BARS[:3]))
    other = drawn((*spread, *BARS[3:]))
    for page in (np.pad(drawn(), ((40, 10), (9, 90)), constant_values=240), drawn() // 2, other):
        assert np.abs(pack(page, SIZE)[0] - picture).mean() < 12


@pytest.mark.parametrize("page", [np.full((90, 70), 220, np.uint8), np.zeros((1, 1), np.uint8)])
def test_without_pieces_the_picture_is_blank(page: NDArray[np.uint8]) -> None:
    picture, packing = pack(page, SIZE)
    assert (picture == 255).all()
    assert packing.place((3.0, 4.0)) == (0.5, 0.5)
    assert not packing.on_page(np.ones((3, 3), np.float32))[0].any()


def test_large_pages_are_packed_in_their_own_pixels() -> None:
    large = np.repeat(np.repeat(drawn(), 6, axis=0), 6, axis=1)  # (1320, 1800)
    small_packing, large_packing = pack(drawn(), SIZE)[1], pack(large, SIZE)[1]
    assert large_packing.boxes == pytest.approx(6 * small_packing.boxes, abs=12)
    assert large_packing.places == pytest.approx(small_packing.places, abs=0.15 * SIZE)


def test_any_page_is_packed() -> None:
    rng = np.random.default_rng(1)
    for _ in range(60):
        height, width = rng.integers(1, 300, 2)
        noise = rng.integers(0, 256, (height, width))
        dots = 255 * (rng.random((height, width)) < 0.02)
        slopes = np.add.outer(np.arange(height), np.arange(width)) % 256
        for page in (noise, dots, 255 - dots, slopes):
            picture, packing = pack(page.astype(np.uint8), 75)
            assert picture.shape == (75, 75)
            assert (packing.places[:, 2:] > packing.places[:, :2]).all()
