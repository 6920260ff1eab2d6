"""The changes that make a karyotype abnormal: what each takes from a cell, what it puts there, and its ISCN symbol.

Source: ISCN 2020.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.chromosomes import AUTOSOMES
from models.simulation.karyotypes.segments import MARKER, Chromosome, Segment, normal_chromosome

_ORDER = ("X", "Y", *AUTOSOMES)


def rank(chromosome: str) -> int:
    """Return where ISCN writes a chromosome: the sex chromosomes first, then by number, markers last."""
    return _ORDER.index(chromosome) if chromosome in _ORDER else len(_ORDER)


class Operation(ABC):
    """One change of a karyotype.

    ``symbol`` as ISCN abbreviates it. ``structural``: whether it changes a chromosome and not only their number.
    """

    symbol: ClassVar[str] = ""
    structural: ClassVar[bool] = True

    @property
    @abstractmethod
    def iscn(self) -> str:
        """The change as ISCN writes it."""

    @property
    @abstractmethod
    def chromosomes(self) -> tuple[str, ...]:
        """The chromosomes it is about, the sex chromosomes first, then by number."""

    @property
    def taken(self) -> tuple[str, ...]:
        """The normal chromosomes it takes from the cell."""
        return self.chromosomes

    @property
    @abstractmethod
    def made(self) -> tuple[Chromosome, ...]:
        """The chromosomes it puts into the cell."""

    @property
    def gained(self) -> tuple[str, ...]:
        """Places at which one more chromosome stands."""
        return ()

    @property
    def lost(self) -> tuple[str, ...]:
        """Places at which one chromosome fewer stands."""
        return ()

    @property
    def order(self) -> tuple[int, bool, str, str]:
        """Where ISCN writes it: by chromosome, changes of number before changes of structure, these by symbol."""
        return rank(self.chromosomes[0]), self.structural, self.symbol, self.iscn

    def apply(self, cell: Sequence[Chromosome]) -> list[Chromosome]:
        """Return the chromosomes of a cell after the change.

        Raises:
            ValueError: a chromosome it takes is not there, or not normal any more.
        """
        rest = list(cell)
        for name in self.taken:
            if normal_chromosome(name) not in rest:
                raise ValueError(f"{self.iscn}: expected a normal chromosome {name} to change, found none")
            rest.remove(normal_chromosome(name))
        return [*rest, *self.made]


@dataclass(frozen=True)
class OfOne(Operation):
    """A change of one chromosome."""

    chromosome: str

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """The chromosome."""
        return (self.chromosome,)


@dataclass(frozen=True)
class Gain(OfOne):
    """One more of a chromosome, ``+21``."""

    structural: ClassVar[bool] = False

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return f"+{self.chromosome}"

    @property
    def taken(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """The chromosome."""
        return (normal_chromosome(self.chromosome),)

    @property
    def gained(self) -> tuple[str, ...]:
        """The chromosome."""
        return self.chromosomes


@dataclass(frozen=True)
class Loss(OfOne):
    """One fewer of a chromosome, ``-7``."""

    structural: ClassVar[bool] = False

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return f"-{self.chromosome}"

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """Nothing."""
        return ()

    @property
    def lost(self) -> tuple[str, ...]:
        """The chromosome."""
        return self.chromosomes


@dataclass(frozen=True)
class MarkerChromosome(Operation):
    """One more chromosome that nobody can name, ``+mar``: here a ``piece`` of one of the 24."""

    piece: Segment
    symbol: ClassVar[str] = "mar"

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return "+mar"

    @property
    def chromosomes(self) -> tuple[str, ...]:
        """None of the 24."""
        return (MARKER,)

    @property
    def taken(self) -> tuple[str, ...]:
        """Nothing."""
        return ()

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """The marker."""
        return (Chromosome(MARKER, (self.piece,)),)

    @property
    def gained(self) -> tuple[str, ...]:
        """The marker."""
        return (MARKER,)
