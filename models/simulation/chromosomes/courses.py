"""What a chromosome is along its axis, as the band tables tell: how dark, how wide, and where its centromere is.

Sizes that differ between healthy people differ here too, so that nobody takes them for a change: the heterochromatin of
1, 9, 16 and Y, and the short arms of the acrocentric chromosomes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.chromosomes.kernels import gaussian
from models.simulation.chromosomes.stains import Stain
from models.simulation.karyotypes.bands import bandings, stretch
from models.simulation.karyotypes.exchanges import ACROCENTRIC
from models.simulation.karyotypes.segments import Segment

FINE = 3
_SHORT_ARM = ("p13", "p12", "p11.2")
_HETEROCHROMATIN = {"1": ("q12",), "9": ("q12",), "16": ("q11.2",), "Y": ("q12",)}
_VARIATION = 0.35
_LEAST_BLUR = 0.7
_SHORT_ARM_LENGTH, _SHORT_ARM_WIDTH = 0.75, 0.72


@dataclass(frozen=True)
class Course:
    """A chromosome along its axis, ``FINE`` values a row of its strip.

    ``darkness``: 0 light to 1 dark. ``width``: relative to the usual. ``away``: distance from its centromere, in
    lengths of chromosome 1.
    """

    darkness: NDArray[np.float32]
    width: NDArray[np.float32]
    away: NDArray[np.float32]

    @property
    def rows(self) -> int:
        """How many rows the strip has."""
        return len(self.darkness) // FINE

    @property
    def centromere(self) -> float:
        """Where the centromere is, or what is nearest to one, as a fraction of the length."""
        return (int(self.away.argmin()) + 0.5) / len(self.away)


def draw_course(rng: np.random.Generator, segments: Sequence[Segment], stain: Stain, tall: float) -> Course:
    """Follow the segments of a chromosome from top to bottom; ``tall``: rows of chromosome 1."""
    parts = [_follow(rng, segment, stain, tall) for segment in segments]
    bands = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
    kernel = gaussian(max(stain.band_blur * tall * FINE, _LEAST_BLUR))
    darkness, width = ndimage.correlate1d(bands[:2], kernel, output=np.float32, mode="nearest")
    return Course(darkness, width, bands[2])


def _follow(rng: np.random.Generator, segment: Segment, stain: Stain, tall: float) -> NDArray[np.float32]:
    """Return darkness, width and distance from the centromere along a segment, (3, ``FINE`` values a row)."""
    banding = bandings(stain.level)[segment.chromosome]
    edges, start, end, middle = banding.edges, segment.start, segment.end, banding.centromere
    if (variable := _variable(segment.chromosome, stain.level)).size:
        lengths = np.diff(edges)
        lengths[variable] *= _typical_length(segment.chromosome) * np.exp(rng.normal(0, _VARIATION, variable.size))
        edges = np.concatenate([[0.0], np.cumsum(lengths)])
        start, end, middle = np.interp((start, end, middle), banding.edges, edges).tolist()
    count = max(2, round((end - start) * banding.length**stain.condensation * tall)) * FINE
    at = start + (np.arange(count) + 0.5) * ((end - start) / count)
    if segment.inverted:
        at = at[::-1]
    band = np.searchsorted(edges[1:-1], at, side="right")
    values: NDArray[np.float32] = _values(segment.chromosome, stain.level).take(band, axis=1)
    if stain.reverse:
        values[0] = 1 - values[0]
    values[2] = np.abs(at - middle) * banding.length
    return values


def _typical_length(chromosome: str) -> float:
    """Return how long the variable bands are on the whole, relative to the ideogram, which draws satellites large."""
    return _SHORT_ARM_LENGTH if chromosome in ACROCENTRIC else 1.0


@cache
def _variable(chromosome: str, level: int) -> NDArray[np.intp]:
    """Return the bands whose size differs between healthy people."""
    edges = bandings(level)[chromosome].edges
    names = _SHORT_ARM if chromosome in ACROCENTRIC else _HETEROCHROMATIN.get(chromosome, ())
    places = [stretch(chromosome, band, level) for band in names]
    inside = [np.flatnonzero((edges[:-1] >= start) & (edges[1:] <= end)) for start, end in places]
    return np.concatenate(inside) if inside else np.zeros(0, np.intp)


@cache
def _values(chromosome: str, level: int) -> NDArray[np.float32]:
    """Return the darkness and width of the bands, and zeros, (3, bands); acrocentric short arms are slimmer."""
    banding = bandings(level)[chromosome]
    values = np.stack([banding.darkness, banding.width, np.zeros_like(banding.width)]).astype(np.float32)
    if chromosome in ACROCENTRIC:
        values[1, _variable(chromosome, level)] *= _SHORT_ARM_WIDTH
    return values
