"""Changes of structure that a reader can see: what the simulation draws from.

Chromosomes are cut at the edges of their bands at 550 bands. What a change moves, loses or repeats is never less than a
tenth of chromosome 1, or a fifth of its own chromosome if that is less: about two bands at 400, below which the picture
hardly differs from a normal one. What is lost, repeated or exchanged is never most of the chromosome either. The short
arms of acrocentric chromosomes are not cut: their loss is seen in healthy people.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations, product

from models.simulation.karyotypes.bands import bandings, break_bands, break_point, centromere
from models.simulation.karyotypes.exchanges import ACROCENTRIC
from models.simulation.karyotypes.rearrangements import Deletion, Duplication, Inversion, Ring
from models.simulation.karyotypes.segments import Segment

_LEVEL = 550
_READABLE = 0.1
_READABLE_OF_OWN = 0.2
_MOST = 0.5
_MOST_EXCHANGED = 0.7
_LONGEST_MARKER = 0.5


def readable(chromosome: str) -> float:
    """Return the shortest stretch whose change can be seen, as a fraction of the chromosome."""
    return min(_READABLE / bandings(_LEVEL)[chromosome].length, _READABLE_OF_OWN)


@cache
def deletions(chromosome: str, terminal: bool) -> tuple[Deletion, ...]:
    """Return the readable deletions of one end, or of a stretch within an arm."""
    bands = [(band,) for arm in _arms(chromosome) for band in break_bands(chromosome, arm, _LEVEL)]
    found = [Deletion(chromosome, names) for names in (bands if terminal else _within_arms(chromosome))]
    return tuple(change for change in found if _is_readable(change.span, chromosome))


@cache
def duplications(chromosome: str) -> tuple[Duplication, ...]:
    """Return the readable duplications, direct and inverted."""
    found = [
        Duplication(chromosome, order) for names in _within_arms(chromosome) for order in (names, (names[1], names[0]))
    ]
    return tuple(change for change in found if _is_readable(change.span, chromosome))


@cache
def inversions(chromosome: str, pericentric: bool) -> tuple[Inversion, ...]:
    """Return the readable inversions: with the centromere, or within an arm."""
    pairs = _across(chromosome) if pericentric else _within_arms(chromosome)
    found = [Inversion(chromosome, names) for names in pairs]
    return tuple(change for change in found if change.span[1] - change.span[0] >= readable(chromosome))


@cache
def rings(chromosome: str) -> tuple[Ring, ...]:
    """Return the rings that lost a readable part, never most."""
    found = [Ring(chromosome, names) for names in _across(chromosome)]
    kept = [(ring, ring.span[1] - ring.span[0]) for ring in found]
    return tuple(ring for ring, length in kept if readable(chromosome) <= 1 - length <= _MOST)


@cache
def exchanges(chromosome: str) -> tuple[str, ...]:
    """Return the bands in which a chromosome can break so that its end is readable, and not nearly all of it."""
    bands = [band for arm in _arms(chromosome) for band in break_bands(chromosome, arm, _LEVEL)]
    ends = [(band, break_point(chromosome, band)) for band in bands]
    lengths = [(band, at if band.startswith("p") else 1 - at) for band, at in ends]
    return tuple(band for band, length in lengths if readable(chromosome) <= length <= _MOST_EXCHANGED)


@cache
def pieces(chromosome: str) -> tuple[Segment, ...]:
    """Return the readable pieces around the centromere, of half the chromosome at most: markers."""
    found = [(break_point(chromosome, p), break_point(chromosome, q)) for p, q in _across(chromosome)]
    middle = centromere(chromosome)
    lengths = [(start, end) for start, end in found if start < middle < end]
    return tuple(
        Segment(chromosome, start, end)
        for start, end in lengths
        if readable(chromosome) <= end - start <= _LONGEST_MARKER
    )


def _arms(chromosome: str) -> str:
    return "q" if chromosome in ACROCENTRIC else "pq"


def _within_arms(chromosome: str) -> list[tuple[str, str]]:
    return [pair for arm in _arms(chromosome) for pair in combinations(break_bands(chromosome, arm, _LEVEL), 2)]


def _across(chromosome: str) -> list[tuple[str, str]]:
    return list(product(break_bands(chromosome, "p", _LEVEL), break_bands(chromosome, "q", _LEVEL)))


def _is_readable(span: tuple[float, float], chromosome: str) -> bool:
    return readable(chromosome) <= span[1] - span[0] <= _MOST
