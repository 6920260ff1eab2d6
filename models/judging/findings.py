"""Per-chromosome findings: from what the findings head says to short texts such as ``+21``. NumPy only.

One rule decides: a finding is reported by its mean probability over the passes, against the limits on the model's card.
The votes of the single passes say how far they agree with it, and never whether it is reported.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.counts import COPY_NUMBERS, miscount_probability
from models.judging.triage import Finding

_AMOUNT = {1: "", 2: " twice", 3: " three times", 4: " four times"}
_NUMBER = ("no", "one", "two", "three", "four")


@dataclass(frozen=True)
class FindingLimits:
    """The least probability, 0..1, from which a finding is reported; stored on the model's card.

    ``copies``: of one wrong number. ``structural``: of a change. ``miscount``: that any number is wrong; where none is
    reported for itself, the likeliest is then named as suspected.
    """

    copies: float = 0.5
    structural: float = 0.5
    miscount: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a limit that is no probability."""
        for name in ("copies", "structural", "miscount"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, got {value!r}")


@dataclass(frozen=True)
class Census:
    """What the findings head counts on one karyogram; the 24 chromosomes are in the order of ``CHROMOSOMES``.

    ``copies`` (24, 5): probabilities of 0..4 copies, averaged over the passes; each row sums to one. ``structural``
    (24,): probability that a copy is structurally changed, likewise. ``numbers`` (T, 24): the likeliest copy number in
    each pass. ``changed`` (T, 24): whether the pass sees a structural change. ``in_words``: what such a change looks
    like, by chromosome, where more can be said.
    """

    copies: NDArray[np.floating]
    structural: NDArray[np.floating]
    numbers: NDArray[np.int8]
    changed: NDArray[np.bool_]
    in_words: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse wrong shapes and values that are no probabilities."""
        classes = len(CHROMOSOMES)
        shapes = {
            "copies": (classes, COPY_NUMBERS),
            "structural": (classes,),
            "numbers": (max(1, self.passes), classes),
            "changed": (max(1, self.passes), classes),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} must have shape {shape}, got {getattr(self, name).shape}")
        for name in ("copies", "structural"):
            values = getattr(self, name)
            # written so that a NaN raises; the rounding of a softmax may pass 1 by a hair
            if not np.all((values >= 0.0) & (values <= 1.0 + 1e-5)):
                raise ValueError(f"{name} must hold probabilities between 0 and 1, got {values.min()}..{values.max()}")

    @property
    def passes(self) -> int:
        """The number of passes, T."""
        return len(self.numbers)

    def votes(self, numbers: Mapping[str, int]) -> int:
        """Count the passes that see these copy numbers, all of them at once, such as ``{"X": 1, "Y": 0}``."""
        seen = [self.numbers[:, CHROMOSOMES.index(name)] == number for name, number in numbers.items()]
        return int(np.all(seen, axis=0).sum())


def find(census: Census, limits: FindingLimits) -> tuple[Finding, ...]:
    """Name what differs from a normal karyotype.

    Args:
        census: what the findings head counts.
        limits: the least probabilities; that of X and Y together is the product of theirs.

    Returns:
        The findings in the order of the chromosomes, wrong numbers before structural changes. A number is suspected
        only where none is reported for itself.
    """
    numerical = [*_numerical(census, limits.copies)]
    if not numerical and miscount_probability(census.copies) >= limits.miscount:
        numerical = [*_suspected(census)]
    return (*numerical, *_structural(census, limits.structural))


def surplus(numbers: Mapping[str, int]) -> dict[str, int]:
    """Return how many copies are too many, or with a minus missing, of the chromosomes that have a wrong number.

    Autosomes are expected twice. X and Y are judged together, because one X is normal beside a Y and not without one.

    Args:
        numbers: the copies of each of the 24 chromosomes.
    """
    expected = dict.fromkeys(AUTOSOMES, 2) | ({"X": 1, "Y": 1} if numbers["Y"] else {"X": 2, "Y": 0})
    return {name: numbers[name] - usual for name, usual in expected.items() if numbers[name] != usual}


_NORMAL = dict.fromkeys(AUTOSOMES, 2) | {"X": 2, "Y": 0}
_POSSIBLE = (
    *({name: number} for name in AUTOSOMES for number in range(COPY_NUMBERS)),
    *({"X": x, "Y": y} for x in range(COPY_NUMBERS) for y in range(COPY_NUMBERS)),
)
_WRONG = tuple(numbers for numbers in _POSSIBLE if surplus(_NORMAL | numbers))


def judged_together(chromosome: str) -> tuple[str, ...]:
    """Return the chromosomes whose numbers are judged with that of this one: X and Y, any other alone."""
    return ("X", "Y") if chromosome in ("X", "Y") else (chromosome,)


def _numerical(census: Census, limit: float) -> Iterator[Finding]:
    numbers = dict(zip(CHROMOSOMES, census.copies.argmax(axis=1).tolist(), strict=True))
    likeliest = dict(zip(CHROMOSOMES, census.copies.max(axis=1).tolist(), strict=True))
    for name in surplus(numbers):
        probability = math.prod(likeliest[member] for member in judged_together(name))
        if probability >= limit:
            yield _finding(census, name, numbers, probability)


def _suspected(census: Census) -> Iterator[Finding]:
    """Name the likeliest of all wrong numbers, of X and Y as a pair, as suspected."""
    told = dict(zip(CHROMOSOMES, census.copies.tolist(), strict=True))

    def probability(numbers: Mapping[str, int]) -> float:
        return float(math.prod(told[name][number] for name, number in numbers.items()))

    likeliest = max(_WRONG, key=probability)
    numbers = _NORMAL | likeliest
    for name in surplus(numbers):
        yield replace(_finding(census, name, numbers, probability(likeliest)), suspected=True)


def _finding(census: Census, name: str, numbers: Mapping[str, int], probability: float) -> Finding:
    votes = census.votes({member: numbers[member] for member in judged_together(name)})
    extra = surplus(numbers)[name]
    text = f"+{name}{_AMOUNT[extra]}" if extra > 0 else f"{name} missing{_AMOUNT[-extra]}"
    return Finding(name, text, min(1.0, probability), _words(name, numbers), votes, census.passes)


def _words(chromosome: str, numbers: Mapping[str, int]) -> str:
    number = numbers[chromosome]
    others = [f"{_NUMBER[numbers[other]]} {other}" for other in judged_together(chromosome) if other != chromosome]
    return ", ".join([f"chromosome {chromosome}: {_NUMBER[number]} {'copies' if number > 1 else 'copy'}", *others])


def _structural(census: Census, limit: float) -> Iterator[Finding]:
    votes = census.changed.sum(axis=0).tolist()
    for name, probability, seen in zip(CHROMOSOMES, census.structural.tolist(), votes, strict=True):
        if probability >= limit:
            words = f"chromosome {name}: {census.in_words.get(name, 'a changed structure')}"
            yield Finding(name, f"structural change on {name}", min(1.0, probability), words, seen, census.passes)
