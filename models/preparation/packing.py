"""A page packed for a network: its pieces side by side in reading order, at the largest scale at which all of them fit.

Laboratories put chromosomes on a page in many ways, and most of a page is paper. Packed, pages of all of them look much
alike, and a small picture shows chromosomes finely: 203 pixels as finely as some 450 of the page. Every piece keeps its
shape and its grey levels, only the paper between the pieces goes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preparation.cutouts import cut_out, extents, resized
from models.preparation.framing import Framing
from models.preparation.pieces import Pieces, find_pieces, page_darkness

NAME = "pack-pieces-1"
"""Name of this preparation on a model's card; it changes whenever the pixels it yields change."""

_WORKING_SIDE = 1024
_GAPS = (2, 6)  # pixels of the picture: half of the gap on the page, within these
_SMALLEST_SCALE, _LARGEST_SCALE = 0.03, 3.0
_HALVINGS = 14
_MAP_SIDE = 96


@dataclass(frozen=True)
class Packing:
    """Where the pieces of a page lie on the packed picture.

    ``boxes``: (n, 4), left, top, right and bottom on the page, in its pixels. ``corners``: (n, 2), the left top corners
    on the picture, in its pixels. ``scale``: from pixels of the page to those of the picture. ``size``: of the picture.
    """

    boxes: NDArray[np.float64]
    corners: NDArray[np.float64]
    scale: float
    size: int

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where on the picture a point of the page lies, or its nearest piece: (x, y) in its sides."""
        if not len(self.boxes):
            return 0.5, 0.5
        inside = np.clip(point, self.boxes[:, :2], self.boxes[:, 2:])  # (n, 2), the nearest point of each piece
        away = np.sum((inside - point) ** 2, axis=1)
        aside = np.sum((self.boxes.reshape(-1, 2, 2).mean(axis=1) - point) ** 2, axis=1)
        index = int(np.lexsort((aside, away))[0])
        x, y = (self.corners[index] + (inside[index] - self.boxes[index, :2]) * self.scale) / self.size
        return float(x), float(y)

    def on_page(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], Framing]:
        """Return a map of the picture, (g, g), as a map of the page around its pieces; zero where no piece lies."""
        square = self._around()
        found = np.zeros((_MAP_SIDE, _MAP_SIDE), np.float32)
        cell, step = self.size / len(values), square.side / _MAP_SIDE
        for (left, top, right, bottom), corner in zip(self.boxes, self.corners, strict=True):
            first_x, last_x = (np.array((left, right)) - square.left) / step
            first_y, last_y = (np.array((top, bottom)) - square.top) / step
            columns, rows = np.arange(int(first_x), int(last_x) + 1), np.arange(int(first_y), int(last_y) + 1)
            x = (corner[0] + ((columns + 0.5) * step + square.left - left) * self.scale) / cell - 0.5
            y = (corner[1] + ((rows + 0.5) * step + square.top - top) * self.scale) / cell - 0.5
            read = ndimage.map_coordinates(values, np.meshgrid(y, x, indexing="ij"), order=1, mode="nearest")
            window = found[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            np.maximum(window, read, out=window)
        return found, square

    def _around(self) -> Framing:
        """Return the square of the page around all pieces."""
        if not len(self.boxes):
            return Framing(0.0, 0.0, 1.0)
        low, high = self.boxes[:, :2].min(axis=0), self.boxes[:, 2:].max(axis=0)
        side = float((high - low).max()) * (1 + 2 / _MAP_SIDE)
        left, top = (low + high - side) / 2
        return Framing(float(left), float(top), side)


def pack(page: NDArray[np.uint8], size: int) -> tuple[NDArray[np.uint8], Packing]:
    """Pack a page.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
        size: side of the picture in pixels.

    Returns:
        The picture, (size, size), black chromosomes on white (255), and its packing. Blank where no piece was found, or
        so many that none could be seen.
    """
    shrink = min(1.0, _WORKING_SIDE / max(page.shape))
    small = resized(page, shrink, Image.Resampling.BOX) if shrink < 1.0 else page
    darkness = page_darkness(small)
    pieces = find_pieces(darkness)
    fitted = _fit(pieces, size) if len(pieces) else None
    if fitted is None:
        return np.full((size, size), 255, np.uint8), Packing(np.zeros((0, 4)), np.zeros((0, 2)), 1.0, size)
    scale, corners = fitted
    ink = np.zeros((size, size), np.float32)
    for (x, y), own in zip(corners, cut_out(darkness, pieces, scale), strict=True):
        shelf = ink[y : y + own.shape[0], x : x + own.shape[1]]
        np.maximum(shelf, own, out=shelf)
    back = page.shape[1] / small.shape[1]
    picture = np.rint(255 * (1.0 - ink)).astype(np.uint8)
    return picture, Packing(pieces.boxes * back, corners.astype(np.float64), scale / back, size)


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
