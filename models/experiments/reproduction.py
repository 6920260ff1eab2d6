"""Whether runs that were done again say what they said before: figure by figure, within the interval or not.

Figures are judged twice. By the calibrated probability, whose one half is fitted on the validation side, most of them
reproduce on other processors too. At one half of the plain probability only the same kind of processor repeats them: a
head that answers near one half to everything changes all its labels by a rounding.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.experiments.figures import Column, Figure, figures
from models.experiments.record import Record

MOST_OUTSIDE = 0.05
"""Share of the figures that may lie outside: an interval of 95 % is expected to miss one in twenty."""


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


def compared(before: Sequence[Record], after: Sequence[Record], by: Column) -> Iterator[Reproduction]:
    """Compare every run that stands in both, in the order of ``before``, judged ``by`` one of the columns."""
    again = {(record.experiment, record.name): record for record in after}
    for record in before:
        if other := again.get((record.experiment, record.name)):
            yield reproduced(record, other, by)


def reproduced(before: Record, after: Record, by: Column) -> Reproduction:
    """Compare all figures of one run."""
    old, new = figures(before.predictions, by), figures(after.predictions, by)
    differing = {name: (old[name], new[name]) for name in old if not _same(old[name], new[name])}
    outside = {name: pair for name, pair in differing.items() if not _holds(*pair)}
    run = f"{before.experiment} {before.name}"
    return Reproduction(run, len(old) - len(differing), len(differing) - len(outside), outside)


def _same(one: Figure, other: Figure) -> bool:
    return one.value == other.value or (math.isnan(one.value) and math.isnan(other.value))


def _holds(one: Figure, other: Figure) -> bool:
    return one.low <= other.value <= one.high


def holds(found: Sequence[Reproduction]) -> bool:
    """Whether no more figures lie outside than ``MOST_OUTSIDE`` of all; of none at all they do."""
    equal, within, outside = _sums(found)
    return outside <= MOST_OUTSIDE * (equal + within + outside)


def _sums(found: Sequence[Reproduction]) -> tuple[int, int, int]:
    return sum(one.equal for one in found), sum(one.within for one in found), sum(len(one.outside) for one in found)


def lines(calibrated: Sequence[Reproduction], plain: Sequence[Reproduction]) -> Iterator[str]:
    """Say it: what differs by each column, a line for each run and for each figure outside, then sums and verdict."""
    told = {
        "By the calibrated probability": calibrated,
        "At one half of the plain probability, which only the same kind of processor repeats": plain,
    }
    for title, found in told.items():
        yield f"{title}:"
        yield from _differing(found)
    for title, found in told.items():
        equal, within, outside = _sums(found)
        share = outside / max(equal + within + outside, 1)
        yield (
            f"{title}: {len(found)} runs, {equal} figures equal, {within} within the 95 % interval, "
            f"{outside} outside ({share:.1%})"
        )
    yield (
        f"{'Reproduced: at most' if holds(calibrated) else 'Not reproduced: more than'} {MOST_OUTSIDE:.0%} of the "
        "figures by the calibrated probability lie outside."
    )


def _differing(found: Sequence[Reproduction]) -> Iterator[str]:
    for one in found:
        if one.within or one.outside:
            yield f"  {one.run}: {one.equal} equal, {one.within} within the interval, {len(one.outside)} outside"
        for name, (old, new) in one.outside.items():
            yield f"    {name}: {old.value:.3f} ({old.low:.3f} to {old.high:.3f}) before, {new.value:.3f} now"
