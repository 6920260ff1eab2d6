"""Chromosomes packed side by side in any order, with nothing around them: a lesson in what each of them looks like.

On a page the place tells what stands there, and most of it is paper. Here neither helps, and a picture of a quarter of
the area shows as many chromosomes as finely.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.simulation.chromosomes.material import Material
from models.simulation.karyotypes.karyotype import Karyotype
from models.simulation.pages.arrangements import Drawn, Owners, Standing, draw_one, stamp
from models.simulation.pages.developing import develop, expose
from models.simulation.pages.page import Page
from models.simulation.pages.pens import Pen
from models.simulation.pages.scans import ScanStyle

_LENGTHS = (0.21, 0.33)  # of chromosome 1, in widths of the picture: all 46 then fill about a square
_MOST_TILT = 4.0  # degrees


def pack(rng: np.random.Generator, karyotype: Karyotype, material: Material, scan: ScanStyle, width: int = 480) -> Page:
    """Draw a mosaic of the chromosomes of a karyotype, about as high as wide.

    Args:
        rng: source of all randomness.
        karyotype: which chromosomes.
        material: how they look.
        scan: how the picture is taken.
        width: of it in pixels.
    """
    length = rng.uniform(*_LENGTHS) * width
    tilt = rng.uniform(0.0, _MOST_TILT)
    drawn = [draw_one(rng, chromosome, material, length, tilt) for chromosome in karyotype.chromosomes]
    ink, owners, standing = _fill(rng, [drawn[index] for index in _order(rng, drawn)], width)
    image = expose(rng, scan, ink, Pen(*ink.shape).layer, standing)
    return Page(develop(rng, scan, image), owners, standing, {})


def _order(rng: np.random.Generator, drawn: Sequence[Drawn]) -> NDArray[np.int64]:
    """Order chromosomes by their height, roughly or hardly, so that rows waste more or less room."""
    heights = np.array([len(one.patch) for one in drawn], np.float64)
    noise = rng.uniform(0.05, 1.0) * heights.max() * rng.random(len(drawn))
    return np.argsort(noise - heights)


def _fill(
    rng: np.random.Generator, drawn: Sequence[Drawn], width: int
) -> tuple[NDArray[np.float32], Owners, tuple[Standing, ...]]:
    """Put chromosomes down from left to right, row by row from the top."""
    aside, below = round(rng.uniform(-0.01, 0.04) * width), round(rng.uniform(0.01, 0.06) * width)
    standing: list[Standing] = []
    x = y = tallest = 0
    for one in drawn:
        height, broad = one.patch.shape
        if x + broad > width and x:
            x, y, tallest = 0, y + tallest + below, 0
        standing.append(Standing(one.place, one.changed, (x, y, x + broad, y + height)))
        x, tallest = max(0, x + broad + aside), max(tallest, height)
    right, bottom = (max(one.box[side] for one in standing) for side in (2, 3))
    ink = np.zeros((int(bottom) + 1, max(width, int(right))), np.float32)
    owners = np.zeros(ink.shape, np.uint8)
    for number, (one, place) in enumerate(zip(drawn, standing, strict=True), 1):
        stamp(ink, owners, one.patch, (int(place.box[1]), int(place.box[0])), number)
    return ink, owners, tuple(standing)
