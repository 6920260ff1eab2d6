"""What a page that was read shows, for people: numbers, findings, a karyotype to suggest, and what to check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.chromosomes import CHROMOSOMES
from models.judging.findings import Census, FindingLimits, find
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
    doubts = doubts_about(reading)
    suggestion = Suggestion(None, doubts[0]) if doubts else suggest(counted, findings, label)
    counts = dict(zip(CHROMOSOMES, reading.counts.argmax(axis=1).tolist(), strict=True))
    return Conclusion(counts, findings, suggestion, normal, doubts)


def doubts_about(reading: Reading) -> tuple[str, ...]:
    """Say why a person should check what was read; empty where it was read safely."""
    return tuple(_doubts(reading))


def census(reading: Reading, limits: FindingLimits) -> Census:
    """Return what a reading counts and how homologues differ; a pass sees a change from the limit of a finding on."""
    if reading.homologues is None:
        nothing = np.zeros_like(reading.numbers, np.bool_)
        return Census(reading.counts, np.zeros(len(CHROMOSOMES)), reading.numbers, nothing)
    changed = reading.homologues.by_chromosome()
    seen = changed >= limits.structural
    return Census(reading.counts, changed.mean(axis=0), reading.numbers, seen, reading.homologues.in_words())


def _doubts(reading: Reading) -> Iterator[str]:
    found = int((reading.kinds != JUNK).sum())
    if found < _FEWEST:
        yield f"please check: only {found} chromosomes were found"
    strange = int((reading.kinds == OTHER).sum())
    if strange:
        objects = "object looks like a chromosome and fits" if strange == 1 else "objects look like chromosomes and fit"
        yield f"please check: {strange} {objects} nowhere"
    unsure = [name for name, row in zip(CHROMOSOMES, reading.counts, strict=True) if row.max() < _SURE]
    if unsure:
        more = f" and {len(unsure) - _NAMED} more" if len(unsure) > _NAMED else ""
        yield f"please check: the number of {', '.join(unsure[:_NAMED])}{more} is not sure"
    together = float(reading.counts.max(axis=1).prod())
    if not unsure and together < _TOGETHER:
        yield f"please check: that all numbers are right is only {together:.0%} sure".replace("%", " %")
