"""Paint chromosomes from band tables: two chromatids, gap, centromere, satellites, stain and focus."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.axes import draw_axis, draw_ring
from models.simulation.bands import LEVELS, bandings, stretch
from models.simulation.exchanges import ACROCENTRIC
from models.simulation.finishing import Finish, draw_finish
from models.simulation.karyotypes import Chromosome, Segment
from models.simulation.material import Patch
from models.simulation.warping import Strip, lay

_DENSITY = 1.3
_FINE = 3
_REACH = 2.1
_MARGIN = 3
_SLENDER = 10
_SHEET = (1024, 256)
_VARIABLE = {"1": ("q12",), "9": ("q12",), "16": ("q11.2",), "Y": ("q12",)} | dict.fromkeys(
    ACROCENTRIC, ("p13", "p12", "p11.2")
)


@dataclass(frozen=True)
class Stain:
    """How the chromosomes of one cell look; lengths are relative to the height of chromosome 1.

    ``level``: of the band table. ``half_width``: of a chromosome. ``condensation``: power of the lengths, above 1 the
    short ones are shorter still. ``unlike``: how much two homologues differ. ``band_blur``, ``ragged``: how fuzzy and
    how uneven the edges of bands are. ``offset``: between the bands of the two chromatids. ``edge``: softness of the
    outline. ``gap``, ``flare``: between the chromatids, and towards the ends, in half widths. ``waist``: power of the
    constrictions, 0 none. ``base``, ``contrast``: ink of a light band, and what a dark one has more; ``blotch``: how
    uneven that is. ``reverse``: dark
    and light bands change places. ``grain``: unevenness.
    """

    level: int
    half_width: float
    condensation: float
    unlike: float
    bend: float
    band_blur: float
    ragged: float
    offset: float
    edge: float
    gap: float
    flare: float
    waist: float
    base: float
    contrast: float
    blotch: float
    reverse: bool
    grain: float
    finish: Finish


def draw_stain(rng: np.random.Generator) -> Stain:
    """Draw the look of a cell: short and thick at 400 bands, long and thin at 850."""
    level = int(rng.choice(LEVELS, p=[0.45, 0.40, 0.15]))
    stubby = rng.uniform(0, 1) * {400: 1.0, 550: 0.6, 850: 0.25}[level]
    saturated, pale = rng.random() < 0.12, rng.random() < 0.12
    base = rng.uniform(0.5, 0.75) if saturated else rng.uniform(0.25, 0.52)
    contrast = rng.uniform(0.25, 0.45) if saturated else rng.uniform(0.45, 0.85)
    return Stain(
        level=level,
        half_width=0.045 + 0.045 * stubby + rng.uniform(-0.006, 0.010),
        condensation=rng.uniform(0.94, 1.06),
        unlike=rng.uniform(0.01, 0.06),
        bend=rng.uniform(0.1, 0.9),
        band_blur=rng.uniform(0.004, 0.014),
        ragged=rng.uniform(0.0, 0.02),
        offset=rng.uniform(0.0, 0.012),
        edge=rng.uniform(0.03, 0.09),
        gap=rng.uniform(0.0, 0.6) ** 2,
        flare=rng.uniform(0.0, 0.9) if rng.random() < 0.5 else rng.uniform(0.0, 0.2),
        waist=rng.uniform(0.8, 3.0),
        base=base * (0.6 if pale else 1.0),
        contrast=contrast * (0.55 if pale else 1.0),
        blotch=rng.uniform(0.05, 0.35),
        reverse=bool(rng.random() < 0.06),
        grain=rng.uniform(0.0, 0.16),
        finish=draw_finish(rng, 0.011),
    )


class Paint:
    """Material that paints every chromosome of a cell with one stain."""

    def __init__(self, stain: Stain) -> None:
        """Paint with a stain."""
        self.stain, self.case = stain, ""

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Paint a chromosome; see ``Material``."""
        stain, tall = self.stain, height * _DENSITY
        course = _course(rng, chromosome.segments, stain, tall)
        strip = self._ink(rng, course, tall) * self._shape(rng, course, tall, chromosome.ring)
        bend = stain.bend * min(1.0, len(course.width) / (_SLENDER * course.half))
        axis = draw_ring(rng) if chromosome.ring else draw_axis(rng, bend, course.centromere)
        return lay(stain.finish.apply(rng, strip, tall, chromosome.ring), axis, _DENSITY, ring=chromosome.ring)

    def _shape(self, rng: np.random.Generator, course: _Course, tall: float, ring: bool) -> Strip:
        """Return how much of each pixel the two chromatids cover, (rows, columns), 0..1."""
        stain, rows = self.stain, len(course.width)
        half = course.half
        along = np.arange(rows, dtype=np.float32) - _MARGIN
        thick = half * course.width
        chromatid = 0.56 * thick
        centre = 0.44 * thick + self._gap(rng, course, rows) / 2
        beyond = np.abs(course.across)  # from the axis, (columns,)
        if ring:
            inside: NDArray[np.float32] = chromatid[:, None]
        else:
            tips = np.abs(rng.normal(0, 0.2 * half, (2, 2)))  # (end, chromatid)
            from_end = np.minimum(
                along[:, None] + 0.5 - tips[0], rows - 2 * _MARGIN - 0.5 - along[:, None] - tips[1]
            )  # (rows, chromatid)
            round_off = np.clip(from_end / np.maximum(chromatid[:, None], 1.0), 0, 1)
            inside = np.where(from_end > 0, chromatid[:, None] * np.sqrt(1 - (1 - round_off) ** 2), -half)
            inside = inside[:, course.side]
        depth = inside - np.abs(beyond - centre[:, None])
        return _sigmoid(depth / max(stain.edge * half, 0.25))

    def _gap(self, rng: np.random.Generator, course: _Course, rows: int) -> NDArray[np.float32]:
        """Return the gap between the chromatids in each row: none at the centromere, widest at the ends."""
        stain, half = self.stain, course.half
        away = (np.arange(rows, dtype=np.float32) + 0.5) / rows - np.float32(course.centromere)
        arms = np.array([course.centromere, 1 - course.centromere], np.float32)
        flares = (stain.flare * rng.uniform(0, 1.3, 2) * np.minimum(arms * rows / (4 * half), 1)).astype(np.float32)
        lower = (away > 0).astype(np.intp)
        flare = flares[lower] * (away / np.maximum(arms[lower], 0.1)) ** 2
        closed = 1 - np.exp(-((away * rows / half) ** 2))
        uneven = 1 + 0.4 * _window(rng, _smooth(), rows, 1)[:, 0]
        return np.asarray(half * closed * np.clip(stain.gap * uneven + flare, 0, 1.6), np.float32)

    def _ink(self, rng: np.random.Generator, course: _Course, tall: float) -> Strip:
        """Return how dark the stain is at each pixel, (rows, columns), 0..1."""
        stain, (rows, columns) = self.stain, (len(course.width), len(course.across))
        shifts = rng.normal(0, stain.offset * tall, 2)[course.side]  # (columns,)
        moved = shifts + stain.ragged * tall * _window(rng, _smooth(), rows, columns)
        at = (np.arange(rows)[:, None] + 0.5 - _MARGIN + moved) * _FINE
        dark = course.darkness[np.clip(at, 0, len(course.darkness) - 1).astype(np.intp)]
        dark = dark * (1 + stain.blotch * _window(rng, _smooth(), rows, columns))
        uneven = 1 + stain.grain * _window(rng, _grain(), rows, columns)
        rim = 1 - 0.15 * (course.across / course.half) ** 2
        ink: Strip = (stain.base + stain.contrast * dark) * uneven * rim
        return np.clip(ink, 0.02, 1)


