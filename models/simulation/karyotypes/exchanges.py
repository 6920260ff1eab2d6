"""Changes of structure between two chromosomes: translocations, balanced, unbalanced and Robertsonian.

Source: ISCN 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from models.simulation.karyotypes.bands import break_point, centromere
from models.simulation.karyotypes.operations import Operation, rank
from models.simulation.karyotypes.segments import Chromosome, Segment

ACROCENTRIC = ("13", "14", "15", "21", "22")


@dataclass(frozen=True)
class Translocation(Operation):
    """Two chromosomes that exchanged their ends, ``t(9;22)(q34;q11.2)``."""

    pair: tuple[str, str]
    bands: tuple[str, str]
    symbol: ClassVar[str] = "t"

    def __post_init__(self) -> None:
        """Check the order of the chromosomes and that the bands are known."""
        if not rank(self.pair[0]) < rank(self.pair[1]):
            raise ValueError(f"pair of t must be two, a sex chromosome first, then by number, got {self.pair}")
        for name, band in zip(self.pair, self.bands, strict=True):
            break_point(name, band)

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return f"t({';'.join(self.pair)})({';'.join(self.bands)})"

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """The two."""
        return self.pair

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """Both derivatives, each at the place of its centromere."""
        (one, two), (band, other) = self.pair, self.bands
        return _derivative(one, band, two, other), _derivative(two, other, one, band)


@dataclass(frozen=True)
class Derivative(Operation):
    """One of the two results of a translocation beside the normal other chromosome, ``der(4)t(4;11)(p15;q21)``."""

    chromosome: str
    translocation: Translocation
    symbol: ClassVar[str] = "der"

    def __post_init__(self) -> None:
        """Check that the translocation concerns the chromosome."""
        if self.chromosome not in self.translocation.pair:
            raise ValueError(f"chromosome of der must be one of {self.translocation.pair}, got {self.chromosome!r}")

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return f"der({self.chromosome}){self.translocation.iscn}"

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """The one with a changed structure."""
        return (self.chromosome,)

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """The derivative."""
        return tuple(made for made in self.translocation.made if made.place == self.chromosome)


@dataclass(frozen=True)
class Robertsonian(Operation):
    """The long arms of two acrocentric chromosomes on one centromere, ``der(13;14)(q10;q10)``; short arms are lost.

    It is arranged at the place of the first.
    """

    pair: tuple[str, str]
    symbol: ClassVar[str] = "der"

    def __post_init__(self) -> None:
        """Check that both are acrocentric and in their order."""
        if not set(self.pair) <= set(ACROCENTRIC) or rank(self.pair[0]) > rank(self.pair[1]):
            raise ValueError(f"pair must be two of {', '.join(ACROCENTRIC)}, the lower first, got {self.pair}")

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return f"der({';'.join(self.pair)})(q10;q10)"

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """The two."""
        return self.pair

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """The fused long arms."""
        one, two = self.pair
        upper = Segment(two, centromere(two), 1.0, inverted=True)
        return (Chromosome(one, (upper, Segment(one, centromere(one), 1.0))),)

    @property
    def lost(self) -> tuple[str, ...]:
        """The second."""
        return self.pair[1:]


def _derivative(name: str, band: str, other: str, other_band: str) -> Chromosome:
    """Put the end of another chromosome, from its break outwards, where this one's end was."""
    at, other_at = break_point(name, band), break_point(other, other_band)
    turned = band[0] != other_band[0]
    end = Segment(other, 0.0, other_at, turned) if other_band[0] == "p" else Segment(other, other_at, 1.0, turned)
    if band[0] == "p":
        return Chromosome(name, (end, Segment(name, at, 1.0)))
    return Chromosome(name, (Segment(name, 0.0, at), end))
