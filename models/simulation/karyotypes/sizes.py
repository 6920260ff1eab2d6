"""How large a change of structure is: the share of a chromosome arm that is lost, repeated, moved or turned round."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from models.simulation.karyotypes.bands import centromere
from models.simulation.karyotypes.karyotype import Karyotype
from models.simulation.karyotypes.operations import Operation
from models.simulation.karyotypes.segments import Chromosome, Segment, normal_chromosome


def largest_change(karyotype: Karyotype) -> float | None:
    """Return the largest ``arm_share`` among the changes of structure of a karyotype; ``None`` if there are none."""
    return max((arm_share(operation) for operation in karyotype.operations if operation.structural), default=None)


def arm_share(operation: Operation) -> float:
    """Return the largest share of a chromosome arm, 0..1, that does not stand where it stood, once and upright.

    Of a deletion that is the lost part of the arm; of a translocation the larger of the two exchanged ends, each in
    its own arm; of a pericentric inversion the larger of both parts; of whole arms and whole chromosomes 1.
    """
    before = tuple(normal_chromosome(name) for name in operation.taken)
    names = {segment.chromosome for chromosome in (*before, *operation.made) for segment in chromosome.segments}
    arms = [(name, *arm) for name in names for arm in ((0.0, centromere(name)), (centromere(name), 1.0))]
    return max(_changed(name, start, end, before, operation.made) / (end - start) for name, start, end in arms)


def _changed(name: str, start: float, end: float, before: Sequence[Chromosome], made: Sequence[Chromosome]) -> float:
    """Return how much of a stretch changed: the parts whose copies are not those before, or are elsewhere or turned."""
    cuts = {cut for chromosome in made for s in chromosome.segments if s.chromosome == name for cut in (s.start, s.end)}
    edges = [start, *sorted(cut for cut in cuts if start < cut < end), end]
    return sum(
        upper - lower
        for lower, upper in pairwise(edges)
        if _copies(name, (lower + upper) / 2, made) != _copies(name, (lower + upper) / 2, before)
    )


def _copies(name: str, at: float, chromosomes: Sequence[Chromosome]) -> list[tuple[str, bool]]:
    """Return the place and the direction of each copy of a point."""
    return sorted(
        (chromosome.place, segment.inverted)
        for chromosome in chromosomes
        for segment in chromosome.segments
        if segment.chromosome == name and _covers(segment, at)
    )


def _covers(segment: Segment, at: float) -> bool:
    return segment.start <= at < segment.end
