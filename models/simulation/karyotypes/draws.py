"""Karyotypes drawn at random: by kind, or as often as a profile says.

A karyotype is the sex chromosomes of a person and the operations on the chromosomes of a cell; a chromosome is a
sequence of segments. Break points are drawn from the edges of bands, never for a change that nobody could see: see
``candidates``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

import numpy as np

from models.chromosomes import AUTOSOMES
from models.simulation.karyotypes import candidates
from models.simulation.karyotypes.exchanges import ACROCENTRIC, Derivative, Robertsonian, Translocation
from models.simulation.karyotypes.karyotype import Karyotype, Kind, Mosaic
from models.simulation.karyotypes.operations import Gain, Loss, MarkerChromosome, Operation, rank
from models.simulation.karyotypes.profiles import Profile, read_profile
from models.simulation.karyotypes.rearrangements import Isochromosome

_T = TypeVar("_T")

# Probability of 0, 1, 2, 3 and 4 copies of each chromosome in a dense karyotype, and of a changed one among them.
_DENSE_COPIES = (0.06, 0.22, 0.46, 0.21, 0.05)
_DENSE_CHANGED = 0.08

_REARRANGED = 0.25
# Of the changes of a rearranged karyotype; what is left is inverted.
_REARRANGED_SHARES = {"deletion": 0.35, "translocation": 0.3, "derivative": 0.15, "isochromosome": 0.08, "repeat": 0.07}

TRAINING_SHARES: Mapping[Kind, float] = read_profile("training").shares


def draw_kind(rng: np.random.Generator, abnormal_share: float) -> Kind:
    """Draw a kind: abnormal with the given probability, then by ``TRAINING_SHARES``."""
    if rng.random() >= abnormal_share:
        return Kind.NORMAL
    return read_profile("training").draw(rng).kind


def draw_karyotype(rng: np.random.Generator, kind: Kind) -> Karyotype:
    """Draw a karyotype of a kind: which chromosomes, which break points, which sex."""
    sex = _draw_sex(rng)
    if kind in _SEX_KINDS:
        return Karyotype(kind, _SEX_KINDS[kind])
    return Karyotype(kind, sex, _CHANGES[kind](rng, sex))


def draw_by_profile(rng: np.random.Generator, profile: Profile, abnormal_share: float) -> Karyotype:
    """Draw a karyotype: abnormal with the given probability, 0..1, then as the profile says."""
    if rng.random() >= abnormal_share:
        return draw_karyotype(rng, Kind.NORMAL)
    entry = profile.draw(rng)
    if not entry.operations:
        return draw_karyotype(rng, entry.kind)
    return Karyotype(entry.kind, entry.sex or _draw_sex(rng), entry.operations)


def draw_mosaic(rng: np.random.Generator, karyotype: Karyotype, cells: int) -> Mosaic:
    """Draw how many cells of a case have a karyotype; the others are normal, and there is one of each at least.

    Raises:
        ValueError: there are fewer than 2 cells.
    """
    if cells < 2:
        raise ValueError(f"cells must be 2 or more for a mosaic, got {cells}")
    changed = int(rng.integers(1, cells))
    normal = Karyotype(Kind.NORMAL, "XY" if "Y" in karyotype.sex else "XX")
    return Mosaic(((karyotype, changed), (normal, cells - changed)))


def _draw_sex(rng: np.random.Generator) -> str:
    return "XY" if rng.random() < 0.5 else "XX"


def _pick(rng: np.random.Generator, choices: Sequence[_T]) -> _T:
    return choices[int(rng.integers(len(choices)))]


def _normal(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    return ()


def _trisomy(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    common = rng.random() < 0.5
    return (Gain(str(rng.choice(["13", "18", "21"]) if common else rng.choice(AUTOSOMES))),)


def _monosomy(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    return (Loss(str(rng.choice(AUTOSOMES))),)


def _deletion(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    name = _pick(rng, AUTOSOMES)
    inner = candidates.deletions(name, terminal=False)
    return (_pick(rng, inner if inner and rng.random() < 0.5 else candidates.deletions(name, terminal=True)),)


def _of_one(possible: Callable[[str], Sequence[Operation]]) -> _Change:
    """A change drawn among the possible ones of an autosome that has any."""

    def change(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
        return (_pick(rng, possible(_pick(rng, [name for name in AUTOSOMES if possible(name)]))),)

    return change


def _translocation(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    one, two = (str(name) for name in rng.choice(AUTOSOMES, 2, replace=False))
    return (_exchange(rng, one, two),)


def _derivative(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    one, two = (str(name) for name in rng.choice(AUTOSOMES, 2, replace=False))
    return (Derivative(one, _exchange(rng, one, two)),)


def _exchange(rng: np.random.Generator, one: str, two: str) -> Translocation:
    first, second = sorted((one, two), key=rank)
    return Translocation(
        (first, second), (_pick(rng, candidates.exchanges(first)), _pick(rng, candidates.exchanges(second)))
    )


def _robertsonian(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    one, two = sorted((str(name) for name in rng.choice(ACROCENTRIC, 2, replace=False)), key=rank)
    return (Robertsonian((one, two)),)


def _isochromosome(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    # nobody lives with an isochromosome as the only X
    names = ["17", "18", "21", *(["X"] if sex == "XX" else [])]
    return (Isochromosome(_pick(rng, names), ("q10",)),)


def _marker(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    return (MarkerChromosome(_pick(rng, candidates.pieces(_pick(rng, AUTOSOMES)))),)


def _dense(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    operations: list[Operation] = []
    for name in (*AUTOSOMES, "X", "Y"):
        usual = 2 if name in AUTOSOMES else sex.count(name)
        copies = int(rng.choice(5, p=_DENSE_COPIES)) if name in AUTOSOMES or rng.random() < 0.5 else usual
        operations += [Gain(name)] * (copies - usual) + [Loss(name)] * (usual - copies)
        if copies > 0 and rng.random() < _DENSE_CHANGED:
            operations.append(_cut_at_random(rng, name))
    return tuple(operations)


def _cut_at_random(rng: np.random.Generator, name: str) -> Operation:
    """A chromosome with an end missing or with the end of another one."""
    if rng.random() < 0.5:
        return _pick(rng, candidates.deletions(name, terminal=True))
    return Derivative(name, _exchange(rng, name, _pick(rng, [other for other in AUTOSOMES if other != name])))


def _rearranged(rng: np.random.Generator, sex: str) -> tuple[Operation, ...]:
    operations: list[Operation] = []
    free = [str(name) for name in rng.permutation(AUTOSOMES)]
    while free:
        name = free.pop()
        if rng.random() < _REARRANGED:
            operations.append(_rearrangement(rng, name, free))
    return tuple(operations)


def _rearrangement(rng: np.random.Generator, name: str, free: list[str]) -> Operation:
    """Change one homologue of a pair; a partner of an exchange is taken out of the free ones."""
    shares = _REARRANGED_SHARES
    how = str(rng.choice([*shares, "inversion"], p=[*shares.values(), 1 - sum(shares.values())]))
    if how == "translocation" and free:
        return _exchange(rng, name, free.pop())
    if how in ("translocation", "derivative"):
        return Derivative(name, _exchange(rng, name, _pick(rng, [other for other in AUTOSOMES if other != name])))
    if how == "isochromosome":
        return Isochromosome(name, ("q10",))
    if how == "repeat" and candidates.duplications(name):
        return _pick(rng, candidates.duplications(name))
    inverted = candidates.inversions(name, pericentric=bool(rng.random() < 0.5))
    if how == "inversion" and inverted:
        return _pick(rng, inverted)
    within = candidates.deletions(name, terminal=bool(rng.random() < 0.5))
    return _pick(rng, within or candidates.deletions(name, terminal=True))


_Change = Callable[[np.random.Generator, str], tuple[Operation, ...]]
_SEX_KINDS: Mapping[Kind, str] = MappingProxyType({Kind.XXY: "XXY", Kind.X: "X", Kind.XYY: "XYY", Kind.XXX: "XXX"})
_CHANGES: Mapping[Kind, _Change] = MappingProxyType(
    {
        Kind.NORMAL: _normal,
        Kind.TRISOMY: _trisomy,
        Kind.MONOSOMY: _monosomy,
        Kind.DELETION: _deletion,
        Kind.DUPLICATION: _of_one(candidates.duplications),
        Kind.PARACENTRIC: _of_one(lambda name: candidates.inversions(name, pericentric=False)),
        Kind.PERICENTRIC: _of_one(lambda name: candidates.inversions(name, pericentric=True)),
        Kind.TRANSLOCATION: _translocation,
        Kind.DERIVATIVE: _derivative,
        Kind.ROBERTSONIAN: _robertsonian,
        Kind.ISOCHROMOSOME: _isochromosome,
        Kind.RING: _of_one(candidates.rings),
        Kind.MARKER: _marker,
        Kind.DENSE: _dense,
        Kind.REARRANGED: _rearranged,
    }
)
