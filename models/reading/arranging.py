"""A page arranged for a network: every chromosome where it always stands, whatever the layout of the laboratory.

The networks of the thesis learnt from karyograms of one layout, and in one layout a wrong number is easy to see. The
reader knows which object is which chromosome, so the picture of any page can have that layout: 24 fixed places, the
copies of each chromosome side by side from the left, all at one scale at which the chromosomes of every page are
equally long. What looks like a chromosome and fits nowhere stands on a place of its own; captions and dirt are left
out.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.chromosomes import CHROMOSOMES
from models.preparation.placing import Placing
from models.reading.crops import Objects
from models.reading.reader import JUNK, OTHER

NAME = "arrange-read-1"
"""Name of this preparation on a model's card; it changes whenever the pixels it yields change."""

_ROWS = (
    ("1", "2", "3", "4", "5"),
    ("6", "7", "X", "8", "9"),
    ("10", "11", "12", "13", "14"),
    ("15", "16", "17", "18", "19"),
    ("20", "21", "22", "Y", ""),
)
_HEIGHTS = (96.0, 68.0, 55.0, 45.0, 36.0)  # of the rows, in pixels of crops
_SIDE = sum(_HEIGHTS)
_SLOT = _SIDE / len(_ROWS[0])
_GAP = 2.0
_PAPER = 240  # grey levels of a crop from which on there is no ink
_FEWEST = 8
_STRETCH = 1.25

Box = tuple[int, int, int, int]


def arrange(
    objects: Objects, kinds: NDArray[np.int64], lengths: NDArray[np.float64], size: int
) -> tuple[NDArray[np.uint8], Placing]:
    """Arrange the objects of a page.

    Args:
        objects: of the page.
        kinds: (n,), which of ``CHROMOSOMES`` each of them is, ``OTHER`` or ``JUNK``.
        lengths: (24,), the usual height of each of ``CHROMOSOMES`` on crops, in their pixels.
        size: side of the picture in pixels.

    Returns:
        The picture, (size, size), black chromosomes on white (255), and where on it the objects lie.
    """
    inked = [_content(crop) for crop in objects.crops]
    shown = np.array([index for index, kind in enumerate(kinds) if kind != JUNK and inked[index]], np.int64)
    if not len(shown):
        return np.full((size, size), 255, np.uint8), Placing.empty(size)
    scale = size / _SIDE * _evenness(inked, kinds, lengths)
    ink, places = np.zeros((size, size), np.float32), np.zeros((len(objects), 4))
    for kind in np.unique(kinds[shown]):
        members = shown[kinds[shown] == kind]
        cut = [_scaled(objects.crops[index], inked[index], scale, size, int(kind)) for index in members]
        for index, own, (x, y) in zip(members, cut, _stand(cut, size, int(kind)), strict=True):
            window = ink[y : y + own.shape[0], x : x + own.shape[1]]
            np.maximum(window, own[: window.shape[0], : window.shape[1]], out=window)
            places[index] = x, y, x + own.shape[1], y + own.shape[0]
    picture = np.rint(255 * (1.0 - ink)).astype(np.uint8)
    return picture, Placing(objects.boxes[shown], places[shown], size)


def _content(crop: NDArray[np.uint8]) -> Box | None:
    """Return the box around the ink of a crop, ``None`` where there is none."""
    inked = crop < _PAPER
    columns, rows = np.flatnonzero(inked.any(axis=0)), np.flatnonzero(inked.any(axis=1))
    return (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1) if len(rows) else None


def _evenness(inked: Sequence[Box | None], kinds: NDArray[np.int64], lengths: NDArray[np.float64]) -> float:
    """Return the factor that makes the chromosomes of this page as long as usual: the median over them."""
    factors = [
        lengths[kind] / (box[3] - box[1])
        for box, kind in zip(inked, kinds, strict=True)
        if box and 0 <= kind < len(lengths)
    ]
    return float(np.clip(np.median(factors), 1 / _STRETCH, _STRETCH)) if len(factors) >= _FEWEST else 1.0


def _slot(kind: int, size: int) -> tuple[float, float, float, float]:
    """Return left, bottom, width and height of a place, in pixels of the picture."""
    name = "" if kind == OTHER else CHROMOSOMES[kind]
    row = next(index for index, names in enumerate(_ROWS) if name in names)
    unit = size / _SIDE
    return _ROWS[row].index(name) * _SLOT * unit, sum(_HEIGHTS[: row + 1]) * unit, _SLOT * unit, _HEIGHTS[row] * unit


def _scaled(crop: NDArray[np.uint8], box: Box, scale: float, size: int, kind: int) -> NDArray[np.float32]:
    """Return the ink of an object at a scale, 0..1; what is larger than its place is made smaller."""
    _, _, wide, high = _slot(kind, size)
    width, height = box[2] - box[0], box[3] - box[1]
    fit = min(scale, wide / width, high / height)
    ink = Image.fromarray(((255 - crop[box[1] : box[3], box[0] : box[2]]) / np.float32(255)).astype(np.float32))
    target = max(1, int(width * fit)), max(1, int(height * fit))
    scaled: NDArray[np.float32] = np.clip(np.asarray(ink.resize(target, Image.Resampling.BILINEAR)), 0.0, 1.0)
    return scaled


def _stand(cut: Sequence[NDArray[np.float32]], size: int, kind: int) -> list[tuple[int, int]]:
    """Return the left top corners of objects on their place, from the left; they overlap where there are too many."""
    left, bottom, wide, _ = _slot(kind, size)
    widths = [own.shape[1] for own in cut]
    gap = min(_GAP * size / _SIDE, (wide - sum(widths)) / max(1, len(cut) - 1))
    starts = left + np.cumsum([0.0, *[width + gap for width in widths[:-1]]])
    return [(max(0, int(start)), max(0, int(bottom) - own.shape[0])) for start, own in zip(starts, cut, strict=True)]
