"""Karyotypes as lists of chromosomes, each a sequence of segments, and the changes that make them abnormal.

A segment is a stretch of one of the 24 chromosomes between two fractions of its length. Because nothing here knows
how a chromosome looks, the same karyotype can be drawn from band tables or cut and spliced from real crops.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

import numpy as np

from models.chromosomes import AUTOSOMES
from models.simulation.bands import centromere

MARKER = "marker"
_ACROCENTRIC = ("13", "14", "15", "21", "22")


class Kind(StrEnum):
    """Kinds of karyotypes the simulation draws.

    ``DENSE`` occurs in no patient: every chromosome is miscounted or changed by itself. It is for the source task,
    where a page with one change among 24 places teaches twenty times less.
    """

    NORMAL = "normal"
    TRISOMY = "trisomy"
    MONOSOMY = "monosomy"
    XXY = "XXY"
    X = "X"
    XYY = "XYY"
    XXX = "XXX"
    DELETION = "deletion"
    TRANSLOCATION = "translocation"
    ROBERTSONIAN = "robertsonian"
    ISOCHROMOSOME = "isochromosome"
    MARKER = "marker"
    DENSE = "dense"


# Probability of 0, 1, 2, 3 and 4 copies of each chromosome in a dense karyotype, and of a changed one among them.
_DENSE_COPIES = (0.06, 0.22, 0.46, 0.21, 0.05)
_DENSE_CHANGED = 0.08

# Share of each abnormal kind in training. Sex chromosomes and the viable trisomies stand above their clinical
# share because the networks find them hardest (they differ least from a normal page).
TRAINING_SHARES: Mapping[Kind, float] = MappingProxyType(
    {
        Kind.TRISOMY: 0.30,
        Kind.MONOSOMY: 0.10,
        Kind.XXY: 0.09,
        Kind.X: 0.09,
        Kind.XYY: 0.07,
        Kind.XXX: 0.07,
        Kind.DELETION: 0.09,
        Kind.TRANSLOCATION: 0.07,
        Kind.ROBERTSONIAN: 0.04,
        Kind.ISOCHROMOSOME: 0.04,
        Kind.MARKER: 0.04,
    }
)


@dataclass(frozen=True)
class Segment:
    """A stretch of ``chromosome`` from ``start`` to ``end``, fractions of its length from the top of the short arm."""

    chromosome: str
    start: float = 0.0
    end: float = 1.0
    inverted: bool = False


@dataclass(frozen=True)
class Chromosome:
    """One chromosome of a cell: the place it is arranged at, and what it is made of, top to bottom."""

    place: str
    segments: tuple[Segment, ...]

    @property
    def changed(self) -> bool:
        """Whether its structure differs from the normal chromosome of its place."""
        return self.segments != (Segment(self.place),)


@dataclass(frozen=True)
class Karyotype:
    """The chromosomes of one cell and the kind of change among them."""

    kind: Kind
    chromosomes: tuple[Chromosome, ...]
    lost: tuple[str, ...] = ()
    gained: tuple[str, ...] = ()

    @property
    def abnormal(self) -> bool:
        """Whether the karyotype is abnormal."""
        return self.kind is not Kind.NORMAL

    def copies(self, chromosome: str) -> int:
        """Count the chromosomes arranged at a place."""
        return sum(c.place == chromosome for c in self.chromosomes)

    def changed(self, chromosome: str) -> bool:
        """Whether a chromosome at this place is structurally changed."""
        return any(c.changed for c in self.chromosomes if c.place == chromosome)


def normal_chromosome(name: str) -> Chromosome:
    """Return an unchanged chromosome."""
    return Chromosome(name, (Segment(name),))


def draw_kind(rng: np.random.Generator, abnormal_share: float) -> Kind:
    """Draw a kind: abnormal with the given probability, then by ``TRAINING_SHARES``."""
    if rng.random() >= abnormal_share:
        return Kind.NORMAL
    shares = np.array(list(TRAINING_SHARES.values()))
    return list(TRAINING_SHARES)[rng.choice(len(shares), p=shares / shares.sum())]


def draw_karyotype(rng: np.random.Generator, kind: Kind) -> Karyotype:
    """Draw a karyotype of a kind: which chromosomes, which break points, which sex."""
    sex = ["X", "Y"] if rng.random() < 0.5 else ["X", "X"]
    names = [name for name in AUTOSOMES for _ in range(2)]
    cell = [normal_chromosome(name) for name in names + sex]
    return _CHANGES[kind](rng, cell)


def _normal(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    return Karyotype(Kind.NORMAL, tuple(cell))


def _trisomy(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    common = rng.random() < 0.5
    name = str(rng.choice(["13", "18", "21"]) if common else rng.choice(AUTOSOMES))
    return Karyotype(Kind.TRISOMY, (*cell, normal_chromosome(name)), gained=(name,))


def _monosomy(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    name = str(rng.choice(AUTOSOMES))
    cell.remove(normal_chromosome(name))
    return Karyotype(Kind.MONOSOMY, tuple(cell), lost=(name,))


def _sex(kind: Kind, names: str, gained: tuple[str, ...], lost: tuple[str, ...]) -> _Change:
    def change(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
        autosomes = [c for c in cell if c.place in AUTOSOMES]
        return Karyotype(kind, (*autosomes, *(normal_chromosome(name) for name in names)), lost, gained)

    return change


def _deletion(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    name = str(rng.choice(AUTOSOMES))
    size = rng.uniform(0.2, 0.5)
    terminal_p = name not in _ACROCENTRIC and rng.random() < 0.4
    size = min(size, 0.9 * centromere(name)) if terminal_p else size
    kept = Segment(name, size, 1.0) if terminal_p else Segment(name, 0.0, 1.0 - size)
    return Karyotype(Kind.DELETION, _replace(cell, name, Chromosome(name, (kept,))))


def _translocation(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    one, two = (str(name) for name in rng.choice(AUTOSOMES, 2, replace=False))
    i, j = rng.uniform(0.3, 0.75, 2)
    cell = list(_replace(cell, one, Chromosome(one, (Segment(one, 0, i), Segment(two, j, 1)))))
    return Karyotype(Kind.TRANSLOCATION, _replace(cell, two, Chromosome(two, (Segment(two, 0, j), Segment(one, i, 1)))))


def _robertsonian(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    one, two = sorted((str(name) for name in rng.choice(_ACROCENTRIC, 2, replace=False)), key=int)
    fused = Chromosome(one, (Segment(two, centromere(two), 1, inverted=True), Segment(one, centromere(one), 1)))
    cell.remove(normal_chromosome(two))
    return Karyotype(Kind.ROBERTSONIAN, _replace(cell, one, fused), lost=(two,))


def _isochromosome(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    name = str(rng.choice(["X", "17", "18", "21"]))
    arm = Segment(name, centromere(name), 1)
    both = Chromosome(name, (Segment(name, arm.start, 1, inverted=True), arm))
    return Karyotype(Kind.ISOCHROMOSOME, _replace(cell, name, both))


def _marker(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    name = str(rng.choice(AUTOSOMES))
    middle, reach = centromere(name), rng.uniform(0.12, 0.25)
    piece = Segment(name, max(0.0, middle - reach), min(1.0, middle + reach))
    return Karyotype(Kind.MARKER, (*cell, Chromosome(MARKER, (piece,))), gained=(MARKER,))


def _dense(rng: np.random.Generator, cell: list[Chromosome]) -> Karyotype:
    chromosomes: list[Chromosome] = []
    gained: list[str] = []
    lost: list[str] = []
    sex = ("X", "Y")
    for name in (*AUTOSOMES, *sex):
        usual = 2 if name in AUTOSOMES else sum(c.place == name for c in cell)
        copies = int(rng.choice(5, p=_DENSE_COPIES)) if name in AUTOSOMES or rng.random() < 0.5 else usual
        changed = copies > 0 and rng.random() < _DENSE_CHANGED
        chromosomes += [_cut_at_random(rng, name)] * changed + [normal_chromosome(name)] * (copies - changed)
        gained += [name] * (copies - usual)
        lost += [name] * (usual - copies)
    return Karyotype(Kind.DENSE, tuple(chromosomes), tuple(lost), tuple(gained))


def _cut_at_random(rng: np.random.Generator, name: str) -> Chromosome:
    """A chromosome with an end missing or with the end of another one."""
    at = rng.uniform(0.35, 0.75)
    if rng.random() < 0.5:
        return Chromosome(name, (Segment(name, 0, at),))
    other = str(rng.choice(AUTOSOMES))
    return Chromosome(name, (Segment(name, 0, at), Segment(other, rng.uniform(0.3, 0.6), 1)))


def _replace(cell: list[Chromosome], name: str, new: Chromosome) -> tuple[Chromosome, ...]:
    """Put a changed chromosome in the place of the first normal one of that name."""
    index = cell.index(normal_chromosome(name))
    return (*cell[:index], new, *cell[index + 1 :])


_Change = Callable[[np.random.Generator, list[Chromosome]], Karyotype]
_CHANGES: Mapping[Kind, _Change] = MappingProxyType(
    {
        Kind.NORMAL: _normal,
        Kind.TRISOMY: _trisomy,
        Kind.MONOSOMY: _monosomy,
        Kind.XXY: _sex(Kind.XXY, "XXY", gained=("X",), lost=()),
        Kind.X: _sex(Kind.X, "X", gained=(), lost=("X",)),
        Kind.XYY: _sex(Kind.XYY, "XYY", gained=("Y",), lost=()),
        Kind.XXX: _sex(Kind.XXX, "XXX", gained=("X",), lost=()),
        Kind.DELETION: _deletion,
        Kind.TRANSLOCATION: _translocation,
        Kind.ROBERTSONIAN: _robertsonian,
        Kind.ISOCHROMOSOME: _isochromosome,
        Kind.MARKER: _marker,
        Kind.DENSE: _dense,
    }
)
