"""Lay a straight strip of a chromosome along a bent axis.

Every chromosome goes this way, painted or cut from crops, normal or changed, so that resampling tells nothing.

A strip is an array (rows along the chromosome, columns across it) of float32 ink, its axis in the middle column. An
axis is the direction of the chromosome at ``NODES`` places evenly along its length, in radians from straight down,
positive to the right.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.chromosomes.material import Patch

Strip = NDArray[np.float32]
Axis = NDArray[np.float64]

NODES = 16
_MIDDLES = np.arange(NODES) + 0.5
ALONG = _MIDDLES / NODES  # where the nodes lie, as fractions of the length
_TIGHTEST = 0.35
_HOLE = 1.5  # of the radius of a ring is all that half its width may take
_VISIBLE = 0.04


def lay(
    strip: Strip, axis: Axis, density: float, width: NDArray[np.float32] | None = None, ring: bool = False
) -> Patch:
    """Draw a strip along an axis.

    Args:
        strip: ink, (rows, columns).
        axis: directions, (NODES,), as told above.
        density: rows and columns of the strip per pixel of the patch.
        width: how wide to draw each row, relative to the strip, (rows,); as it is when left out.
        ring: whether the ends are joined; the axis must then turn by a full circle.

    Returns:
        The patch, cut to its ink.
    """
    rows, columns = strip.shape
    step = rows / density / NODES
    nodes = _nodes(axis, step)
    half = columns / density / 2 * (1.0 if width is None else float(width.max()))
    x, y = _pixels(nodes, half, step / 2)
    frames = _frames(nodes, axis, step, ring)
    sine, cosine, aside, before, bend, reached = frames.take(_nearest(x, y, nodes), axis=1)  # (height, width) each
    across = x * cosine - y * sine - aside
    along = (x * sine + y * cosine - before) / np.maximum(1 - bend * across, _TIGHTEST)
    row = (along + reached) * np.float32(density) - np.float32(0.5)
    if width is not None:
        across /= width.take(row.astype(np.intp), mode="clip")
    if ring:
        across /= np.float32(min(1.0, _HOLE * rows / np.pi / columns))
        row %= rows
        strip = np.concatenate([strip, strip[:1]])
    # a seam of nothing around the strip does what the mode "grid-constant" does, in half the time
    places = np.array([row + np.float32(1), across * np.float32(density) + np.float32((columns + 1) / 2)])
    ink: Patch = ndimage.map_coordinates(with_margins(strip, 1, 1), places, np.float32, order=1, prefilter=False)
    return _trim(ink)


def _nodes(axis: Axis, step: float) -> NDArray[np.float32]:
    """Return the place and the direction of the nodes of an axis: x, y, sine and cosine, (4, NODES)."""
    sine, cosine = np.sin(axis), np.cos(axis)
    return np.array(
        [(sine.cumsum() - sine / 2) * step, (cosine.cumsum() - cosine / 2) * step, sine, cosine], np.float32
    )


def _pixels(nodes: NDArray[np.float32], half: float, end: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the x, (width,), and y, (height, 1), of all pixels at most ``half`` beside or ``end`` before nodes."""
    slope = np.abs(nodes[2:])
    reach = np.float32(half) * slope[::-1] + np.float32(end) * slope
    (left, top), (right, bottom) = (nodes[:2] - reach).min(axis=1).tolist(), (nodes[:2] + reach).max(axis=1).tolist()
    columns = np.arange(math.floor(left), math.ceil(right) + 1, dtype=np.float32)
    return columns, np.arange(math.floor(top), math.ceil(bottom) + 1, dtype=np.float32)[:, None]


def _nearest(x: NDArray[np.float32], y: NDArray[np.float32], nodes: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return a node nearest to each pixel, (height, width); the same for four neighbours, for speed."""
    beside = (x[::2, None] - nodes[0]) ** 2  # (width / 2, nodes)
    above = (y[::2] - nodes[1]) ** 2  # (height / 2, nodes)
    nearest: NDArray[np.intp] = (above[:, None] + beside).argmin(axis=2)
    return nearest.repeat(2, axis=0)[: len(y)].repeat(2, axis=1)[:, : len(x)]


def _frames(nodes: NDArray[np.float32], axis: Axis, step: float, ring: bool) -> NDArray[np.float32]:
    """Return what places the pixels beside each node, (6, NODES).

    Sine and cosine of its direction, how far it lies from the origin across and along that direction, how much the axis
    turns there per pixel, and how far along the axis it is.
    """
    x, y, sine, cosine = nodes
    full = math.copysign(2 * math.pi, axis[-1] - axis[0]) if ring else 0.0
    around = np.concatenate([(axis[-1] - full if ring else axis[0],), axis, (axis[0] + full if ring else axis[-1],)])
    turn = (around[2:] - around[:-2]) / (2 * step)
    return np.array([sine, cosine, x * cosine - y * sine, x * sine + y * cosine, turn, _MIDDLES * step], np.float32)


def _trim(patch: Patch) -> Patch:
    """Cut the empty rows and columns off."""
    visible = patch > _VISIBLE
    rows, columns = np.flatnonzero(visible.any(axis=1)), np.flatnonzero(visible.any(axis=0))
    return patch[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if rows.size else patch


def with_margins(strip: Strip, rows: int, columns: int) -> Strip:
    """Add empty rows above and below a strip, and empty columns beside it."""
    wider = np.zeros((strip.shape[0] + 2 * rows, strip.shape[1] + 2 * columns), np.float32)
    wider[rows : rows + strip.shape[0], columns : columns + strip.shape[1]] = strip
    return wider
