"""Chromosomes as sequences of segments, each a stretch of one of the 24 reference chromosomes.

Because nothing here knows how a chromosome looks, the same one can be drawn from band tables or cut and spliced from
real crops.
"""

from __future__ import annotations

from dataclasses import dataclass

MARKER = "marker"


@dataclass(frozen=True)
class Segment:
    """A stretch of ``chromosome`` from ``start`` to ``end``, fractions of its length from the top of the short arm."""

    chromosome: str
    start: float = 0.0
    end: float = 1.0
    inverted: bool = False

    @property
    def length(self) -> float:
        """The length as a fraction of the chromosome's."""
        return self.end - self.start


@dataclass(frozen=True)
class Chromosome:
    """One chromosome of a cell: the place it is arranged at, and what it is made of, top to bottom.

    The ends of a ``ring`` are joined.
    """

    place: str
    segments: tuple[Segment, ...]
    ring: bool = False

    @property
    def changed(self) -> bool:
        """Whether its structure differs from the normal chromosome of its place."""
        return self.ring or self.segments != (Segment(self.place),)


def normal_chromosome(name: str) -> Chromosome:
    """Return an unchanged chromosome."""
    return Chromosome(name, (Segment(name),))
