"""The crops a page is made of: each stretch of a cell's crops is used once, then come crops of cells like it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.simulation.chromosomes.cells import Cell, Crop
from models.simulation.karyotypes.bands import bandings
from models.simulation.karyotypes.segments import Chromosome, Segment

_LEVEL = 400
_DONORS = 10
_END = 0.035


@dataclass(frozen=True)
class Piece:
    """A stretch of a crop of a cell."""

    segment: Segment
    crop: Crop
    cell: Cell


@dataclass
class _Opened:
    """A crop of the page's cell and the stretches of it already on the page."""

    crop: Crop
    used: list[Segment] = field(default_factory=list)

    def is_free(self, segment: Segment) -> bool:
        return all(segment.end <= other.start or other.end <= segment.start for other in self.used)


class Stock:
    """Crops to take pieces from.

    A translocation takes both derivatives from the same two crops, as in life, and leaves the normal homologues their
    own. Of the whole chromosomes some are taken from other cells too, and some are spliced from two crops.
    """

    def __init__(
        self, rng: np.random.Generator, cell: Cell, alike: Sequence[Cell], foreign: float, joined: float
    ) -> None:
        """Open a cell; ``alike``: other cells, the most alike first; ``foreign``, ``joined``: shares, 0..1."""
        self._cell, self._alike, self._foreign, self._joined = cell, alike, foreign, joined
        self._own = {
            name: [_Opened(crops[index]) for index in rng.permutation(len(crops))] for name, crops in cell.crops.items()
        }

    def take(self, rng: np.random.Generator, chromosome: Chromosome) -> list[Piece]:
        """Take the pieces of a chromosome from top to bottom.

        Raises:
            ValueError: no cell has a chromosome it is made of.
        """
        if not chromosome.changed and rng.random() < self._joined:
            return self._join(rng, chromosome.place)
        opened: dict[str, _Opened] = {}
        pieces = [self._take(rng, segment, opened) for segment in chromosome.segments]
        return pieces if chromosome.ring else _cap(_cap(pieces, top=True), top=False)

    def _join(self, rng: np.random.Generator, name: str) -> list[Piece]:
        """Take a normal chromosome from two crops, one of them of another cell."""
        cut = rng.uniform(0.12, 0.88)
        upper, lower = Segment(name, 0.0, cut), Segment(name, cut, 1.0)
        if rng.random() < 0.5:
            return [self._take(rng, upper, {}), self._borrow(rng, lower)]
        return [self._borrow(rng, upper), self._take(rng, lower, {})]

    def _take(self, rng: np.random.Generator, segment: Segment, opened: dict[str, _Opened]) -> Piece:
        own = self._find_own(segment, opened)
        if own is None or rng.random() < self._foreign:
            return self._borrow(rng, segment)
        own.used.append(segment)
        opened[segment.chromosome] = own
        return Piece(segment, own.crop, self._cell)

    def _find_own(self, segment: Segment, opened: dict[str, _Opened]) -> _Opened | None:
        crops = self._own.get(segment.chromosome, [])
        if segment.chromosome in opened:
            crops = [opened[segment.chromosome]]
        free = [crop for crop in crops if crop.is_free(segment)]
        return max(free, key=lambda crop: len(crop.used), default=None)

    def _borrow(self, rng: np.random.Generator, segment: Segment) -> Piece:
        donors = [cell for cell in self._alike if segment.chromosome in cell.crops][:_DONORS]
        if not donors:
            raise ValueError(f"crops: expected a chromosome {segment.chromosome} in some cell, found none")
        cell = donors[int(rng.integers(len(donors)))]
        crops = cell.crops[segment.chromosome]
        return Piece(segment, crops[int(rng.integers(len(crops)))], cell)


def _cap(pieces: list[Piece], top: bool) -> list[Piece]:
    """Give a chromosome that was cut off at its top or bottom a natural end: that of the same crop, for as much."""
    outer = pieces[0] if top else pieces[-1]
    segment = outer.segment
    lost_short_arm = top != segment.inverted
    if (segment.start if lost_short_arm else 1 - segment.end) == 0:
        return pieces
    share = min(_END / bandings(_LEVEL)[segment.chromosome].length, segment.length / 2)
    if lost_short_arm:
        end, rest = replace(segment, start=0.0, end=share), replace(segment, start=segment.start + share)
    else:
        end, rest = replace(segment, start=1 - share, end=1.0), replace(segment, end=segment.end - share)
    capped = [replace(outer, segment=end), replace(outer, segment=rest)]
    return [*capped, *pieces[1:]] if top else [*pieces[:-1], *capped[::-1]]