@dataclass(frozen=True)
class _Course:
    """What a chromosome is along its axis, in rows of its strip.

    ``darkness``: ``_FINE`` values a row, without the margins. ``width``: relative, (rows,) with the margins.
    ``centromere``: fraction of the rows. ``half``: half the width, in columns. ``across``: distance of each column from
    the axis. ``side``: the chromatid of each column, 0 or 1.
    """

    darkness: NDArray[np.float32]
    width: NDArray[np.float32]
    centromere: float
    half: float
    across: NDArray[np.float32]
    side: NDArray[np.intp]


def _course(rng: np.random.Generator, segments: tuple[Segment, ...], stain: Stain, tall: float) -> _Course:
    unlike = rng.normal(1.0, stain.unlike, 2)
    parts = [_stretch(rng, segment, stain, tall * unlike[0]) for segment in segments]
    band, width, away = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    blur = max(stain.band_blur * tall * _FINE, 0.5)
    darkness = ndimage.gaussian_filter1d(band, blur, mode="nearest") * rng.uniform(0.92, 1.08)
    waist = ndimage.gaussian_filter1d(width**stain.waist, 0.007 * tall * _FINE, mode="nearest")[1::_FINE]
    half = max(stain.half_width * tall * unlike[1], 1.0)
    reach = int(np.ceil(_REACH * half))
    across = np.arange(-reach, reach + 1, dtype=np.float32)
    centromere = (int(away.argmin()) / _FINE + _MARGIN) / (len(waist) + 2 * _MARGIN)
    return _Course(
        darkness.astype(np.float32),
        np.pad(waist, _MARGIN, mode="edge").astype(np.float32),
        centromere,
        half,
        across,
        (across > 0).astype(np.intp),
    )


