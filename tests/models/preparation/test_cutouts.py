"""Cutting pieces out: each by itself, at any scale."""

from __future__ import annotations

import numpy as np
import pytest

from models.preparation.cutouts import cut_out, extents
from models.preparation.pieces import find_pieces, page_darkness
from tests.models.preparation.test_pieces import BARS, drawn


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.7])
def test_each_piece_comes_alone_at_its_scale(scale: float) -> None:
    darkness = page_darkness(drawn())
    pieces = find_pieces(darkness)
    cut = cut_out(darkness, pieces, scale)
    assert len(cut) == len(BARS)
    for own, (width, height), bar in zip(cut, extents(pieces.boxes, scale), BARS, strict=True):
        assert abs(own.shape[0] - height) <= 1
        assert abs(own.shape[1] - width) <= 1
        assert (own > 0.5).sum() == pytest.approx(14 * bar[2] * scale**2, rel=0.2)
        assert own.max() <= 1.0


def test_a_neighbour_in_the_box_of_a_piece_is_not_in_its_cut_out() -> None:
    page = np.full((200, 200), 240, np.uint8)
    for row in range(120):  # a leaning bar, and a small one in the corner of its box
        page[40 + row, 40 + row // 2 : 56 + row // 2] = 60
    page[40:80, 90:104] = 60
    pieces = find_pieces(page_darkness(page))
    assert len(pieces) == 2
    leaning, small = cut_out(page_darkness(page), pieces, 1.0)
    assert (leaning > 0.5).sum() == pytest.approx(120 * 16, rel=0.1)
    assert (small > 0.5).sum() == pytest.approx(40 * 14, rel=0.15)


def test_without_pieces_nothing_is_cut_out() -> None:
    darkness = page_darkness(np.full((90, 70), 220, np.uint8))
    assert cut_out(darkness, find_pieces(darkness), 1.0) == []
