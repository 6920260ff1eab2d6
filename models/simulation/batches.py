"""Batches of simulated cases: each case has its karyotype, some are mosaics, and each of its cells is a karyogram.

A case depends on the seed of its batch, its number and its cells alone: any number of processes draws the same pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from models.simulation.chromosomes.crops import CropLibrary
from models.simulation.karyograms import Karyogram, MaterialSource, draw_truth, painted, recombined
from models.simulation.karyotypes.draws import draw_mosaic
from models.simulation.karyotypes.karyotype import Karyotype, Kind, Mosaic
from models.simulation.karyotypes.profiles import PROFILES
from models.simulation.pages.families import Variety
from models.simulation.pages.page import compose
from models.simulation.pages.styles import draw_style

_ACQUIRED = ("leukaemia",)  # profiles of changes that arise in a tumour: normal cells beside them make no mosaic person


class SimulationError(ValueError):
    """What was asked for cannot be simulated."""


@dataclass(frozen=True)
class Batch:
    """What simulated cases are made of; small and picklable, so that every process can draw its share of them.

    ``pictures``: how many karyograms. ``cells``: of each case; the last one may have fewer. ``abnormal_share``: of the
    cases, 0..1. ``mosaic_share``: of the abnormal cases with 2 cells or more, 0..1. ``kind``: of all karyotypes,
    instead of a profile's. ``width``: of the pages in pixels. ``crops``: archive of real chromosome crops to recombine,
    or ``None`` for painted chromosomes.
    """

    pictures: int
    seed: int = 0
    cells: int = 1
    abnormal_share: float = 0.5
    mosaic_share: float = 0.25
    kind: Kind | None = None
    profile: str = PROFILES[0]
    variety: Variety = Variety.WIDE
    width: int = 960
    crops: Path | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("pictures", "cells"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, got {getattr(self, name)}")
        for name in ("abnormal_share", "mosaic_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, got {getattr(self, name)}")

    @property
    def cases(self) -> int:
        """The number of cases."""
        return -(-self.pictures // self.cells)

    def cells_of(self, case: int) -> int:
        """Return the number of cells of a case, counted from 0."""
        return min(self.cells, self.pictures - case * self.cells)


@dataclass(frozen=True)
class Cell:
    """One cell of a simulated case: its number from 1, its karyogram, and the ISCN of all cells of the case."""

    number: int
    karyogram: Karyogram
    case_karyotype: str


def draw_case(batch: Batch, case: int) -> Iterator[Cell]:
    """Draw the cells of a case, counted from 0; the pages of all are arranged, captioned and scanned alike.

    Raises:
        FileNotFoundError: there is no archive of crops where the batch says.
        SimulationError: there are no crops in it.
    """
    source = _open(batch.crops)
    rng = np.random.default_rng([batch.seed, case])
    mosaic = _draw_clones(rng, batch, batch.cells_of(case))
    style = draw_style(rng, batch.variety)
    karyotypes = [karyotype for karyotype, cells in mosaic.clones for _ in range(cells)]
    written = mosaic.iscn if len(mosaic.clones) > 1 else karyotypes[0].iscn
    for number, index in enumerate(rng.permutation(len(karyotypes)), 1):
        karyotype = karyotypes[index]
        page = compose(rng, karyotype, source(rng), style, batch.width)
        yield Cell(number, Karyogram(page, karyotype), written)


def _draw_clones(rng: np.random.Generator, batch: Batch, cells: int) -> Mosaic:
    karyotype: Karyotype = draw_truth(rng, batch.abnormal_share, batch.kind, batch.profile)
    if cells > 1 and karyotype.abnormal and rng.random() < batch.mosaic_share:
        return replace(draw_mosaic(rng, karyotype, cells), acquired=batch.profile in _ACQUIRED)
    return Mosaic(((karyotype, cells),))


@cache
def _open(crops: Path | None) -> MaterialSource:
    """Open drawing material once in each process."""
    if crops is None:
        return painted
    try:
        return recombined(CropLibrary.read(crops, lambda case: True))
    except BadZipFile as error:
        raise SimulationError(f"{crops}: expected a ZIP archive of chromosome crops, found another file") from error
    except ValueError as error:
        raise SimulationError(str(error)) from error
