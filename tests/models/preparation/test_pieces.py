"""Finding the pieces of a page: all of them, in the order in which people read, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.preparation.pieces import find_pieces, lines, measure, page_darkness
from models.simulation.karyograms import Karyogram, painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety

BARS = ((20, 30, 50), (60, 30, 70), (100, 30, 40), (20, 140, 35), (70, 140, 30))  # left, top, height; all 14 wide


def drawn(bars: tuple[tuple[int, int, int], ...] = BARS) -> NDArray[np.uint8]:
    """Dark bars on light paper, (220, 300)."""
    page = np.full((220, 300), 240, np.uint8)
    for left, top, height in bars:
        page[top : top + height, left : left + 14] = 70
    return page


def boxes_of(page: NDArray[np.uint8]) -> list[tuple[int, int, int]]:
    found = find_pieces(page_darkness(page))
    return [(int(left), int(top), int(bottom - top)) for left, top, _, bottom in found.boxes]


def covered(karyogram: Karyogram) -> float:
    """Return the share of the chromosomes of a simulated page in whose middle a piece was found."""
    labels = find_pieces(page_darkness(karyogram.page.pixels)).labels
    seen = []
    for standing in karyogram.page.standing:
        left, top, right, bottom = (round(edge) for edge in standing.box)
        quarter = (bottom - top) // 4
        seen.append((labels[top + quarter : bottom - quarter, max(0, left) : right] > 0).mean() > 0.25)
    return float(np.mean(seen))


def test_pieces_are_read_row_by_row_from_the_left() -> None:
    found = find_pieces(page_darkness(drawn()))
    assert found.rows.tolist() == [0, 0, 0, 1, 1]
    for (left, top, height), expected in zip(boxes_of(drawn()), BARS, strict=True):
        assert (left, top, height) == pytest.approx(expected, abs=3)


def test_each_pixel_of_a_piece_has_its_number() -> None:
    labels = find_pieces(page_darkness(drawn())).labels
    middles = [labels[top + height // 2, left + 7] for left, top, height in BARS]
    assert middles == [1, 2, 3, 4, 5]
    assert labels[5, 5] == 0


@pytest.mark.parametrize("mistreat", [lambda page: page // 2, lambda page: 255 - (255 - page) // 3])
def test_dark_and_pale_pages_have_the_same_pieces(mistreat: object) -> None:
    assert callable(mistreat)
    assert len(boxes_of(np.asarray(mistreat(drawn()), np.uint8))) == len(BARS)


def test_lines_frames_and_dust_are_no_pieces() -> None:
    page = drawn()
    page[100:102, 10:250] = 60  # a line under a row
    page[5:7, 5:295] = page[213:215, 5:295] = 60  # a frame around all
    page[5:215, 5:7] = page[5:215, 293:295] = 60
    page[200:203, 150:153] = 60
    assert len(boxes_of(page)) == len(BARS)


def test_a_line_is_thin_and_a_chromosome_is_not_even_where_it_leans() -> None:
    ink = np.zeros((300, 300), np.bool_)
    ink[100, 50:200] = True
    for row in range(150, 250):
        ink[row, 100 + row // 10 : 112 + row // 10] = True
    found = lines(ink)
    assert found[100, 50:200].all()
    assert not found[150:250].any()


def test_a_row_that_touches_is_parted_where_it_is_paler() -> None:
    page = drawn(((20, 30, 50), (60, 30, 50), (100, 30, 50), (140, 30, 50), (20, 140, 40)))
    page[50:56, 20:150] = np.minimum(page[50:56, 20:150], 170)  # a smear across the first row
    assert len(boxes_of(page)) == 5


def test_a_blank_page_has_no_pieces() -> None:
    assert len(find_pieces(page_darkness(np.full((100, 140), 200, np.uint8)))) == 0


@pytest.mark.parametrize("variety", [Variety.FIXED, Variety.WIDE, Variety.MOSAIC])
def test_hardly_a_chromosome_is_overlooked(variety: Variety) -> None:
    shares = [
        covered(simulate(np.random.default_rng([7, seed]), painted, 0.0, Kind.NORMAL, variety=variety))
        for seed in range(8)
    ]
    assert np.mean(shares) > 0.96


def test_components_are_measured_and_numbers_that_are_not_there_have_nothing() -> None:
    labels = np.zeros((6, 9), np.int32)
    labels[1:3, 2:7] = 1
    labels[5, 8] = labels[3, 0] = 3
    boxes, areas = measure(labels)
    assert boxes.tolist() == [[2, 1, 7, 3], [0, 0, 0, 0], [0, 3, 9, 6]]
    assert areas.tolist() == [10, 0, 2]
    boxes, areas = measure(np.zeros((4, 5), np.int32))
    assert (boxes.shape, areas.shape) == ((0, 4), (0,))
