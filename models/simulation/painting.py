"""Paint chromosomes from band tables: two chromatids, centromere, bends, stain and focus.

First version of the rendering; the layout of a page does not depend on it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.bands import Banding, bandings
from models.simulation.karyotypes import Chromosome, Segment
from models.simulation.material import Patch

_PAD = 3


@dataclass(frozen=True)
class Stain:
    """How the chromosomes of one cell look; lengths are relative to the height of chromosome 1."""

    level: int
    half_width: float
    band_blur: float
    edge: float
    bend: float
    base: float
    contrast: float
    split: float
    grain: float


def draw_stain(rng: np.random.Generator) -> Stain:
    """Draw the look of a cell."""
    return Stain(
        level=int(rng.choice([400, 550])),
        half_width=rng.uniform(0.050, 0.075),
        band_blur=rng.uniform(0.010, 0.035),
        edge=rng.uniform(0.15, 0.6),
        bend=rng.uniform(0.2, 0.8),
        base=rng.uniform(0.15, 0.50),
        contrast=rng.uniform(0.5, 1.1),
        split=rng.uniform(0.0, 0.3),
        grain=rng.uniform(0.0, 0.12),
    )


class Paint:
    """Material that paints every chromosome of a cell with one stain."""

    def __init__(self, stain: Stain) -> None:
        """Paint with a stain."""
        self.stain, self.case = stain, ""

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Paint a chromosome; (its height + 6, the width of its ink)."""
        darkness, width = self._profile(rng, chromosome.segments, height)
        half = height * self.stain.half_width
        tall, wide = len(darkness) + 2 * _PAD, int(4 * half + 0.6 * len(darkness)) + 2 * _PAD
        along = np.arange(tall, dtype=np.float64) - _PAD
        profile = np.pad(darkness, _PAD, mode="edge")[:, None]
        widths = half * np.pad(width, _PAD, mode="edge")
        half_widths = np.maximum(widths * _cap(along, len(darkness), half), 0.05)
        axis = self._axis(rng, along / max(len(darkness), 1), 0.1 * len(darkness))
        # distance from the axis in half widths, (tall, wide): 1 is the edge of the chromosome
        distance = np.abs(np.arange(wide)[None] - wide / 2 - axis[:, None]) / half_widths[:, None]
        inside = (along >= 0) & (along < len(darkness))
        shape = _sigmoid((1 - distance) * half_widths[:, None] / self.stain.edge) * inside[:, None]
        groove = self.stain.split * np.exp(-((distance * 3) ** 2))
        ink = self.stain.base + self.stain.contrast * profile * (1 - 0.15 * distance**2) - groove
        grain = 1 + rng.normal(0, self.stain.grain, shape.shape)
        return _trim(np.clip(shape * np.clip(ink, 0.02, 1.0) * grain, 0, 1).astype(np.float32))

    def _profile(
        self, rng: np.random.Generator, segments: tuple[Segment, ...], height: float
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return darkness and relative width along the axis, one value a pixel."""
        table, stretch = bandings(self.stain.level), rng.normal(1.0, 0.03)
        parts = [_sample(table[s.chromosome], s, height * stretch) for s in segments]
        darkness, width = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        blur = self.stain.band_blur * height
        smooth = ndimage.gaussian_filter1d(darkness * rng.uniform(0.9, 1.1), blur, mode="nearest")
        return smooth, ndimage.gaussian_filter1d(width, blur, mode="nearest")

    def _axis(self, rng: np.random.Generator, t: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
        """Draw the sideways offset of the axis at fractions ``t`` of the length: one bow and one lean."""
        strength = self.stain.bend * (3 if rng.random() < 0.1 else 1)
        bow, lean = rng.normal(0, reach * strength), rng.normal(0, reach * strength * 0.5)
        return bow * np.sin(np.pi * np.clip(t, 0, 1)) + lean * (t - 0.5)


def _trim(patch: Patch) -> Patch:
    """Cut the empty columns off both sides."""
    columns = np.flatnonzero(patch.max(axis=0) > 0.05)
    return patch[:, columns[0] : columns[-1] + 1] if columns.size else patch


def _sample(banding: Banding, segment: Segment, height: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    count = max(2, round((segment.end - segment.start) * banding.length * height))
    at = segment.start + (np.arange(count) + 0.5) / count * (segment.end - segment.start)
    band = np.clip(np.searchsorted(banding.edges, at, side="right") - 1, 0, len(banding.darkness) - 1)
    order = band[::-1] if segment.inverted else band
    return banding.darkness[order], banding.width[order]


def _cap(along: NDArray[np.float64], length: int, half: float) -> NDArray[np.float64]:
    """Round both ends: the relative half width at each pixel along the axis."""
    from_end = np.clip(np.minimum(along + 0.5, length - along - 0.5) / half, 0, 1)
    rounded: NDArray[np.float64] = np.sqrt(1 - (1 - from_end) ** 2)
    return rounded


def _sigmoid(x: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(x, -30, 30)))
    return result
