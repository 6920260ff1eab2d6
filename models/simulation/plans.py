"""What is settled about a page before chromosomes are drawn for it, and how large they may then be."""

from __future__ import annotations

from dataclasses import dataclass

from models.simulation.bands import bandings, centromere
from models.simulation.karyotypes import Chromosome
from models.simulation.layouts import BOTH_SEXES, Layout
from models.simulation.spacings import Spacing

_LEAST_LENGTH, _MOST_LENGTH = 0.11, 0.32
_PAIR_WIDTH = 0.38  # of a pair with what parts it from the next, in lengths of chromosome 1


@dataclass(frozen=True)
class Room:
    """What captions need, in fractions of the page's width: above and below each row, above and below all rows."""

    above: float = 0.0
    below: float = 0.0
    head: float = 0.0
    foot: float = 0.0

    def __add__(self, other: Room) -> Room:
        return Room(self.above + other.above, self.below + other.below, self.head + other.head, self.foot + other.foot)


@dataclass(frozen=True)
class Plan:
    """A page before anything stands on it; ``width`` is in pixels."""

    layout: Layout
    spacing: Spacing
    room: Room
    width: int

    @property
    def longest(self) -> float:
        """The length of chromosome 1 with which all chromosomes fit, in pixels."""
        left, right, top, bottom = self.spacing.margins
        room, rows = self.room, self.layout.rows
        lengths = [max(relative_length(place) for place in row if place) for row in rows]
        most = max(sum(place is not None for place in row) for row in rows)
        height = self.spacing.aspect - top - bottom - room.head - room.foot - len(rows) * (room.above + room.below)
        fitting = min(height / sum(lengths), (1 - left - right) / (most * _PAIR_WIDTH))
        return min(max(self.spacing.size * fitting, _LEAST_LENGTH), _MOST_LENGTH) * self.width


def relative_length(place: str) -> float:
    """Return the length of the longest chromosome of a place relative to chromosome 1; 0 for that of markers."""
    name, table = "X" if place == BOTH_SEXES else place, bandings(550)
    return table[name].length if name in table else 0.0


def centromere_of(chromosome: Chromosome) -> float:
    """Return where the first centromere of a chromosome is, as a fraction from its top; 0.5 if it has none."""
    table, above, found = bandings(550), 0.0, None
    for segment in chromosome.segments:
        length, at = table[segment.chromosome].length, centromere(segment.chromosome)
        if found is None and segment.start <= at <= segment.end:
            found = above + (segment.end - at if segment.inverted else at - segment.start) * length
        above += segment.length * length
    return 0.5 if found is None else found / above
