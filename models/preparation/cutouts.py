"""Pieces by themselves: the ink of each one, without that of its neighbours, at any scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preparation.boxes import Boxes
from models.preparation.pieces import Pieces

_DARKEST = 0.9  # what the typical chromosome's dark bands become


def extents(boxes: Boxes, scale: float) -> NDArray[np.int64]:
    """Return the widths and heights of cut-outs, (n, 2), with a margin for what shrinking spreads."""
    scaled: NDArray[np.int64] = np.ceil((boxes[:, 2:] - boxes[:, :2]) * scale).astype(np.int64) + 1
    return scaled


def cut_out(darkness: NDArray[np.float32], pieces: Pieces, scale: float) -> list[NDArray[np.float32]]:
    """Cut out each piece with its own ink and the edge of it.

    Args:
        darkness: of the page, (height, width), 0 for paper to 1.
        pieces: of that page.
        scale: pixels of the cut-outs for each pixel of the page, above 0.

    Returns:
        For each piece its ink, about as large as ``extents`` says, 0..1 with the darkness of all pieces made alike.
    """
    if not len(pieces):
        return []
    even = np.clip(darkness * np.float32(_DARKEST / pieces.darkness), 0.0, 1.0)
    levels = resized(even, scale, Image.Resampling.HAMMING if scale < 1 else Image.Resampling.BILINEAR)
    rim = 2 * max(1, round(1 / scale)) + 1
    grown = np.where(pieces.labels > 0, pieces.labels, ndimage.grey_dilation(pieces.labels, size=(rim, rim)))
    owner = resized(grown, scale, Image.Resampling.NEAREST)
    cut = []
    starts = np.floor(pieces.boxes[:, :2] * scale).astype(np.int64)
    for number, ((left, top), (width, height)) in enumerate(zip(starts, extents(pieces.boxes, scale), strict=True), 1):
        window = np.s_[top : top + height, left : left + width]
        cut.append(np.where(owner[window] == number, levels[window], np.float32(0.0)))
    return cut


def resized(values: NDArray[Any], scale: float, how: Image.Resampling) -> NDArray[Any]:
    """Resize a page."""
    size = (max(1, round(values.shape[1] * scale)), max(1, round(values.shape[0] * scale)))
    return np.asarray(Image.fromarray(values).resize(size, how))
