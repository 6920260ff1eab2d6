"""One call from a seed to a simulated karyogram with its truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.chromosomes.material import Material
from models.simulation.chromosomes.painting import Paint
from models.simulation.chromosomes.stains import draw_stain
from models.simulation.karyotypes.draws import draw_by_profile, draw_karyotype
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.profiles import read_profile
from models.simulation.pages.families import Variety
from models.simulation.pages.mosaics import pack
from models.simulation.pages.page import Page, compose
from models.simulation.pages.scans import draw_scan_style
from models.simulation.pages.styles import draw_style

MaterialSource = Callable[[np.random.Generator], Material]


@dataclass(frozen=True)
class Karyogram:
    """A simulated karyogram, what it truly shows, and the case whose cell gives it its look, empty if painted."""

    page: Page
    karyotype: Karyotype
    case: str = ""


def painted(rng: np.random.Generator) -> Material:
    """Draw a cell painted from band tables."""
    return Paint(draw_stain(rng))


def recombined(library: CropLibrary) -> MaterialSource:
    """Return a source of cells recombined from real crops."""
    return library.draw_cell


def draw_truth(rng: np.random.Generator, abnormal_share: float, kind: Kind | None, profile: str) -> Karyotype:
    """Draw a karyotype: of a kind, or as often abnormal as told and then by a profile; see ``simulate``."""
    return draw_karyotype(rng, kind) if kind else draw_by_profile(rng, read_profile(profile), abnormal_share)


def simulate(
    rng: np.random.Generator,
    source: MaterialSource,
    abnormal_share: float,
    kind: Kind | None = None,
    width: int = 480,
    *,
    profile: str = "training",
    variety: Variety = Variety.WIDE,
) -> Karyogram:
    """Simulate one karyogram.

    Args:
        rng: source of all randomness.
        source: draws the material of a cell.
        abnormal_share: probability of an abnormal karyotype, 0..1; not used when ``kind`` is given.
        kind: the kind of karyotype, instead of a drawn one.
        width: of the page in pixels.
        profile: name of the profile that says how often each abnormal karyotype occurs; not used with ``kind``.
        variety: how much pages differ.

    Raises:
        ValueError: there is no such profile.
    """
    karyotype = draw_truth(rng, abnormal_share, kind, profile)
    material = source(rng)
    if variety is Variety.MOSAIC:
        page = pack(rng, karyotype, material, draw_scan_style(rng, variety), width)
    else:
        page = compose(rng, karyotype, material, draw_style(rng, variety), width)
    return Karyogram(page, karyotype, material.case)
