"""Recombination: crops of a real cell cut and spliced into any karyotype, in a look of its own for each page.

Nothing of this is for changed chromosomes alone: normal ones too are now and then spliced from two crops or taken from
another cell, so that a joint or a foreign crop is no evidence of a change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.simulation.chromosomes.axes import draw_axis, draw_ring
from models.simulation.chromosomes.cells import Cell
from models.simulation.chromosomes.finishing import Finish, draw_finish
from models.simulation.chromosomes.material import Patch
from models.simulation.chromosomes.splicing import splice
from models.simulation.chromosomes.stock import Piece, Stock
from models.simulation.chromosomes.warping import Axis, Strip, lay, with_margins
from models.simulation.karyotypes.bands import bandings, centromere
from models.simulation.karyotypes.segments import Chromosome

_DENSITY = 1.3
_LEVEL = 400
_PAPER = 10
_OVERLAP = 0.03
_REACH = 0.10
_STUBBIEST = 1.1  # the length of a small marker, of its width
_MARGIN = 2
_UNCHANGED = np.ones(_MARGIN, np.float32)


@dataclass(frozen=True)
class Treatment:
    """How a page changes the look of its cell.

    ``thickness``: of the chromosomes. ``condensation``: power of their lengths, above 1 the short ones are shorter
    still. ``unlike``: how much homologues differ in size. ``bend``: how much is left of the bends they had.
    ``more_bend``: what is added, see ``draw_axis``. ``gamma``, ``contrast``, ``strength``: of the ink; contrast 0
    leaves it as it is, below 0 it gets flatter. ``foreign``, ``joined``: see ``Stock``.
    """

    thickness: float
    condensation: float
    unlike: float
    bend: float
    more_bend: float
    gamma: float
    contrast: float
    strength: float
    foreign: float
    joined: float
    finish: Finish

    def curve(self, tone: NDArray[np.float64], to: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the ink for each value of ink in a crop, (256,), 0..1, once its cell's ``tone`` is that of ``to``."""
        ink = np.interp(np.arange(256), [0, *tone, 256], [0, *to, 256])
        ink = (np.clip(ink - _PAPER, 0, None) / (255 - _PAPER)) ** self.gamma
        ink -= self.contrast * np.sin(2 * np.pi * ink) / (2 * np.pi)
        return np.asarray(np.clip(self.strength * ink, 0, 1), np.float32)


def draw_treatment(rng: np.random.Generator) -> Treatment:
    """Draw how a page changes the look of its cell."""
    dark, pale = rng.random(2) < 0.12
    return Treatment(
        thickness=float(np.exp(rng.uniform(np.log(0.75), np.log(1.35)))),
        condensation=rng.uniform(0.95, 1.05),
        unlike=rng.uniform(0.0, 0.03),
        bend=rng.uniform(0.4, 1.05),
        more_bend=rng.uniform(0.0, 0.35),
        gamma=rng.uniform(0.35, 0.6) if dark else rng.uniform(0.7, 1.4),
        contrast=rng.uniform(-0.6, 0.0) if dark or pale else rng.uniform(-0.4, 0.8),
        strength=rng.uniform(0.4, 0.65) if pale else rng.uniform(0.8, 1.15),
        foreign=float(rng.choice([0.02, 0.08, 0.30], p=[0.5, 0.3, 0.2])),
        joined=float(rng.choice([0.02, 0.08, 0.30], p=[0.5, 0.3, 0.2])),
        finish=draw_finish(rng, 0.010),
    )


class CropMaterial:
    """Material of one real cell, helped out by cells like it."""

    def __init__(self, rng: np.random.Generator, cell: Cell, alike: Sequence[Cell], treatment: Treatment) -> None:
        """Take a cell, those to borrow from, the most alike first, and how to change their look."""
        self._cell, self._treatment, self.case = cell, treatment, cell.case
        self._stock = Stock(rng, cell, alike, treatment.foreign, treatment.joined)
        self._curves: dict[int, NDArray[np.float32]] = {}

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Cut the segments out of crops, splice them, and finish the result; see ``Material``."""
        treatment, tall, ring = self._treatment, height * _DENSITY, chromosome.ring
        pieces = self._stock.take(rng, chromosome)
        longer, wider = (1 + treatment.unlike * rng.standard_normal(2)).tolist()
        overlap = max(2, round(_OVERLAP * tall))
        wide = tall * wider * treatment.thickness
        strips = [self._strip(piece, tall * longer, wide, overlap) for piece in pieces]
        strip, width = splice(strips, overlap, round(_REACH * tall), ring)
        width *= min(1.0, len(strip) / (_STUBBIEST * wide * self._cell.thickness))
        if rng.random() < 0.5:
            strip = strip[:, ::-1]
        if not ring:
            strip, width = with_margins(strip, _MARGIN, _MARGIN), np.concatenate([_UNCHANGED, width, _UNCHANGED])
        axis = draw_ring(rng) if ring else self._axis(rng, pieces)
        return lay(treatment.finish.apply(rng, strip, tall, ring), axis, _DENSITY, width, ring)

    def _strip(self, piece: Piece, tall: float, wide: float, overlap: int) -> Strip:
        """Return the ink of a piece, and beyond its cuts half of what overlaps its neighbours.

        Chromosome 1 is ``tall`` rows long; the width is as if it were ``wide``.
        """
        segment, cell, straight = piece.segment, piece.cell, piece.crop.straight
        condensed = bandings(_LEVEL)[segment.chromosome].length ** (self._treatment.condensation - 1)
        along = tall / cell.scale * condensed
        beyond = overlap / 2 / along
        top = max(segment.start * straight.length - beyond, 0.0)
        bottom = min(segment.end * straight.length + beyond, float(straight.length))
        rows = max(round((bottom - top) * along), 2 * overlap)
        across = wide * self._cell.thickness / (cell.thickness * cell.scale)
        columns = 2 * round(straight.width * across / 2) + 1
        box = (0.0, top, float(straight.width), bottom)
        picture = np.asarray(straight.picture.resize((columns, rows), Image.Resampling.HAMMING, box))
        strip: Strip = self._curve(cell).take(picture)
        return strip[::-1] if segment.inverted else strip

    def _curve(self, cell: Cell) -> NDArray[np.float32]:
        if id(cell) not in self._curves:
            self._curves[id(cell)] = self._treatment.curve(cell.tone, self._cell.tone)
        return self._curves[id(cell)]

    def _axis(self, rng: np.random.Generator, pieces: Sequence[Piece]) -> Axis:
        """Bend a chromosome as its longest piece was, more or less, to either side."""
        longest = max(pieces, key=lambda piece: piece.segment.length * piece.crop.straight.length)
        bend = self._treatment.bend * (1.0 if rng.random() < 0.5 else -1.0)
        axis: Axis = bend * longest.crop.straight.axis
        return axis + draw_axis(rng, self._treatment.more_bend, centromere(longest.segment.chromosome))
