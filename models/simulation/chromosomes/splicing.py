"""Splice strips of several crops end to end so that neither ink nor outline shows where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.simulation.chromosomes.warping import Strip, with_margins

_NEAR = 4
_MOST = 2.5


def splice(strips: Sequence[Strip], overlap: int, reach: int, ring: bool) -> tuple[Strip, NDArray[np.float32]]:
    """Join strips from top to bottom.

    Args:
        strips: ink, (rows, columns) with any odd number of columns, their axis in the middle one.
        overlap: rows by which neighbours overlap, in which one passes over into the next.
        reach: rows above and below a joint in which widths are made to meet.
        ring: whether the last joins the first too.

    Returns:
        The strip, and how wide each row is to be drawn relative to what it is in the strip, (rows,).
    """
    columns = max(strip.shape[1] for strip in strips)
    inks = [with_margins(strip, 0, (columns - strip.shape[1]) // 2) for strip in strips]
    widths = [np.ones((len(strip), 1), np.float32) for strip in strips]
    order = range(len(strips))
    for upper, lower in [*pairwise(order), *([(order[-1], 0)] if ring else [])]:
        above, below = _width(inks[upper][-overlap - _NEAR :]), _width(inks[lower][: overlap + _NEAR])
        ratio = float(np.clip(below / above, 1 / _MOST, _MOST))
        widths[upper] *= _ramp(len(widths[upper]), ratio**0.5, reach)[::-1]
        widths[lower] *= _ramp(len(widths[lower]), ratio**-0.5, reach)
    return _chain(inks, overlap, ring), _chain(widths, overlap, ring)[:, 0]


def _width(rows: Strip) -> float:
    """Return the spread of ink across the axis."""
    across = np.arange(rows.shape[1]) - (rows.shape[1] - 1) / 2
    return float(np.sqrt((rows.sum(axis=0) * across**2).sum() / max(rows.sum(), 1e-6))) + 0.5


def _ramp(rows: int, at_joint: float, reach: int) -> NDArray[np.float32]:
    """Return factors that go from ``at_joint`` in the first row to 1, (rows, 1)."""
    away = np.clip(np.arange(rows, dtype=np.float32) / reach, 0, 1)[:, None]
    return np.asarray(at_joint + (1 - at_joint) * away * away * (3 - 2 * away), np.float32)


def _chain(parts: Sequence[NDArray[np.float32]], overlap: int, ring: bool) -> NDArray[np.float32]:
    """Put arrays under each other; where they overlap, one passes over into the next."""
    chain = parts[0]
    for part in parts[1:]:
        chain = np.concatenate([chain[:-overlap], _between(chain, part, overlap), part[overlap:]])
    if ring:
        chain = np.concatenate([chain[overlap:-overlap], _between(chain, chain, overlap)])
    return chain


def _between(upper: NDArray[np.float32], lower: NDArray[np.float32], overlap: int) -> NDArray[np.float32]:
    """Pass over from the last rows of one array to the first of another, (overlap, columns)."""
    share = ((np.arange(overlap) + 1) / (overlap + 1))[:, None]
    return np.asarray(upper[-overlap:] * (1 - share) + lower[:overlap] * share, np.float32)
