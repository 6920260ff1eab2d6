"""How the painted chromosomes of one cell look: how condensed, spread, stained and focused they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.simulation.chromosomes.finishing import Finish, draw_finish
from models.simulation.karyotypes.bands import LEVELS


@dataclass(frozen=True)
class Stain:
    """How the chromosomes of one cell look; lengths are relative to the height of chromosome 1.

    Shape. ``level``: of the band table. ``half_width``: of a chromosome. ``condensation``: power of the lengths, above
    1 the short ones are shorter still. ``unlike``: how much two homologues differ. ``bend``: see ``draw_axis``.
    ``gap``, ``flare``: between the chromatids, and what it widens to at the ends, in half widths. ``pinch``: how much
    of the width is missing at the centromere. ``bulge``: how much wider dark bands are. ``wobble``: unevenness of
    outline and gap, in half widths. ``edge``: softness of the outline, in half widths.

    Bands. ``band_blur``, ``ragged``: how fuzzy and how uneven their edges are. ``offset``: between the two chromatids.
    ``base``, ``contrast``: ink of a light band, and what the darkest has more. ``blotch``: how uneven a dark band is.
    ``reverse``: dark and light bands change places. ``grain``: unevenness of all ink.
    """

    level: int
    half_width: float
    condensation: float
    unlike: float
    bend: float
    gap: float
    flare: float
    pinch: float
    bulge: float
    wobble: float
    edge: float
    band_blur: float
    ragged: float
    offset: float
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
    base, contrast = _draw_ink(rng)
    return Stain(
        level=level,
        half_width=0.046 + 0.042 * stubby + rng.uniform(-0.008, 0.010),
        condensation=rng.uniform(0.94, 1.06),
        unlike=rng.uniform(0.01, 0.05),
        bend=rng.uniform(0.1, 0.9),
        gap=rng.uniform(0.0, 0.5) ** 2,
        flare=rng.uniform(0.0, 0.9) if rng.random() < 0.35 else rng.uniform(0.0, 0.15),
        pinch=rng.uniform(0.1, 0.5),
        bulge=rng.uniform(0.0, 0.2),
        wobble=rng.uniform(0.02, 0.12),
        edge=rng.uniform(0.08, 0.35),
        band_blur=rng.uniform(0.004, 0.012),
        ragged=rng.uniform(0.0, 0.014),
        offset=rng.uniform(0.0, 0.010),
        base=base,
        contrast=contrast,
        blotch=rng.uniform(0.05, 0.35),
        reverse=bool(rng.random() < 0.06),
        grain=rng.uniform(0.0, 0.14),
        finish=draw_finish(rng, 0.011),
    )


def _draw_ink(rng: np.random.Generator) -> tuple[float, float]:
    """Draw base and contrast: mostly crisp, sometimes dark all over, sometimes pale."""
    kind = rng.random()
    if kind < 0.12:
        return rng.uniform(0.5, 0.75), rng.uniform(0.25, 0.45)
    if kind < 0.24:
        return rng.uniform(0.15, 0.3), rng.uniform(0.2, 0.5)
    return rng.uniform(0.25, 0.52), rng.uniform(0.5, 0.95)
