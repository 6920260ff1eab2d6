"""How far apart and along which line chromosomes stand on a page; lengths are fractions of the page's width."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.simulation.pages.families import Variety


class Alignment(StrEnum):
    """What the chromosomes of a row have on one line."""

    BOTTOM = "bottom"
    CENTROMERE = "centromere"
    CENTRE = "centre"
    TOP = "top"


class Filling(StrEnum):
    """How a row with few places fills the width of the page."""

    JUSTIFIED = "justified"
    LEFT = "left"
    CENTRED = "centred"


@dataclass(frozen=True)
class Spacing:
    """The spacing of a page.

    ``aspect``: height by width, kept if the chromosomes fit. ``margins``: left, right, top and bottom. ``size``: of
    the largest chromosomes that fit, 0..1. ``gap``: between homologues, in lengths of chromosome 1; below 0 they touch.
    ``spread``: 0 keeps homologues together, 1 spreads all chromosomes of a row evenly. ``evenness``: 1 gives all
    places one width, 0 each as its chromosomes need. ``group_gap``: width of a gap in a row. ``looseness``: 1 shares
    spare height between the rows, 0 leaves it empty. ``jitter``: standard deviation of positions. ``tilt``: that of
    the chromosomes' inclination, in degrees. ``squeeze``: the share of the width they need that chromosomes
    get; below 1 neighbours overlap.
    """

    aspect: float = 0.8
    margins: tuple[float, float, float, float] = (0.04, 0.04, 0.04, 0.04)
    size: float = 0.9
    gap: float = 0.06
    spread: float = 0.0
    evenness: float = 1.0
    group_gap: float = 0.08
    looseness: float = 1.0
    jitter: float = 0.001
    tilt: float = 0.0
    squeeze: float = 1.0
    alignment: Alignment = Alignment.BOTTOM
    filling: Filling = Filling.JUSTIFIED


def draw_spacing(rng: np.random.Generator, variety: Variety) -> Spacing:
    """Draw a spacing; it has no families, so that of a held-out page is like any other."""
    if variety is Variety.FIXED:
        return Spacing()
    return Spacing(
        aspect=float(rng.choice([rng.uniform(0.6, 1.0), rng.uniform(0.5, 1.6)], p=[0.7, 0.3])),
        margins=_margins(rng),
        size=float(rng.choice([rng.uniform(0.8, 1.0), rng.uniform(0.5, 1.0)], p=[0.6, 0.4])),
        gap=float(
            rng.choice([rng.uniform(0.01, 0.10), rng.uniform(-0.03, 0.01), rng.uniform(0.1, 0.3)], p=[0.7, 0.1, 0.2])
        ),
        spread=float(rng.choice([0.0, rng.uniform(0.1, 1.0)], p=[0.8, 0.2])),
        evenness=float(rng.choice([1.0, rng.uniform(0.0, 1.0)], p=[0.6, 0.4])),
        group_gap=rng.uniform(0.02, 0.14),
        looseness=float(rng.choice([1.0, rng.uniform(0.0, 1.0)], p=[0.6, 0.4])),
        jitter=float(rng.choice([rng.uniform(0.0, 0.003), rng.uniform(0.003, 0.01)], p=[0.7, 0.3])),
        tilt=float(rng.choice([0.0, rng.uniform(0.5, 4.0)], p=[0.7, 0.3])),
        squeeze=float(rng.choice([1.0, rng.uniform(0.88, 1.0)], p=[0.8, 0.2])),
        alignment=_ALIGNMENTS[int(rng.choice(4, p=[0.62, 0.16, 0.14, 0.08]))],
        filling=_FILLINGS[int(rng.choice(3, p=[0.65, 0.2, 0.15]))],
    )


_ALIGNMENTS, _FILLINGS = tuple(Alignment), tuple(Filling)


def _margins(rng: np.random.Generator) -> tuple[float, float, float, float]:
    """Narrow or usual margins; on some pages one or two are large and empty."""
    left, right, top, bottom = rng.uniform(0.005, 0.07, 4)
    if rng.random() < 0.12:
        left, right, top, bottom = (m + max(0.0, rng.uniform(-0.12, 0.14)) for m in (left, right, top, bottom))
    return float(left), float(right), float(top), float(bottom)
