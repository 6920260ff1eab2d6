"""How a page lies on the scanner: turned a little, stretched, cut off at its margins; boxes move with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.Image import Resampling

from models.simulation.pages.arrangements import Box, Standing
from models.simulation.pages.families import Variety

Point = tuple[float, float]


@dataclass(frozen=True)
class WarpStyle:
    """How pages lie.

    ``turn``: clockwise, in degrees. ``stretch``: of the height against the width. ``cut``: how much of the left, right,
    top and bottom margin is cut off, 0..1; chromosomes are never cut. ``beyond``: how much is scanned beyond the page,
    in fractions of its width. ``surround``: brightness of what lies there, 0..1.
    """

    turn: float = 0.0
    stretch: float = 1.0
    cut: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    beyond: float = 0.0
    surround: float = 1.0


def draw_warp_style(rng: np.random.Generator, variety: Variety) -> WarpStyle:
    """Draw how a page lies; it has no families."""
    if variety is Variety.FIXED:
        return WarpStyle()
    cut = (
        [float(side) for side in rng.uniform(0.2, 0.95, 4) * (rng.random(4) < 0.6)] if rng.random() < 0.2 else [0.0] * 4
    )
    return WarpStyle(
        turn=float(rng.normal(0, 1.0)) if rng.random() < 0.25 else 0.0,
        stretch=rng.uniform(0.9, 1.1) if rng.random() < 0.3 else 1.0,
        cut=(cut[0], cut[1], cut[2], cut[3]),
        beyond=rng.uniform(0.005, 0.08) if rng.random() < 0.08 else 0.0,
        surround=float(rng.choice([1.0, rng.uniform(0.3, 1.0)])),
    )


@dataclass(frozen=True)
class Warp:
    """An affine map of a page of one size to one of another: ``linear``, (2, 2), then ``shift``, (2,), of (x, y)."""

    linear: NDArray[np.float64]
    shift: NDArray[np.float64]
    size: tuple[int, int]

    @classmethod
    def fit(cls, style: WarpStyle, size: tuple[int, int], standing: Sequence[Standing], width: int) -> Warp:
        """Find the map that gives a page its width.

        Args:
            style: how the page lies.
            size: width and height of the page in pixels.
            standing: the chromosomes on it; at least one.
            width: that the page shall have, in pixels.
        """
        angle = np.radians(style.turn)
        turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        linear = np.diag([1.0, style.stretch]) @ turned
        page = _corners((0, 0, *size)) @ linear.T
        content = _corners(*(one.box for one in standing)) @ linear.T
        left, right, top, bottom = style.cut
        low = page.min(axis=0) + (content.min(axis=0) - page.min(axis=0)) * (left, top) - style.beyond * size[0]
        high = page.max(axis=0) + (content.max(axis=0) - page.max(axis=0)) * (right, bottom) + style.beyond * size[0]
        scale = width / (high[0] - low[0])
        height = max(1, round((high[1] - low[1]) * scale))
        return cls(linear * scale, -low * scale, (width, height))

    def image(self, image: Image.Image, surround: float, how: Resampling = Resampling.BILINEAR) -> Image.Image:
        """Map a picture; what lies beyond it gets a brightness, 0..1."""
        if np.array_equal(self.linear, np.eye(2)) and not self.shift.any():
            return image
        back = np.linalg.inv(self.linear)
        offset = -back @ self.shift
        if not (back[0, 1] or back[1, 0]):
            # without a turn resizing does the same, faster, and keeps fine lines when the page gets smaller
            box = (offset[0], offset[1], *(offset + np.diag(back) * self.size))
            if min(box[:2]) >= 0 and box[2] <= image.width and box[3] <= image.height:
                return image.resize(self.size, how, box)
        data = (*back[0], offset[0], *back[1], offset[1])
        fill = round(255 * surround)
        return image.transform(self.size, Image.Transform.AFFINE, data, how, fillcolor=fill)

    def point(self, point: Point) -> Point:
        """Map a point (x, y)."""
        x, y = self.linear @ point + self.shift
        return float(x), float(y)

    def boxes(self, standing: Sequence[Standing]) -> tuple[Standing, ...]:
        """Map chromosomes: each box becomes the one around the turned box."""
        corners = (_corners(*(one.box for one in standing)) @ self.linear.T + self.shift).reshape(-1, 4, 2)
        edges = np.concatenate([corners.min(axis=1), corners.max(axis=1)], axis=1).tolist()  # (N, 4)
        return tuple(replace(one, box=tuple(box)) for one, box in zip(standing, edges, strict=True))


def _corners(*boxes: Box) -> NDArray[np.float64]:
    """Return the corners of boxes, (4 N, 2)."""
    return np.array(boxes, np.float64)[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 2)  # (N, 4) to (N, 8) to (4 N, 2)
