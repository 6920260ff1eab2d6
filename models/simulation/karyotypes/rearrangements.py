"""Changes of structure within one chromosome.

Band names are written with their arm, as in ``q11.2``; where a band is cut is told in ``bands.break_point``. Two bands
of one arm stand with the one nearer the centromere first, two of both arms with the short arm first.

Source: ISCN 2020.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from models.simulation.karyotypes.bands import break_point, centromere, stretch
from models.simulation.karyotypes.operations import OfOne
from models.simulation.karyotypes.segments import Chromosome, Segment


def _in_one_arm(bands: tuple[str, ...]) -> bool:
    return len({band[0] for band in bands}) == 1


@dataclass(frozen=True)
class _Rearrangement(OfOne):
    """A change within one chromosome, broken in ``bands``."""

    bands: tuple[str, ...]

    def __post_init__(self) -> None:
        self._check()
        start, end = self.span
        if not start < end:
            raise ValueError(f"bands of {self.symbol} must enclose a stretch, got {self.bands}")

    @abstractmethod
    def _check(self) -> None:
        """Check that number, arms and order of the bands fit the change."""

    @property
    def iscn(self) -> str:
        return f"{self.symbol}({self.chromosome})({''.join(self.bands)})"

    @property
    def span(self) -> tuple[float, float]:
        """The stretch between the breaks, in fractions; a band named twice is all of that band."""
        if len(set(self.bands)) < len(self.bands):
            return stretch(self.chromosome, self.bands[0])
        breaks = sorted(break_point(self.chromosome, band) for band in self.bands)
        return breaks[0], breaks[-1]

    @property
    @abstractmethod
    def segments(self) -> tuple[Segment, ...]:
        """What the changed chromosome is made of."""

    @property
    def made(self) -> tuple[Chromosome, ...]:
        return (Chromosome(self.chromosome, self.segments),)

    @property
    def _outwards(self) -> bool:
        """Whether the bands stand p before q and, in one arm, the one nearer the centromere first."""
        middle = centromere(self.chromosome)
        away = [(band[0], abs(break_point(self.chromosome, band) - middle)) for band in self.bands]
        return away == sorted(away)

    def _cut(self, start: float, end: float, inverted: bool = False) -> Segment:
        return Segment(self.chromosome, start, end, inverted)


@dataclass(frozen=True)
class Deletion(_Rearrangement):
    """A lost stretch: from one break to the end of the arm, ``del(5)(p15.2)``, or between two, ``del(5)(q13q33)``."""

    symbol: ClassVar[str] = "del"

    def _check(self) -> None:
        if len(self.bands) not in (1, 2) or not _in_one_arm(self.bands) or not self._outwards:
            raise ValueError(f"bands of del must be one, or two outwards in one arm, got {self.bands}")

    @property
    def span(self) -> tuple[float, float]:
        """The lost stretch, in fractions."""
        if len(self.bands) == 2:
            return super().span
        at = break_point(self.chromosome, self.bands[0])
        return (0.0, at) if self.bands[0].startswith("p") else (at, 1.0)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What is left."""
        start, end = self.span
        return tuple(part for part in (self._cut(0.0, start), self._cut(end, 1.0)) if part.length > 0)


@dataclass(frozen=True)
class Duplication(_Rearrangement):
    """A stretch that is there twice in a row, ``dup(1)(q22q25)``; the other way round inverted, ``dup(1)(q25q22)``."""

    symbol: ClassVar[str] = "dup"

    def _check(self) -> None:
        if len(self.bands) != 2 or not _in_one_arm(self.bands):
            raise ValueError(f"bands of dup must be two in one arm, got {self.bands}")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The chromosome with the stretch twice."""
        start, end = self.span
        if self._outwards:
            return self._cut(0.0, end), self._cut(start, 1.0)
        return self._cut(0.0, end), self._cut(start, end, inverted=True), self._cut(end, 1.0)


@dataclass(frozen=True)
class Inversion(_Rearrangement):
    """A stretch turned round: in one arm (paracentric) or with the centromere (pericentric), ``inv(16)(p13.1q22)``."""

    symbol: ClassVar[str] = "inv"

    def _check(self) -> None:
        if len(self.bands) != 2 or not self._outwards:
            raise ValueError(f"bands of inv must be two, p before q and outwards in one arm, got {self.bands}")

    @property
    def pericentric(self) -> bool:
        """Whether the centromere is in the inverted stretch."""
        return not _in_one_arm(self.bands)

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All of the chromosome, the stretch inverted."""
        start, end = self.span
        parts = self._cut(0.0, start), self._cut(start, end, inverted=True), self._cut(end, 1.0)
        return tuple(part for part in parts if part.length > 0)


@dataclass(frozen=True)
class Isochromosome(_Rearrangement):
    """One arm twice and the other not at all, ``i(X)(q10)``; ``extra`` beside a normal pair, ``+i(18)(p10)``."""

    extra: bool = False
    symbol: ClassVar[str] = "i"

    def _check(self) -> None:
        if self.bands not in (("p10",), ("q10",)):
            raise ValueError(f"bands of i must be ('p10',) or ('q10',), got {self.bands}")

    @property
    def iscn(self) -> str:
        """The change as ISCN writes it."""
        return ("+" if self.extra else "") + super().iscn

    @property
    def span(self) -> tuple[float, float]:
        """The arm that is there twice, in fractions."""
        middle = centromere(self.chromosome)
        return (0.0, middle) if self.bands == ("p10",) else (middle, 1.0)

    @property
    def taken(self) -> tuple[str, ...]:
        """The chromosome it replaces."""
        return () if self.extra else self.chromosomes

    @property
    def gained(self) -> tuple[str, ...]:
        """Its place, if it is extra."""
        return self.chromosomes if self.extra else ()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The arm, mirrored at the centromere."""
        mirrored = self._cut(*self.span, inverted=True)
        arm = self._cut(*self.span)
        return (arm, mirrored) if self.bands == ("p10",) else (mirrored, arm)


@dataclass(frozen=True)
class Ring(_Rearrangement):
    """A chromosome that lost both ends and closed, ``r(13)(p11.2q34)``."""

    symbol: ClassVar[str] = "r"

    def _check(self) -> None:
        if [band[0] for band in self.bands] != ["p", "q"]:
            raise ValueError(f"bands of r must be one of p and one of q, got {self.bands}")

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What is left between the breaks."""
        return (self._cut(*self.span),)

    @property
    def made(self) -> tuple[Chromosome, ...]:
        """The ring."""
        return (Chromosome(self.chromosome, self.segments, ring=True),)
