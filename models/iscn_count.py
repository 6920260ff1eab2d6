"""Whether a karyotype agrees with itself: the number of chromosomes of each clone and the gains and losses listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.iscn import FUSING, Change, Clone, Formula, IscnError, read

_PAIRS: Final = 22
_PLOIDY_UP_TO: Final = ((34, 1), (57, 2), (80, 3), (103, 4))  # ISCN 2020, section 8.1


def complaint(text: str) -> str:
    """Say in plain words why a text is not valid ISCN; empty where it is."""
    try:
        formula = read(text)
    except IscnError as error:
        return str(error)
    return next(filter(None, (_miscounted(formula, place) for place in range(len(formula.clones)))), "")


def _miscounted(formula: Formula, place: int) -> str:
    clone = formula.clones[place]
    vague = clone.composite or clone.number[0] != clone.number[1] or any(c.symbol == "inc" for c in clone.changes)
    if vague:
        return ""
    if clone.stem is not None and not clone.stem.line < place:
        return f'"{clone.text}" refers to a clone that does not stand before it'
    expected = _expected(formula.clones, clone)
    number = clone.number[0]
    if any(low <= number <= high for low, high in expected):
        return ""
    low, high = expected[0]
    return f"{clone.text} says {number}, but lists {low if low == high else f'{low} to {high}'}"


def _expected(clones: Sequence[Clone], clone: Clone) -> list[tuple[int, int]]:
    """Return how many chromosomes what is listed makes, at least and at most, by each ploidy it may be written for."""
    deltas = [_delta(change, clone) for change in clone.changes]
    low, high = sum(delta[0] for delta in deltas), sum(delta[1] for delta in deltas)
    if clone.stem is not None:
        least, most = (clone.stem.times * number for number in clones[clone.stem.line].number)
        return [(least + low, most + high)]
    sets = [clone.ploidy] if clone.ploidy else list(dict.fromkeys((2, _ploidy(clone.number[0]))))
    return [(_PAIRS * n + few + low, _PAIRS * n + many + high) for n in sets for few, many in [_sex(clone, n)]]


def _sex(clone: Clone, ploidy: int) -> tuple[int, int]:
    letters = clone.sex.rstrip("?")
    if letters.startswith("U") or clone.sex == "?":
        return ploidy, ploidy
    return len(letters), len(clone.sex)


def _ploidy(number: int) -> int:
    return next((sets for most, sets in _PLOIDY_UP_TO if number <= most), 2)


def _delta(change: Change, clone: Clone) -> tuple[int, int]:
    """Return by how many chromosomes a change moves the number, at least and at most."""
    least, most = change.copies
    each = _each(change, clone)
    ends = sorted((each * least, each * most))
    if change.symbol == "variant" and change.chromosomes[0] in "XY" and not change.sign:
        ends = [0, 1]  # 46,X,Yqh+ is how it is written, and 46,XY,Yqh+ is how it often is
    return (min(0, ends[0]), max(0, ends[1])) if change.doubtful else (ends[0], ends[1])


def _each(change: Change, clone: Clone) -> int:
    of_sex = sum(name in ("X", "Y") for name in change.chromosomes)
    if change.sign == "+":
        return 1
    if change.sign == "-":  # the sex chromosomes are those that are left, unless they are those of birth
        return 0 if of_sex and not change.symbol and not clone.born and clone.stem is None else -1
    if change.symbol in ("variant", "dmin", "min", "ace", "upd"):
        return 0
    fused = len(change.chromosomes) - 1 if change.symbol in FUSING else 0
    return (0 if clone.stem else of_sex) - fused  # beside a changed sex chromosome only the unchanged ones are listed
