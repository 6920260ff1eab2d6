"""What a page that was read shows, for people: numbers, findings, a karyotype to suggest, and what to check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.judging.findings import Census, FindingLimits, find
from models.judging.pool import Floats
from models.judging.suggestion import Suggestion, suggest
from models.judging.triage import Finding
from models.judging.uncertainty import Label
from models.reading.reader import JUNK, OTHER, Reading

_FEWEST = 20
_SURE = 0.6
_NAMED = 4
_TOGETHER = 0.9


@dataclass(frozen=True)
class Conclusion:
    """What the reader concludes.

    ``counts``: the likeliest number of each of ``CHROMOSOMES``, by name. ``findings``: what differs from a normal set.
    ``suggestion``: a karyotype for a person to check, or why there is none. ``normal``: how probable a normal set is,
    averaged over the passes. ``doubts``: why a person should check the page, in plain words; none where it was read
    safely.
    """

    counts: dict[str, int]
    findings: tuple[Finding, ...]
    suggestion: Suggestion
    normal: float
    doubts: tuple[str, ...]


def conclude(reading: Reading, limits: FindingLimits) -> Conclusion:
    """Put what was read into words.

    Args:
        reading: of a page.
        limits: from which probability on a finding is reported.
    """
    counted = census(reading, limits)
    findings = find(counted, limits)
    normal = float(reading.normal.mean())
    label = Label.NORMAL if normal > 1 - normal else Label.ABNORMAL
    doubts = doubts_about(reading, reading.counts)
    suggestion = Suggestion(None, doubts[0]) if doubts else suggest(counted, findings, label)
    counts = dict(zip(CHROMOSOMES, reading.counts.argmax(axis=1).tolist(), strict=True))
    return Conclusion(counts, findings, suggestion, normal, doubts)


def doubts_about(reading: Reading, counts: Floats) -> tuple[str, ...]:
    """Say why a person should check a page; empty where it was read safely.

    Args:
        reading: of the page.
        counts: (24, 5), how probable each number of each chromosome is, by all that counts.
    """
    return tuple(_doubts(reading, counts))


def census(reading: Reading, limits: FindingLimits) -> Census:
    """Return what a reading counts and how homologues differ; a pass sees a change from the limit of a finding on."""
    changed, seen = changes(reading, limits)
    words = {} if reading.homologues is None else reading.homologues.in_words()
    return Census(reading.counts, changed, reading.numbers, seen, words)


def changes(reading: Reading, limits: FindingLimits) -> tuple[Floats, NDArray[np.bool_]]:
    """Return how probably each chromosome is changed, (24,), and which changes each pass sees, (T, 24)."""
    if reading.homologues is None:
        return np.zeros(len(CHROMOSOMES)), np.zeros_like(reading.numbers, np.bool_)
    changed = reading.homologues.by_chromosome()
    return changed.mean(axis=0), changed >= limits.structural


def _doubts(reading: Reading, counts: Floats) -> Iterator[str]:
    found = int((reading.kinds != JUNK).sum())
    if found < _FEWEST:
        yield f"please check: only {found} chromosomes were found"
    strange = int((reading.kinds == OTHER).sum())
    if strange:
        objects = "object looks like a chromosome and fits" if strange == 1 else "objects look like chromosomes and fit"
        yield f"please check: {strange} {objects} nowhere"
    unsure = [name for name, row in zip(CHROMOSOMES, counts, strict=True) if row.max() < _SURE]
    if unsure:
        more = f" and {len(unsure) - _NAMED} more" if len(unsure) > _NAMED else ""
        yield f"please check: the number of {', '.join(unsure[:_NAMED])}{more} is not sure"
    together = float(counts.max(axis=1).prod())
    pairs = zip(CHROMOSOMES, counts.argmax(axis=1), reading.counts.argmax(axis=1), strict=True)
    apart = [name for name, one, other in pairs if one != other]
    if apart:
        yield f"please check: network and reader count different numbers of {', '.join(apart[:_NAMED])}"
    if not unsure and together < _TOGETHER:
        yield f"please check: that all numbers are right is only {together:.0%} sure".replace("%", " %")
