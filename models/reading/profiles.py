"""The banding profile of a chromosome along its straightened axis, as a cytogeneticist compares homologues by.

The axis is a curve of third degree through the middle of the ink, row by row; the profile is read across it at even
distances from end to end. Source: Piper and Granum 1989, "On fully automatic feature measurement for banded chromosome
classification" (profiles along the medial axis), made simpler: chromosomes of a karyogram stand upright.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

POINTS = 64
HALF_WIDTH = 14
_INK = 0.12  # below it there is paper
_DEGREE = 3
_SHORT = 20  # rows; a shorter axis is straight
_FEWEST_ROWS = 6

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Profiles:
    """Profiles of n crops, from the upper end to the lower one.

    ``bands``: (n, ``POINTS``), the mean ink across the axis, 0 (white) to 1 (black). ``widths``: (n, ``POINTS``), how
    wide the ink is, in pixels of the crop. ``lengths``: (n,), of the axis, in pixels; zero for a crop without a shape
    to follow, whose profile is all zero.
    """

    bands: Floats
    widths: Floats
    lengths: Floats

    @property
    def masses(self) -> Floats:
        """All the ink, (n,), in black pixels."""
        masses: Floats = (self.bands * self.widths).mean(axis=1) * self.lengths
        return masses


def profile(crops: NDArray[np.uint8]) -> Profiles:
    """Straighten chromosomes and read their profiles.

    Args:
        crops: (n, height, width), black on white, upright.
    """
    ink = 1.0 - crops.astype(np.float64) / 255
    axis = _axes(ink)
    number = np.broadcast_to(np.arange(len(ink))[:, None, None], axis.down.shape)
    strips = map_coordinates(ink, [number, axis.down, axis.across], order=1, mode="constant")
    inked = (strips > _INK) & (axis.lengths > 0)[:, None, None]
    widths = inked.sum(axis=2)
    bands = (strips * inked).sum(axis=2) / np.maximum(widths, 1)
    return Profiles(bands, widths.astype(np.float64), axis.lengths)


@dataclass(frozen=True)
class _Axes:
    """Where to look on n crops: rows ``down`` and columns ``across``, (n, ``POINTS``, across); ``lengths`` (n,)."""

    down: Floats
    across: Floats
    lengths: Floats


def _axes(ink: Floats) -> _Axes:
    """Fit a curve through the middle of each row of ink, weighted by the ink there, and walk along it."""
    shown = ink * (ink > _INK)
    weight, rows = shown.sum(axis=2), np.arange(ink.shape[1], dtype=np.float64)
    first, last = np.argmax(weight > 0, axis=1), ink.shape[1] - 1 - np.argmax(weight[:, ::-1] > 0, axis=1)
    middle = shown @ np.arange(ink.shape[2]) / np.maximum(weight, 1e-9)
    centre, half = (first + last) / 2, np.maximum(last - first, 1) / 2
    curve = _fitted((rows - centre[:, None]) / half[:, None], middle, weight, last - first >= _SHORT)
    slope = _slope(curve, (rows - centre[:, None]) / half[:, None]) / half[:, None]
    steps = np.sqrt(1 + ((slope[:, 1:] + slope[:, :-1]) / 2) ** 2)
    steps *= (rows[:-1] >= first[:, None]) & (rows[:-1] < last[:, None])
    along = np.concatenate([np.zeros((len(ink), 1)), np.cumsum(steps, axis=1)], axis=1)
    at = _evenly(along, first, last)
    u = (at - centre[:, None]) / half[:, None]
    tilt = _slope(curve, u) / half[:, None]
    norm = np.sqrt(1 + tilt**2)
    out = np.arange(-HALF_WIDTH, HALF_WIDTH + 1.0)
    lengths = np.where((last - first >= _FEWEST_ROWS) & weight.any(axis=1), along[:, -1], 0.0)
    across = _value(curve, u)[..., None] + out / norm[..., None]
    return _Axes(at[..., None] - out * (tilt / norm)[..., None], across, lengths)


def _evenly(along: Floats, first: NDArray[np.int64], last: NDArray[np.int64]) -> Floats:
    """Return the rows (n, ``POINTS``) at even distances from the first to the last one; ``along`` is (n, H)."""
    rows = np.arange(along.shape[1])
    at = [
        np.interp(np.linspace(0, own[b], POINTS), own[a : b + 1], rows[a : b + 1])
        for own, a, b in zip(along, first, last, strict=True)
    ]
    return np.array(at).reshape(-1, POINTS)


def _fitted(u: Floats, middle: Floats, weight: Floats, long: NDArray[np.bool_]) -> Floats:
    """Return the coefficients (n, 4) of the curves through points (n, H), straight lines where it is not long."""
    powers = u[..., None] ** np.arange(_DEGREE + 1)  # (n, H, 4)
    powers[~long, :, 2:] = 0.0
    weighted = powers * weight[..., None]
    normal = np.swapaxes(weighted, 1, 2) @ powers + 1e-9 * np.eye(_DEGREE + 1)
    return np.asarray(np.linalg.solve(normal, np.swapaxes(weighted, 1, 2) @ middle[..., None])[..., 0], np.float64)


def _value(curve: Floats, u: Floats) -> Floats:
    value: Floats = (curve[:, None] * u[..., None] ** np.arange(_DEGREE + 1)).sum(axis=2)
    return value


def _slope(curve: Floats, u: Floats) -> Floats:
    slope: Floats = (curve[:, None, 1:] * np.arange(1, _DEGREE + 1) * u[..., None] ** np.arange(_DEGREE)).sum(axis=2)
    return slope
