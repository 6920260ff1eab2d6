"""What is left on a picture: the chromosomes, and nothing of what stands beside them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.exports.redaction import redacted
from models.judging.record import Box

PAPER, NAME, DARK = 240, 7, 60


def page(*boxes: tuple[int, int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Paper with a name at its upper edge, and something dark in each box."""
    pixels = np.full((60, 100), PAPER, np.uint8)
    pixels[2:9, 5:95:2] = NAME
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = DARK
    return pixels


def test_chromosomes_stay_and_the_name_goes() -> None:
    boxes = [(10, 20, 18, 50), (90, 40, 100, 60)]
    pixels = page(*boxes)
    assert NAME in pixels
    left = redacted(pixels, boxes)
    np.testing.assert_array_equal(left[10:], pixels[10:])
    assert set(np.unique(left[:10])) == {PAPER}
    assert NAME in pixels  # the picture itself is as it was


@pytest.mark.parametrize("box", [(-5.5, -3.0, 4.2, 6.9), (0.0, 0.0, 100.0, 60.0), (98.0, 58.0, 300.0, 200.0)])
def test_a_box_at_the_edge_is_cut_there(box: Box) -> None:
    assert redacted(page(), [box]).shape == (60, 100)


def test_without_boxes_only_paper_is_left() -> None:
    assert set(np.unique(redacted(page(), []))) == {PAPER}
