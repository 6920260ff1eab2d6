"""Straighten the picture of one chromosome: find its axis, and read its ink along it.

The axis of a chromosome that stands upright is the middle of its rows. One that is bent is followed from end to end by
distances within it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from models.simulation.chromosomes.warping import ALONG, NODES, Axis

_INK = 30
_SHORTEST = 6
_BENT = 1.5
_SLENDER = 2.5
_REACH = 0.95
_REACH_BENT = 0.7
_END = 1.5
_TREND = 4
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


@dataclass(frozen=True)
class Straight:
    """A straightened chromosome: a grey ``picture`` of its ink, 255 darkest, with the axis in its middle column.

    ``thickness``: mean width of its ink in pixels. ``axis``: how it was bent.
    """

    picture: Image.Image
    thickness: float
    axis: Axis

    @property
    def length(self) -> int:
        """Its length in pixels."""
        return self.picture.height

    @property
    def width(self) -> int:
        """The width of the picture in pixels."""
        return self.picture.width


def straighten(crop: NDArray[np.uint8]) -> Straight:
    """Straighten a crop.

    Args:
        crop: grey picture of one chromosome, upright, on white, (height, width).

    Returns:
        Its ink along the axis, at the scale of the crop, from the end that is higher in the picture.
    """
    ink = 255 - crop
    body = _largest(ink > _INK)
    rows, columns = (np.flatnonzero(body.any(axis=axis)) for axis in (1, 0))
    if len(rows) < _SHORTEST:
        return Straight(Image.fromarray(ink), 1.0, np.zeros(NODES))
    width = float(body.sum() / np.hypot(len(rows), len(columns)))
    bent = len(columns) > _BENT * width and max(len(rows), len(columns)) > _SLENDER * width
    middle = _bent_middle(body, width) if bent else _upright_middle(body)
    return _read(ink, _even(middle, width), (_REACH_BENT if bent else _REACH) * width)


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest connected part."""
    labels, count = ndimage.label(mask, np.ones((3, 3)))
    if count < 2:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    largest: NDArray[np.bool_] = labels == sizes.argmax()
    return largest


def _upright_middle(body: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return points of the middle of the rows, (points, 2) of x and y."""
    rows = np.flatnonzero(body.any(axis=1))
    part = body[rows]
    first, last = part.argmax(axis=1), part.shape[1] - 1 - part[:, ::-1].argmax(axis=1)
    return _smooth(np.stack([(first + last) / 2, rows], axis=1), max(len(rows) / 8, 2))


def _bent_middle(body: NDArray[np.bool_], width: float) -> NDArray[np.float64]:
    """Return points of the middle from the upper end to the other, (points, 2) of x and y.

    Pixels equally far from the whole of one end, within the body, form the cross-sections. Half the resolution will do.
    """
    half = _largest(ndimage.binary_closing(np.pad(body, 4), iterations=2)[4:-4:2, 4:-4:2])
    y, x = np.nonzero(half)
    graph = _graph(half)
    one = int(_distances(graph, [0]).argmax())
    from_one = _distances(graph, [one])
    other = int(from_one.argmax())
    from_bottom = from_one if y[one] > y[other] else _distances(graph, [other])
    away = _distances(graph, np.flatnonzero(from_bottom > from_bottom.max() - _END))
    section = (away / 2).astype(int)
    count = np.maximum(np.bincount(section), 1)
    points = np.stack([np.bincount(section, x), np.bincount(section, y)], axis=1) / count[:, None] * 2 + 0.5
    skip = min(round(width / 8), len(points) // 5)
    return _smooth(points[skip : len(points) - skip], max(width / 8, 1.0))


def _smooth(points: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """Smooth a line beside its trend, which keeps the direction of its ends."""
    at = np.linspace(-1, 1, len(points))
    powers = np.vander(at, min(_TREND, len(points)))
    trend = powers @ np.linalg.lstsq(powers, points)[0]
    return np.asarray(trend + ndimage.gaussian_filter1d(points - trend, sigma, axis=0, mode="nearest"))


def _graph(mask: NDArray[np.bool_]) -> csr_array:
    """Join the neighbouring pixels of a mask, numbered row by row."""
    number = np.full((mask.shape[0] + 1, mask.shape[1] + 2), -1)
    number[:-1, 1:-1][mask] = np.arange(mask.sum())
    starts, ends, lengths = [], [], []
    for down, right in _NEIGHBOURS:
        one = number[:-1, 1:-1]
        other = number[down : down + mask.shape[0], 1 + right : 1 + right + mask.shape[1]]
        both = (one >= 0) & (other >= 0)
        starts.append(one[both])
        ends.append(other[both])
        lengths.append(np.full(both.sum(), np.hypot(down, right)))
    count = int(mask.sum())
    pairs = np.concatenate(starts), np.concatenate(ends)
    return csr_array((np.concatenate(lengths), pairs), shape=(count, count))


def _distances(graph: csr_array, sources: list[int] | NDArray[np.intp]) -> NDArray[np.float64]:
    away: NDArray[np.float64] = dijkstra(graph, directed=False, indices=sources, min_only=True)
    return away


def _even(middle: NDArray[np.float64], width: float) -> NDArray[np.float64]:
    """Lengthen a line at both ends by a width and a half, and put its points one pixel apart, (points, 2)."""
    ends = min(len(middle) - 1, max(2, round(width / 4)))
    for end, inner in ((0, ends), (-1, -1 - ends)):
        outwards = middle[end] - middle[inner]
        beyond = middle[end] + outwards / max(np.hypot(*outwards), 1e-6) * 1.5 * width
        middle = np.concatenate([beyond[None], middle] if end == 0 else [middle, beyond[None]])
    at = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(middle, axis=0).T))])
    even = np.arange(0.0, at[-1], 1.0)
    line = np.stack([np.interp(even, at, middle[:, 0]), np.interp(even, at, middle[:, 1])], axis=1)
    return np.asarray(ndimage.gaussian_filter1d(line, max(width / 4, 1.0), axis=0, mode="nearest"))


def _read(ink: NDArray[np.uint8], line: NDArray[np.float64], reach: float) -> Straight:
    """Read the ink beside a line of points one pixel apart, as far as ``reach`` on both sides."""
    along = np.gradient(line, axis=0)
    along /= np.hypot(along[:, :1], along[:, 1:])
    across = np.arange(-np.ceil(reach), np.ceil(reach) + 1)
    x = line[:, :1] + along[:, 1:] * across  # (points, width)
    y = line[:, 1:] - along[:, :1] * across
    strip = ndimage.map_coordinates(ink, np.stack([y, x]), np.float32, order=1)
    inked = strip > _INK
    rows, columns = np.flatnonzero(inked.sum(axis=1) > 1), np.flatnonzero(inked.any(axis=0))
    chosen = slice(rows[0], rows[-1] + 1)
    spare = max(min(columns[0], inked.shape[1] - 1 - columns[-1]) - 1, 0)  # on both sides: the axis stays in the middle
    angle = np.unwrap(np.arctan2(along[chosen, 0], along[chosen, 1]))
    axis = np.interp(ALONG, (np.arange(len(angle)) + 0.5) / len(angle), angle)
    thickness = float(inked[chosen].sum(axis=1).mean())
    picture = Image.fromarray(np.rint(strip[chosen, spare : strip.shape[1] - spare]).astype(np.uint8))
    return Straight(picture, thickness, axis)
