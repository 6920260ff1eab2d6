"""What is settled about a page before chromosomes are drawn for it, and how large they may then be."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from models.simulation.karyotypes.bands import bandings, centromere
from models.simulation.karyotypes.segments import Chromosome
from models.simulation.pages.layouts import BOTH_SEXES, Layout
from models.simulation.pages.spacings import Spacing

_LEAST_LENGTH, _FITTING_LENGTH, _MOST_LENGTH = 0.11, 0.16, 0.32
_PAIR_WIDTH = 0.34  # of a pair, in lengths of chromosome 1


@dataclass(frozen=True)
class Room:
    """What captions need, in fractions of the page's width.

    ``above`` and ``below`` each row, ``beside`` each place on its left, at the ``head`` and the ``foot`` of the page.
    """

    above: float = 0.0
    below: float = 0.0
    beside: float = 0.0
    head: float = 0.0
    foot: float = 0.0

    def __add__(self, other: Room) -> Room:
        return Room(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class Plan:
    """A page before anything stands on it; ``width`` is in pixels."""

    layout: Layout
    spacing: Spacing
    room: Room
    width: int

    @property
    def longest(self) -> float:
        """The length of chromosome 1 with which all chromosomes fit, in pixels; a page too low for it grows."""
        left, right, top, bottom = self.spacing.margins
        room, rows = self.room, self.layout.rows
        lengths = [max(relative_length(place) for place in row if place) for row in rows]
        most = max(sum(place is not None for place in row) for row in rows)
        height = self.spacing.aspect - top - bottom - room.head - room.foot - len(rows) * (room.above + room.below)
        width = (1 - left - right) / most - room.beside
        fitting = min(height / sum(lengths), width / (_PAIR_WIDTH + max(0.0, self.spacing.gap)))
        wanted = self.spacing.size * max(fitting, _FITTING_LENGTH)
        return min(max(wanted, _LEAST_LENGTH), _MOST_LENGTH) * self.width


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
