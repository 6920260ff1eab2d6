"""Where the pieces of a page lie on a picture that shows them without the paper between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.preparation.framing import Framing

_MAP_SIDE = 96


@dataclass(frozen=True)
class Placing:
    """Where n pieces lie.

    ``boxes``: (n, 4), left, top, right and bottom on the page, in its pixels. ``places``: (n, 4), the same of each
    piece on the picture, in its pixels. ``size``: of the picture.
    """

    boxes: NDArray[np.float64]
    places: NDArray[np.float64]
    size: int

    @classmethod
    def empty(cls, size: int) -> Placing:
        """Return that of a picture without pieces."""
        return cls(np.zeros((0, 4)), np.zeros((0, 4)), size)

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where on the picture a point of the page lies, or its nearest piece: (x, y) in its sides."""
        if not len(self.boxes):
            return 0.5, 0.5
        inside = np.clip(point, self.boxes[:, :2], self.boxes[:, 2:])  # (n, 2), the nearest point of each piece
        away = np.sum((inside - point) ** 2, axis=1)
        aside = np.sum((self.boxes.reshape(-1, 2, 2).mean(axis=1) - point) ** 2, axis=1)
        index = int(np.lexsort((aside, away))[0])
        box, place = self.boxes[index], self.places[index]
        share = (inside[index] - box[:2]) / (box[2:] - box[:2])
        x, y = (place[:2] + share * (place[2:] - place[:2])) / self.size
        return float(x), float(y)

    def on_page(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], Framing]:
        """Return a map of the picture, (g, g), as a map of the page around its pieces; zero where no piece lies."""
        square = self._around()
        found = np.zeros((_MAP_SIDE, _MAP_SIDE), np.float32)
        cell, step = self.size / len(values), square.side / _MAP_SIDE
        corner = np.array((square.left, square.top))
        for box, place in zip(self.boxes, self.places, strict=True):
            first, last = ((box[:2] - corner) / step).astype(int), ((box[2:] - corner) / step).astype(int)
            scale = (place[2:] - place[:2]) / (box[2:] - box[:2])
            x, y = (
                (place[axis] + ((cells + 0.5) * step + corner[axis] - box[axis]) * scale[axis]) / cell - 0.5
                for axis, cells in enumerate((np.arange(first[0], last[0] + 1), np.arange(first[1], last[1] + 1)))
            )
            read = ndimage.map_coordinates(values, np.meshgrid(y, x, indexing="ij"), order=1, mode="nearest")
            window = found[first[1] : last[1] + 1, first[0] : last[0] + 1]
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
