"""Whether runs that were done again say what they said before: figure by figure, within the interval or not."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.experiments.figures import Figure, figures
from models.experiments.record import Record


@dataclass(frozen=True)
class Reproduction:
    """One run, done twice.

    ``equal``: how many figures are the same. ``within``: how many others lie in the 95 % interval of the first run.
    ``outside``: the remaining ones by name, as they were in the first run and in the second; NaN where one of the two
    does not define a figure.
    """

    run: str
    equal: int
    within: int
    outside: Mapping[str, tuple[Figure, Figure]]


def compared(before: Sequence[Record], after: Sequence[Record]) -> Iterator[Reproduction]:
    """Compare every run that stands in both, in the order of ``before``."""
    again = {(record.experiment, record.name): record for record in after}
    for record in before:
        if other := again.get((record.experiment, record.name)):
            yield reproduced(record, other)


def reproduced(before: Record, after: Record) -> Reproduction:
    """Compare all figures of one run."""
    old, new = figures(before.predictions), figures(after.predictions)
    differing = {name: (old[name], new[name]) for name in old if not _same(old[name], new[name])}
    outside = {name: pair for name, pair in differing.items() if not _holds(*pair)}
    run = f"{before.experiment} {before.name}"
    return Reproduction(run, len(old) - len(differing), len(differing) - len(outside), outside)


def _same(one: Figure, other: Figure) -> bool:
    return one.value == other.value or (math.isnan(one.value) and math.isnan(other.value))


def _holds(one: Figure, other: Figure) -> bool:
    return one.low <= other.value <= one.high


def lines(found: Sequence[Reproduction]) -> Iterator[str]:
    """Say it: a line for each run that differs, one for each figure outside, and the sum of all."""
    for one in found:
        if one.within or one.outside:
            yield f"{one.run}: {one.equal} equal, {one.within} within the interval, {len(one.outside)} outside"
        for name, (old, new) in one.outside.items():
            yield f"  {name}: {old.value:.3f} ({old.low:.3f} to {old.high:.3f}) before, {new.value:.3f} now"
    equal, within = sum(one.equal for one in found), sum(one.within for one in found)
    outside = sum(len(one.outside) for one in found)
    yield f"{len(found)} runs: {equal} figures equal, {within} within the 95 % interval, {outside} outside"
