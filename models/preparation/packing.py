"""A page packed for a network: its pieces side by side in reading order, at the largest scale at which all of them fit.

Laboratories put chromosomes on a page in many ways, and most of a page is paper. Packed, pages of all of them look much
alike, and a small picture shows chromosomes finely: 203 pixels as finely as some 450 of the page. Every piece keeps its
shape and its grey levels, only the paper between the pieces goes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.preparation.cutouts import cut_out, extents, resized
from models.preparation.pieces import Pieces, find_pieces, page_darkness
from models.preparation.placing import Placing

NAME = "pack-pieces-1"
"""Name of this preparation on a model's card; it changes whenever the pixels it yields change."""

_WORKING_SIDE = 1024
_GAPS = (2, 6)  # pixels of the picture: half of the gap on the page, within these
_SMALLEST_SCALE, _LARGEST_SCALE = 0.03, 3.0
_HALVINGS = 14


def pack(page: NDArray[np.uint8], size: int) -> tuple[NDArray[np.uint8], Placing]:
    """Pack a page.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
        size: side of the picture in pixels.

    Returns:
        The picture, (size, size), black chromosomes on white (255), and where on it its pieces
        lie. Blank where no piece was found, or
        so many that none could be seen.
    """
    shrink = min(1.0, _WORKING_SIDE / max(page.shape))
    small = resized(page, shrink, Image.Resampling.BOX) if shrink < 1.0 else page
    darkness = page_darkness(small)
    pieces = find_pieces(darkness)
    fitted = _fit(pieces, size) if len(pieces) else None
    if fitted is None:
        return np.full((size, size), 255, np.uint8), Placing.empty(size)
    scale, corners = fitted
    ink = np.zeros((size, size), np.float32)
    for (x, y), own in zip(corners, cut_out(darkness, pieces, scale), strict=True):
        shelf = ink[y : y + own.shape[0], x : x + own.shape[1]]
        np.maximum(shelf, own, out=shelf)
    back = page.shape[1] / small.shape[1]
    picture = np.rint(255 * (1.0 - ink)).astype(np.uint8)
    places = np.concatenate([corners, corners + (pieces.boxes[:, 2:] - pieces.boxes[:, :2]) * scale], axis=1)
    return picture, Placing(pieces.boxes * back, places.astype(np.float64), size)


def _fit(pieces: Pieces, size: int) -> tuple[float, NDArray[np.int64]] | None:
    """Return the largest scale at which all pieces fit, by halving, and their corners at it; ``None`` without one."""
    low, high = _SMALLEST_SCALE, _LARGEST_SCALE
    corners = _stand_at(pieces, low, size)
    if corners is None:
        return None
    for _ in range(_HALVINGS):
        scale = (low + high) / 2
        stood = _stand_at(pieces, scale, size)
        if stood is None:
            high = scale
        else:
            low, corners = scale, stood
    return low, corners


def _stand_at(pieces: Pieces, scale: float, size: int) -> NDArray[np.int64] | None:
    return _stand(extents(pieces.boxes, scale), _gaps(pieces, scale), size)


def _gaps(pieces: Pieces, scale: float) -> NDArray[np.int64]:
    """Return how far each piece stands from the one before it, (n,), in pixels of the picture."""
    gaps = np.full(len(pieces), _GAPS[1], np.int64)
    between = (pieces.boxes[1:, 0] - pieces.boxes[:-1, 2]) * scale / 2
    same_row = pieces.rows[1:] == pieces.rows[:-1]
    gaps[1:][same_row] = np.clip(between, *_GAPS).astype(np.int64)[same_row]
    return gaps


def _stand(sizes: NDArray[np.int64], gaps: NDArray[np.int64], size: int) -> NDArray[np.int64] | None:
    """Stand pieces on shelves from left to right; their corners, (n, 2), or ``None`` where they do not fit."""
    corners: list[tuple[int, int]] = []
    shelf: list[tuple[int, int]] = []  # left edge and height of what stands on the shelf
    x = y = 0
    for (width, height), gap in zip(sizes.tolist(), gaps.tolist(), strict=True):
        left = x + gap if shelf else 0
        if shelf and left + width > size:
            bottom = y + max(high for _, high in shelf)
            corners += [(at, bottom - high) for at, high in shelf]
            shelf, left, y = [], 0, bottom + _GAPS[0]
        shelf.append((left, height))
        x = left + width
        if x > size or y + height > size:
            return None
    bottom = y + max((high for _, high in shelf), default=0)
    corners += [(at, bottom - high) for at, high in shelf]
    return np.array(corners, np.int64).reshape(-1, 2)
