"""Boxes around what stands on a page: (n, 4) integers, left, top, right and bottom, in pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.int64]


def heights_of(boxes: Boxes) -> NDArray[np.int64]:
    """Return the heights of boxes, (n,)."""
    heights: NDArray[np.int64] = boxes[:, 3] - boxes[:, 1]
    return heights


def widths_of(boxes: Boxes) -> NDArray[np.int64]:
    """Return the widths of boxes, (n,)."""
    widths: NDArray[np.int64] = boxes[:, 2] - boxes[:, 0]
    return widths
