"""The rows in which pieces of a page stand, and the order in which people read them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.preparation.boxes import Boxes, heights_of

_UNUSUAL = 1.9  # times as high as usual: it makes no row
_OVERLAP = 0.3  # of the lower of two rows that are one


def row_order(boxes: Boxes, height: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of pieces in reading order, (n,), from 0 at the top, and this order, (n,)."""
    rows = _rows(boxes, height)
    order = np.lexsort((boxes[:, [0, 2]].sum(axis=1), rows))
    return rows[order], order


def _rows(boxes: Boxes, height: float) -> NDArray[np.int64]:
    """Return the row of each piece, (n,), from 0 at the top.

    Pieces of usual height make rows, the tallest first, each as high as its tallest; rows that overlap are one. What is
    taller still, such as a watermark over several rows, goes to the row it shares most with.
    """
    heights = heights_of(boxes)
    reaches: list[tuple[int, int]] = []
    for index in np.argsort(-heights, kind="stable"):
        top, bottom = int(boxes[index, 1]), int(boxes[index, 3])
        usual = heights[index] < _UNUSUAL * height
        if usual and not any(_shared((top, bottom), reach) >= 0.5 * heights[index] for reach in reaches):
            reaches.append((top, bottom))
    reaches = _merged(reaches) or [(0, 0)]
    shared = np.array([[_shared((top, bottom), reach) for reach in reaches] for _, top, _, bottom in boxes])
    rows: NDArray[np.int64] = shared.reshape(len(boxes), len(reaches)).argmax(axis=1)
    return rows


def _shared(one: tuple[int, int], other: tuple[int, int]) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _merged(reaches: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Merge rows that overlap by a good part of the lower one, from top to bottom."""
    merged: list[tuple[int, int]] = []
    for top, bottom in sorted(reaches):
        if merged and _shared(merged[-1], (top, bottom)) > _OVERLAP * min(bottom - top, merged[-1][1] - merged[-1][0]):
            merged[-1] = (merged[-1][0], max(bottom, merged[-1][1]))
        else:
            merged.append((top, bottom))
    return merged
