"""A karyotype to suggest: ISCN for what the findings head counts, where the passes agree on every chromosome.

The vote for normal or abnormal alone never suggests anything: it says nothing about chromosomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.judging.findings import Census, judged_together, surplus
from models.judging.triage import Finding
from models.judging.uncertainty import Label
from models.simulation.karyotypes.karyotype import Karyotype, Kind
from models.simulation.karyotypes.operations import Gain, Loss, Operation

AGREED = 0.95
"""The least share of the passes that must see the same number of a chromosome, and no changed structure of it."""

_NAMED = 3


@dataclass(frozen=True)
class Suggestion:
    """A karyotype for a person to check: ``iscn`` such as ``47,XY,+21``, or ``None`` and the ``reason`` why not."""

    iscn: str | None
    reason: str = ""


UNREADABLE = Suggestion(None, "the picture does not look like a karyogram")


def suggest(census: Census, findings: Sequence[Finding], label: Label) -> Suggestion:
    """Suggest the karyotype that a readable karyogram shows.

    There is one only if at least 95 % of the passes see the same number of each chromosome (of X and Y as a pair), at
    least 95 % see no changed structure of it, an X was counted, the findings are exactly the numbers that differ from
    a normal karyotype, and the vote for normal or abnormal fits them.

    Args:
        census: what the findings head counts.
        findings: what ``models.judging.findings.find`` makes of it.
        label: the winning label of the passes.
    """
    numbers = _winning_numbers(census)
    reason = _reason_against(census, numbers, findings, label)
    return Suggestion(None, reason) if reason else Suggestion(iscn_of(numbers))


def _winning_numbers(census: Census) -> dict[str, int]:
    """Return the copy number that most passes see of each chromosome; of two with as many, the smaller one."""
    votes = (census.numbers[:, :, None] == np.arange(census.copies.shape[1])).sum(axis=0)  # (T, 24, 5) -> (24, 5)
    return dict(zip(CHROMOSOMES, votes.argmax(axis=1).tolist(), strict=True))


def _reason_against(census: Census, numbers: Mapping[str, int], findings: Sequence[Finding], label: Label) -> str:
    """Say why no karyotype is suggested; empty where one is."""
    enough = AGREED * census.passes
    unsure = [name for name in CHROMOSOMES if _votes(census, numbers, name) < enough]
    changed = [name for name, intact in zip(CHROMOSOMES, (~census.changed).sum(axis=0), strict=True) if intact < enough]
    wrong = surplus(numbers)
    if unsure:
        return f"the passes do not agree on the number of {_listed(unsure)}"
    if changed:
        return f"some passes see a changed structure of {_listed(changed)}, and none tells its break points"
    if not numbers["X"]:
        return "no X was counted, and nobody lives without one"
    if {finding.chromosome for finding in findings} != set(wrong):
        return "the findings are not what the passes count"
    if bool(wrong) != (label is Label.ABNORMAL):
        counted = "a wrong number of a chromosome" if wrong else "the normal number of every chromosome"
        return f"most passes vote {label.value}, but they count {counted}"
    return ""


def _votes(census: Census, numbers: Mapping[str, int], chromosome: str) -> int:
    return census.votes({name: numbers[name] for name in judged_together(chromosome)})


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"chromosome{'s' if len(names) > 1 else ''} {', '.join(names[:_NAMED])}{more}"


def iscn_of(numbers: Mapping[str, int]) -> str | None:
    """Write how many copies there are of each of ``CHROMOSOMES`` as ISCN, ``47,XY,+21``; None without any X or Y."""
    if not numbers["X"] + numbers["Y"]:
        return None
    changes: list[Operation] = []
    for name in AUTOSOMES:
        extra = numbers[name] - 2
        changes += [Gain(name)] * extra + [Loss(name)] * -extra
    # any number of each chromosome is what the simulation calls dense; ISCN does not tell the kind
    return Karyotype(Kind.DENSE, "X" * numbers["X"] + "Y" * numbers["Y"], tuple(changes)).iscn
