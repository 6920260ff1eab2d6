"""A heat map of a karyogram: where on the page the evidence for abnormal lies, and how to draw it. No network here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.preparation.framing import Framing
from models.preparation.preparations import Placement

_MOST = 255
_COLOURS = ((255, 214, 64), (240, 96, 32), (176, 16, 80))  # weak, middle, strong; readable on grey for the colour-blind
_FAINT = 0.25  # below this share of the strongest place nothing is drawn
_OPACITY = 0.72


@dataclass(frozen=True)
class HeatMap:
    """Where on a page the evidence for abnormal lies, relative to its strongest place.

    ``cells``: side * side bytes, row by row, from 0 (none) to 255 (the strongest place; missing where nothing speaks
    for abnormal). ``framing``: the square of the page that they cover, in pixels of the page.
    """

    side: int
    cells: bytes
    framing: Framing

    def __post_init__(self) -> None:
        """Refuse cells that are no square."""
        if len(self.cells) != self.side**2:
            raise ValueError(f"cells must be {self.side} x {self.side} bytes, got {len(self.cells)}")

    @property
    def grid(self) -> NDArray[np.uint8]:
        """The cells as an array, (side, side)."""
        return np.frombuffer(self.cells, np.uint8).reshape(self.side, self.side)

    def peak(self) -> tuple[float, float]:
        """Return the strongest place, (x, y) in pixels of the page."""
        row, column = divmod(int(self.grid.argmax()), self.side)
        cell = self.framing.side / self.side
        return self.framing.left + (column + 0.5) * cell, self.framing.top + (row + 0.5) * cell

    def scaled(self, factor: float) -> HeatMap:
        """Return the map of the same page made smaller or larger by a factor."""
        framing = self.framing
        return replace(self, framing=Framing(framing.left * factor, framing.top * factor, framing.side * factor))


def fuse(maps: Sequence[NDArray[np.float32]], placement: Placement) -> HeatMap:
    """Fuse maps of one picture from several depths of a network: strong is what is strong in all of them.

    Args:
        maps: each (g, g), 0 or more, for grids from coarse to fine; the last one sets how fine the result is.
        placement: where the parts of the page lie on the picture.

    Returns:
        The geometric mean of the maps, each relative to its strongest place.
    """
    side = len(maps[-1])
    product = np.prod([_relative(_enlarged(one, side)) for one in maps], axis=0)
    values, framing = placement.on_page(np.power(product, 1 / len(maps), dtype=np.float32))
    return HeatMap(len(values), np.rint(_MOST * _relative(values)).astype(np.uint8).tobytes(), framing)


def _relative(values: NDArray[np.float32]) -> NDArray[np.float32]:
    most = float(values.max())
    return values / most if most > 0 else np.zeros_like(values)


def _enlarged(values: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    # not bicubic, which swings: the root would make evidence of its ripples
    return np.asarray(Image.fromarray(values.astype(np.float32)).resize((side, side), Image.Resampling.BILINEAR))


def overlay(page: NDArray[np.uint8], heat_map: HeatMap) -> Image.Image:
    """Draw a heat map over its page.

    Args:
        page: the page as decoded, (height, width), the one that the framing refers to.
        heat_map: what to draw.

    Returns:
        An RGB picture of the size of the page: unchanged where there is no evidence.
    """
    heat = _on_page(heat_map, page.shape)
    colours, opacity = _colours()
    grey = Image.fromarray(page).convert("RGB")
    return Image.composite(Image.fromarray(colours[heat]), grey, Image.fromarray(opacity[heat]))


def legend(width: int, height: int) -> Image.Image:
    """Draw the colours from the weakest that is drawn to the strongest, from left to right."""
    levels = np.linspace(_FAINT * _MOST, _MOST, width).astype(np.uint8)
    return Image.fromarray(_colours()[0][np.tile(levels, (height, 1))])


def _on_page(heat_map: HeatMap, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Spread the cells over the page, (height, width); zero outside of their square."""
    framing, cell = heat_map.framing, heat_map.framing.side / heat_map.side
    spread = Image.fromarray(heat_map.grid).transform(
        (shape[1], shape[0]),
        Image.Transform.AFFINE,
        # from a pixel of the page to the cell it lies in
        (1 / cell, 0.0, -framing.left / cell, 0.0, 1 / cell, -framing.top / cell),
        Image.Resampling.BICUBIC,  # so that no edges of cells are drawn
    )
    return np.asarray(spread)


@cache
def _colours() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return for each heat 0..255 its colour, (256, 3), and its opacity, (256,)."""
    heat = np.linspace(0.0, 1.0, _MOST + 1)
    stops = np.linspace(_FAINT, 1.0, len(_COLOURS))
    colours = np.stack([np.interp(heat, stops, channel) for channel in zip(*_COLOURS, strict=True)], axis=-1)
    opacity = _MOST * _OPACITY * np.sqrt(np.clip((heat - _FAINT) / (1 - _FAINT), 0.0, 1.0))
    return np.rint(colours).astype(np.uint8), np.rint(opacity).astype(np.uint8)