def _stretch(
    rng: np.random.Generator, segment: Segment, stain: Stain, tall: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return darkness, relative width and the distance from the centromere along a segment, ``_FINE`` values a row."""
    banding = bandings(stain.level)[segment.chromosome]
    lengths = np.diff(banding.edges)
    variable = _variable_bands(segment.chromosome, stain.level)
    lengths[variable] *= np.exp(rng.normal(0, 0.35, variable.size))
    edges = np.concatenate([[0.0], np.cumsum(lengths)])
    start, end, middle = np.interp((segment.start, segment.end, banding.centromere), banding.edges, edges)
    count = max(2, round((end - start) * banding.length**stain.condensation * tall)) * _FINE
    at = start + (np.arange(count) + 0.5) / count * (end - start)
    if segment.inverted:
        at = at[::-1]
    band = np.clip(np.searchsorted(edges, at, side="right") - 1, 0, len(lengths) - 1)
    darkness = 1 - banding.darkness if stain.reverse else banding.darkness
    away = np.abs(at - middle) * banding.length
    return darkness[band].astype(np.float32), banding.width[band].astype(np.float32), away.astype(np.float32)


@cache
def _variable_bands(chromosome: str, level: int) -> NDArray[np.intp]:
    """Return the bands whose size differs between healthy people: 1qh, 9qh, 16qh, Yqh, acrocentric short arms."""
    edges = bandings(level)[chromosome].edges
    places = [stretch(chromosome, band, level) for band in _VARIABLE.get(chromosome, ())]
    inside = [np.flatnonzero((edges[:-1] >= start) & (edges[1:] <= end)) for start, end in places]
    return np.concatenate(inside) if inside else np.zeros(0, np.intp)


@cache
def _smooth() -> NDArray[np.float32]:
    return _sheet(3.5)


@cache
def _grain() -> NDArray[np.float32]:
    return _sheet(0.9)


def _sheet(sigma: float) -> NDArray[np.float32]:
    """Return a sheet of noise of unit variance to cut windows from: cheaper than to draw it for every chromosome."""
    noise = ndimage.gaussian_filter(np.random.default_rng(0).normal(0, 1, _SHEET), sigma, mode="wrap")
    return (noise / noise.std()).astype(np.float32)


def _window(rng: np.random.Generator, sheet: NDArray[np.float32], rows: int, columns: int) -> NDArray[np.float32]:
    top, left = rng.integers(0, (sheet.shape[0] - rows, sheet.shape[1] - columns))
    window: NDArray[np.float32] = sheet[top : top + rows, left : left + columns]
    return window


def _sigmoid(x: NDArray[np.float32]) -> Strip:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)
