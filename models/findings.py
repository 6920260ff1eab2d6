"""Per-chromosome findings: from the findings head's probabilities to short texts such as ``+21``. NumPy only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.triage import Finding

COPY_NUMBERS = 5
"""The findings head tells 0, 1, 2, 3 and 4 copies apart."""

_AMOUNT = {1: "", 2: " twice", 3: " three times", 4: " four times"}


@dataclass(frozen=True)
class FindingLimits:
    """The least probability, 0..1, from which a finding is reported; stored on the model's card."""

    copies: float = 0.5
    structural: float = 0.5

    def __post_init__(self) -> None:
        """Refuse a limit that is no probability."""
        for name in ("copies", "structural"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, got {value!r}")


def find(copies: NDArray[np.floating], structural: NDArray[np.floating], limits: FindingLimits) -> tuple[Finding, ...]:
    """Name what differs from a normal karyotype.

    A copy number is reported when the likeliest one is not the expected one and its probability reaches the limit.
    Autosomes are expected twice. X and Y are judged together, because 1 X is normal beside a Y and not without one.

    Args:
        copies: (24, 5) probabilities of 0..4 copies, in the order of ``CHROMOSOMES``; each row sums to one.
        structural: (24,) probability that a copy is structurally changed, 0..1.
        limits: the least probabilities.

    Returns:
        The findings in the order of the chromosomes, wrong numbers before structural changes.

    Raises:
        ValueError: for a wrong shape, or values that are no probabilities.
    """
    _check(copies, structural)
    return (
        *_autosome_findings(copies[: len(AUTOSOMES)], limits.copies),
        *_sex_findings(copies[len(AUTOSOMES) :], limits.copies),
        *_structural_findings(structural, limits.structural),
    )


def _check(copies: NDArray[np.floating], structural: NDArray[np.floating]) -> None:
    shapes = (len(CHROMOSOMES), COPY_NUMBERS), (len(CHROMOSOMES),)
    if (copies.shape, structural.shape) != shapes:
        raise ValueError(f"copies and structural must have shapes {shapes}, got {copies.shape}, {structural.shape}")
    for name, values in (("copies", copies), ("structural", structural)):
        # written so that a NaN raises; the rounding of a softmax may pass 1 by a hair
        if not np.all((values >= 0.0) & (values <= 1.0 + 1e-5)):
            raise ValueError(f"{name} must hold probabilities between 0 and 1, got {values.min()}..{values.max()}")


def _autosome_findings(copies: NDArray[np.floating], limit: float) -> list[Finding]:
    findings = []
    for chromosome, row in zip(AUTOSOMES, copies, strict=True):
        number, probability = int(row.argmax()), float(row.max())
        if number != 2 and probability >= limit:
            findings.append(_numerical(chromosome, number, 2, probability))
    return findings


def _sex_findings(copies: NDArray[np.floating], limit: float) -> list[Finding]:
    numbers = {"X": int(copies[0].argmax()), "Y": int(copies[1].argmax())}
    probability = float(copies[0].max() * copies[1].max())
    expected = {"X": 1, "Y": 1} if numbers["Y"] else {"X": 2, "Y": 0}
    if probability < limit:
        return []
    return [
        _numerical(chromosome, numbers[chromosome], expected[chromosome], probability)
        for chromosome in ("X", "Y")
        if numbers[chromosome] != expected[chromosome]
    ]


def _numerical(chromosome: str, number: int, expected: int, probability: float) -> Finding:
    if number > expected:
        text = f"+{chromosome}{_AMOUNT[number - expected]}"
    else:
        text = f"{chromosome} missing{_AMOUNT[expected - number]}"
    return Finding(chromosome, text, min(1.0, probability))


def _structural_findings(structural: NDArray[np.floating], limit: float) -> list[Finding]:
    return [
        Finding(chromosome, f"structural change on {chromosome}", min(1.0, float(probability)))
        for chromosome, probability in zip(CHROMOSOMES, structural, strict=True)
        if probability >= limit
    ]
