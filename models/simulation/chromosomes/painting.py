"""Paint chromosomes from band tables: two chromatids, the gap between them, and their bands."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.chromosomes.axes import draw_axis, draw_ring
from models.simulation.chromosomes.courses import FINE, Course, draw_course
from models.simulation.chromosomes.material import Patch
from models.simulation.chromosomes.stains import Stain
from models.simulation.chromosomes.warping import Strip, lay
from models.simulation.karyotypes.segments import Chromosome

_DENSITY = 1.3
_FINEST = 160  # taller chromosomes are drawn at this height and enlarged, like scans
_MARGIN = 3
_SLENDER = 10
_STUBBIEST = 0.45  # half the width of a small marker, of its length
_CHROMATID, _CENTRE = 0.56, 0.44
_PINCHED = 0.45
_RIM = 0.15
_SHEET = (3, 2048, 192)
_SHEET_ROUGHNESS = (3.5, 2.5, 0.9)

Rows = NDArray[np.float32]


class Paint:
    """Material that paints every chromosome of a cell with one stain."""

    def __init__(self, stain: Stain) -> None:
        """Paint with a stain."""
        self.stain, self.case = stain, ""

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Paint a chromosome; see ``Material``."""
        stain, ring, tall = self.stain, chromosome.ring, min(height, _FINEST) * _DENSITY
        longer, wider = (1 + stain.unlike * rng.standard_normal(2)).tolist()
        course = draw_course(rng, chromosome.segments, stain, tall * longer)
        half = max(min(stain.half_width * tall * wider, _STUBBIEST * course.rows), 1.0)
        strip = _Body(rng, stain, course, half, ring).paint(stain.offset * tall, stain.ragged * tall)
        bend = stain.bend * min(1.0, course.rows / (_SLENDER * half))
        axis = draw_ring(rng) if ring else draw_axis(rng, bend, course.centromere)
        return lay(stain.finish.apply(rng, strip, tall, ring), axis, tall / height, ring=ring)


class _Body:
    """A chromosome while it is painted on a strip; half its usual width is ``half`` columns."""

    def __init__(self, rng: np.random.Generator, stain: Stain, course: Course, half: float, ring: bool) -> None:
        self._rng, self._stain, self._course, self._half, self._ring = rng, stain, course, half, ring
        rows = np.arange(course.rows) if ring else np.arange(-_MARGIN, course.rows + _MARGIN)
        self._middles = rows.astype(np.float32) + np.float32(0.5)
        self._at = rows.clip(0, course.rows - 1) * FINE + 1
        self._noise = _noise(rng, len(rows))  # (3, rows, columns)

    def paint(self, offset: float, ragged: float) -> Strip:
        """Return its ink, (rows, columns); ``offset`` and ``ragged`` in rows, see ``Stain``."""
        thick, gap = self._thick(), self._gap()
        reach = math.ceil((0.5 * gap + thick).max()) + 1
        across = np.arange(-reach, reach + 1, dtype=np.float32)
        chromatid = (_CHROMATID * thick)[:, None]  # half the width of each, (rows, 1) or (rows, columns)
        if not self._ring:
            left, right = self._rounded(_CHROMATID * thick)
            chromatid = np.where(across > 0, right[:, None], left[:, None])
        depth = chromatid - np.abs(np.abs(across) - (_CENTRE * thick + 0.5 * gap)[:, None])
        cover = (depth / np.float32(max(2 * self._stain.edge * self._half, 1.0)) + np.float32(0.5)).clip(0, 1)
        shift = (offset * self._rng.standard_normal(2)).astype(np.float32)[(across > 0).astype(np.intp)]
        return np.asarray(cover * self._ink(across, shift, ragged))

    def _thick(self) -> Rows:
        """Return half the width of each row, (rows,)."""
        stain, course, at = self._stain, self._course, self._at
        bulge = 1 + stain.bulge * (course.darkness[at] - 0.4) + 0.5 * stain.wobble * self._noise[0, :, -1]
        pinch = 1 - stain.pinch * np.exp(-((course.away[at] / (_PINCHED * stain.half_width)) ** 2))
        thick: Rows = self._half * course.width[at] * pinch * bulge
        return thick

    def _gap(self) -> Rows:
        """Return the gap between the chromatids, (rows,): none at the centromere, widest at the ends."""
        stain, course = self._stain, self._course
        away = self._middles / course.rows - course.centromere
        flares = [
            stain.flare * 1.3 * self._rng.random() * min(arm * course.rows / (4 * self._half), 1.0) / max(arm, 0.1) ** 2
            for arm in (course.centromere, 1 - course.centromere)
        ]
        squared = away * away
        flare = np.array(flares, np.float32)[(away > 0).astype(np.intp)]
        gap = stain.gap + stain.wobble * self._noise[1, :, -1] + flare * squared
        closed = 1 - np.exp(-squared * (course.rows / self._half) ** 2)
        widened: Rows = self._half * closed * gap.clip(0, 1.5)
        return widened

    def _rounded(self, chromatid: Rows) -> NDArray[np.float32]:
        """Round off the ends of both chromatids, one a little longer: half their width in each row, (2, rows)."""
        tips = (0.2 * self._half * np.abs(self._rng.standard_normal((2, 2, 1)))).astype(np.float32)
        top, bottom = tips  # of each chromatid, (2, 1)
        from_end = np.minimum(self._middles - top, (self._course.rows - bottom) - self._middles)
        inside = (from_end / np.maximum(chromatid, 1.0)).clip(0, 1)
        rounded: NDArray[np.float32] = chromatid * np.sqrt(inside * (2 - inside))
        return np.where(from_end > 0, rounded, np.float32(-self._half))

    def _ink(self, across: Rows, shift: Rows, ragged: float) -> Strip:
        """Return how dark the stain is at each pixel, 0..1, (rows, columns); ``shift`` in rows, (columns,)."""
        stain = self._stain
        rough, blotch, grain = self._noise[:, :, : len(across)]
        at = FINE * self._middles[:, None] + FINE * shift + np.float32(FINE * ragged) * rough
        dark = (stain.contrast * self._course.darkness).take(at.astype(np.intp), mode="clip")
        even = 1 - _RIM * (across / self._half) ** 2
        ink: Strip = (stain.base + dark * (1 + stain.blotch * blotch)) * (even + stain.grain * grain)
        return np.clip(ink, 0.02, 1, out=ink)


def _noise(rng: np.random.Generator, rows: int) -> NDArray[np.float32]:
    """Cut a window of noise of three roughnesses, coarse to fine, (3, rows, columns).

    One sheet serves all chromosomes: cheaper than to draw noise for each of them.
    """
    sheet = _sheet()
    top = int(rng.integers(sheet.shape[1] - rows))
    left = int(rng.integers(sheet.shape[2] // 2))
    return sheet[:, top : top + rows, left : left + sheet.shape[2] // 2]


@cache
def _sheet() -> NDArray[np.float32]:
    rough = np.random.default_rng(0).standard_normal(_SHEET)
    layers = [ndimage.gaussian_filter(layer, s, mode="wrap") for layer, s in zip(rough, _SHEET_ROUGHNESS, strict=True)]
    return np.stack([layer / layer.std() for layer in layers]).astype(np.float32)
