"""The chromosome complement of a cell, or of the cells of a case, and how ISCN writes it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import groupby

import numpy as np

from models.chromosomes import AUTOSOMES
from models.simulation.karyotypes.operations import Operation
from models.simulation.karyotypes.segments import MARKER, Chromosome, normal_chromosome

_SEX = re.compile(r"X*Y*")


class Kind(StrEnum):
    """Kinds of karyotypes the simulation draws.

    Two occur in no patient. ``DENSE``: every chromosome is miscounted or changed by itself. It is for the source task,
    where a page with one change among 24 places teaches twenty times less. ``REARRANGED``: all numbers are normal, and
    one of every fourth pair is changed. It is for the comparison of homologues.
    """

    NORMAL = "normal"
    TRISOMY = "trisomy"
    MONOSOMY = "monosomy"
    XXY = "XXY"
    X = "X"
    XYY = "XYY"
    XXX = "XXX"
    DELETION = "deletion"
    DUPLICATION = "duplication"
    PARACENTRIC = "paracentric"
    PERICENTRIC = "pericentric"
    TRANSLOCATION = "translocation"
    DERIVATIVE = "derivative"
    ROBERTSONIAN = "robertsonian"
    ISOCHROMOSOME = "isochromosome"
    RING = "ring"
    MARKER = "marker"
    DENSE = "dense"
    REARRANGED = "rearranged"


@dataclass(frozen=True)
class Karyotype:
    """The chromosomes of one cell and the kind of change among them.

    ``sex``: the sex chromosomes the person was born with, as in ``XX`` or ``XXY``; a sex chromosome gained or lost
    later is an operation. ``operations``: in any order.
    """

    kind: Kind
    sex: str = "XX"
    operations: tuple[Operation, ...] = ()

    def __post_init__(self) -> None:
        """Check the sex chromosomes, and that every operation finds what it changes."""
        if not self.sex or not _SEX.fullmatch(self.sex):
            raise ValueError(f"sex must be X and Y in this order, as in 'XXY', got {self.sex!r}")
        _ = self.chromosomes

    @cached_property
    def chromosomes(self) -> tuple[Chromosome, ...]:
        """All chromosomes; numbers change before structures, so that a gained chromosome can be changed."""
        names = [*(name for name in AUTOSOMES for _ in range(2)), *self.sex]
        cell = [normal_chromosome(name) for name in names]
        for operation in sorted(self.operations, key=lambda o: (o.structural, not o.gained)):
            cell = operation.apply(cell)
        return tuple(cell)

    @property
    def abnormal(self) -> bool:
        """Whether the karyotype is abnormal."""
        return bool(self.operations) or self.sex not in ("XX", "XY")

    @property
    def lost(self) -> tuple[str, ...]:
        """Places at which chromosomes are missing, once for each."""
        lost = Counter(_usual_sex(self.sex)) - Counter(self.sex)
        return (*lost.elements(), *(name for operation in self.operations for name in operation.lost))

    @property
    def gained(self) -> tuple[str, ...]:
        """Places at which chromosomes are extra, once for each."""
        gained = Counter(self.sex) - Counter(_usual_sex(self.sex))
        return (*gained.elements(), *(name for operation in self.operations for name in operation.gained))

    @property
    def iscn(self) -> str:
        """The karyotype as ISCN 2020 writes it: count, sex chromosomes that are normal, changes in their order."""
        taken = Counter(name for operation in self.operations for name in operation.taken)
        sex = "".join((Counter(self.sex) - taken).elements())
        changes = [
            text
            for _, group in groupby(sorted(self.operations, key=lambda o: o.order), key=lambda o: o.order)
            for text in _write(list(group))
        ]
        return ",".join([str(len(self.chromosomes)), *([sex] if sex else []), *changes])

    def copies(self, chromosome: str) -> int:
        """Count the chromosomes arranged at a place."""
        return sum(c.place == chromosome for c in self.chromosomes)

    def changed(self, chromosome: str) -> bool:
        """Whether a chromosome at this place is structurally changed."""
        return any(c.changed for c in self.chromosomes if c.place == chromosome)


@dataclass(frozen=True)
class Mosaic:
    """The clones among the cells of a case, each with its number of cells; ``acquired``: in a tumour, not by birth."""

    clones: tuple[tuple[Karyotype, int], ...]
    acquired: bool = False

    def __post_init__(self) -> None:
        """Check that there are clones and that each has cells."""
        if not self.clones or any(cells < 1 for _, cells in self.clones):
            raise ValueError(f"clones must each have 1 cell or more, got {[cells for _, cells in self.clones]}")

    @property
    def cells(self) -> int:
        """The number of cells."""
        return sum(cells for _, cells in self.clones)

    @property
    def abnormal(self) -> bool:
        """Whether any cell is abnormal."""
        return any(karyotype.abnormal for karyotype, _ in self.clones)

    @property
    def iscn(self) -> str:
        """The case as ISCN 2020 writes it: the largest clone first and a normal one last, ``mos 45,X[12]/46,XX[8]``."""
        ordered = sorted(self.clones, key=lambda clone: (not clone[0].abnormal, -clone[1]))
        prefix = "" if self.acquired or len(ordered) == 1 else "mos "
        return prefix + "/".join(f"{karyotype.iscn}[{cells}]" for karyotype, cells in ordered)

    def draw(self, rng: np.random.Generator) -> Karyotype:
        """Draw the karyotype of one cell, each clone as likely as it has cells."""
        shares = np.array([cells for _, cells in self.clones]) / self.cells
        return self.clones[int(rng.choice(len(self.clones), p=shares))][0]


def _usual_sex(sex: str) -> str:
    return "XY" if "Y" in sex else "XX"


def _write(same: list[Operation]) -> list[str]:
    """Write equal changes: numbers one by one, structures with their multiple, markers by their number."""
    first = same[0]
    if not first.structural or len(same) == 1:
        return [operation.iscn for operation in same]
    return [f"+{len(same)}mar"] if first.chromosomes == (MARKER,) else [f"{first.iscn}x{len(same)}"]
