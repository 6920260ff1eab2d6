"""Lay a straight strip of a chromosome along a bent axis.

Every chromosome goes this way, painted or cut from crops, normal or changed, so that resampling tells nothing.

A strip is an array (rows along the chromosome, columns across it) of float32 ink, its axis in the middle column. An
axis is the direction of the chromosome at ``NODES`` places evenly along its length, in radians from straight down,
positive to the right.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.material import Patch

Strip = NDArray[np.float32]
Axis = NDArray[np.float64]

NODES = 24
ALONG = (np.arange(NODES) + 0.5) / NODES  # where the nodes lie, as fractions of the length
_TIGHTEST = 0.35
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
    tangent = np.stack([np.sin(axis), np.cos(axis)]).astype(np.float32)  # (2, nodes)
    nodes = (np.cumsum(tangent, axis=1) - tangent / 2) * np.float32(step)
    half = columns / density / 2 * (1.0 if width is None else float(width.max()))
    x, y = _pixels(nodes, half * np.abs(tangent[::-1]) + step * np.abs(tangent))  # (width,), (height, 1)
    nearest = _nearest(x, y, nodes)  # (height, width)
    sine, cosine = tangent[0][nearest], tangent[1][nearest]
    x, y = x - nodes[0][nearest], y - nodes[1][nearest]
    across = x * cosine - y * sine
    turns = np.append(np.diff(axis), axis[0] + np.sign(axis[-1] - axis[0]) * 2 * np.pi - axis[-1] if ring else 0.0)
    bend = ((turns + np.roll(turns, 1)) / (2 * step)).astype(np.float32)
    along = (x * sine + y * cosine) / np.maximum(1 - bend[nearest] * across, _TIGHTEST)
    row = (along + (nearest + np.float32(0.5)) * np.float32(step)) * np.float32(density) - np.float32(0.5)
    if width is not None:
        across = across / width[np.clip(row, 0, rows - 1).astype(np.intp)]
    column = across * np.float32(density) + np.float32((columns - 1) / 2)
    places = np.stack([row % rows if ring else row, column])
    ink: Patch = ndimage.map_coordinates(
        strip, places, np.float32, order=1, mode="grid-wrap" if ring else "grid-constant", prefilter=False
    )
    if ring:
        ink[np.abs(column - (columns - 1) / 2) > columns / 2] = 0
    return _trim(ink)


def _pixels(nodes: NDArray[np.float32], reach: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the x, (width,), and y, (height, 1), of all pixels within reach of the nodes of an axis, (2, nodes)."""
    (left, top), (right, bottom) = (nodes - reach).min(axis=1), (nodes + reach).max(axis=1)
    x, y = np.arange(np.floor(left), right + 1), np.arange(np.floor(top), bottom + 1)
    return x.astype(np.float32), y.astype(np.float32)[:, None]


def _nearest(x: NDArray[np.float32], y: NDArray[np.float32], nodes: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return a node nearest to each pixel, (height, width); the same for four neighbours, for speed."""
    beside = (x[::2, None] - nodes[0]) ** 2  # (width / 2, nodes)
    above = (y[::2] - nodes[1]) ** 2  # (height / 2, nodes)
    nearest: NDArray[np.intp] = (above[:, None] + beside).argmin(axis=2)
    return nearest.repeat(2, axis=0)[: len(y)].repeat(2, axis=1)[:, : len(x)]


def _trim(patch: Patch) -> Patch:
    """Cut the empty rows and columns off."""
    rows, columns = (np.flatnonzero(patch.max(axis=axis) > _VISIBLE) for axis in (1, 0))
    return patch[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if rows.size else patch


def with_margins(strip: Strip, rows: int, columns: int) -> Strip:
    """Add empty rows above and below a strip, and empty columns beside it."""
    wider = np.zeros((strip.shape[0] + 2 * rows, strip.shape[1] + 2 * columns), np.float32)
    wider[rows : rows + strip.shape[0], columns : columns + strip.shape[1]] = strip
    return wider
