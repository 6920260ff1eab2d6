"""Straight runs of ink: what lines are made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.compiled import compiled

Mask = NDArray[np.bool_]


def runs(ink: Mask, length: int, axis: int) -> Mask:
    """Keep runs of ink of at least a length: a morphological opening by a line, (height, width).

    Args:
        ink: (height, width).
        length: in pixels, at least 1; rounded up to an odd number.
        axis: 0 for upright runs, 1 for level ones.
    """
    kept = np.zeros_like(ink)
    if axis:
        _keep(ink, length | 1, kept)
    else:
        _keep(ink.T, length | 1, kept.T)
    return kept


@compiled
def _keep(ink: Mask, length: int, kept: Mask) -> None:
    """Mark the runs along the second axis."""
    rows, columns = ink.shape
    for row in range(rows):
        start = 0
        for column in range(columns + 1):
            if column < columns and ink[row, column]:
                continue
            if column - start >= length:
                kept[row, start:column] = True
            start = column + 1
