"""Which chromosomes stand in which row of a page, and where the sex chromosomes are, as laboratories arrange them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from models.chromosomes import CHROMOSOMES
from models.simulation.karyotypes.segments import MARKER
from models.simulation.pages.families import Families, Variety

Row = tuple[str | None, ...]
"""Places of one row from left to right; ``None`` is a gap."""

BOTH_SEXES = "XY"
"""The place at which all sex chromosomes stand together."""

DENVER_GROUPS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "A": ("1", "3"),
        "B": ("4", "5"),
        "C": ("6", "12"),
        "D": ("13", "15"),
        "E": ("16", "18"),
        "F": ("19", "20"),
        "G": ("21", "22"),
    }
)
"""The groups of the Denver system (1960): letter, first and last chromosome."""

_GROUP_ENDS = frozenset(last for _, last in DENVER_GROUPS.values())
_MOST_IN_A_ROW = 9


class RowFamily(StrEnum):
    """Where the rows of autosomes break; ``GROUPS`` has a row for each Denver group, ``ANY`` breaks anywhere."""

    CLASSIC = "classic"
    SIXES = "sixes"
    FIVES = "fives"
    EIGHTS = "eights"
    HALVES = "halves"
    MANY = "many"
    ANY = "any"
    SEVENS = "sevens"
    GROUPS = "groups"


class SexFamily(StrEnum):
    """Where X and Y stand.

    In the last row: ``LAST``, ``SWAPPED`` (Y first), ``TOGETHER`` (one place for both), ``APART`` (far from 22) and
    ``LEADING`` (before 19). ``AFTER_12``: X ends the row of chromosome 12, Y the last one. ``AMID``: the same where the
    row goes on after 12.
    """

    LAST = "last"
    SWAPPED = "swapped"
    TOGETHER = "together"
    APART = "apart"
    LEADING = "leading"
    OWN_ROW = "own_row"
    AFTER_12 = "after_12"
    ROW_OF_12 = "row_of_12"
    FIRST_ROW = "first_row"
    AMID = "amid"


ROW_FAMILIES = Families[RowFamily](
    training={
        RowFamily.CLASSIC: 0.28,
        RowFamily.SIXES: 0.10,
        RowFamily.FIVES: 0.05,
        RowFamily.EIGHTS: 0.06,
        RowFamily.HALVES: 0.04,
        RowFamily.MANY: 0.07,
        RowFamily.ANY: 0.40,
    },
    held_out={RowFamily.SEVENS: 0.5, RowFamily.GROUPS: 0.5},
)
SEX_FAMILIES = Families[SexFamily](
    training={
        SexFamily.LAST: 0.34,
        SexFamily.SWAPPED: 0.05,
        SexFamily.TOGETHER: 0.15,
        SexFamily.APART: 0.12,
        SexFamily.LEADING: 0.04,
        SexFamily.OWN_ROW: 0.08,
        SexFamily.AFTER_12: 0.16,
        SexFamily.ROW_OF_12: 0.06,
    },
    held_out={SexFamily.AMID: 0.6, SexFamily.FIRST_ROW: 0.4},
)
# the last chromosome of every row but the last one
_BREAKS: Mapping[RowFamily, tuple[tuple[int, ...], ...]] = MappingProxyType(
    {
        RowFamily.CLASSIC: ((5, 12, 18),),
        RowFamily.SIXES: ((6, 12, 18),),
        RowFamily.FIVES: ((5, 10, 15, 20), (5, 10, 15)),
        RowFamily.EIGHTS: ((8, 16), (8, 15)),
        RowFamily.HALVES: ((12,), (11,), (10,)),
        RowFamily.MANY: (
            (3, 7, 12, 18),
            (4, 8, 12, 18),
            (5, 9, 12, 18),
            (3, 5, 12, 18),
            (5, 12, 15, 18),
            (5, 12, 18, 20),
        ),
        RowFamily.SEVENS: ((7, 14), (7, 15)),
        RowFamily.GROUPS: ((3, 5, 12, 15, 18, 20),),
    }
)


@dataclass(frozen=True)
class Layout:
    """The rows of a page from top to bottom, and the chromosome beside which a marker stands."""

    rows: tuple[Row, ...]
    marker_place: str = "Y"

    def __post_init__(self) -> None:
        """Check that each chromosome has one place; a marker may have one."""
        placed = [name for place in self.places for name in (tuple(place) if place == BOTH_SEXES else (place,))]
        if sorted(name for name in placed if name != MARKER) != sorted(CHROMOSOMES):
            raise ValueError(f"rows must place each of the 24 chromosomes once, got {placed}")

    @cached_property
    def places(self) -> tuple[str, ...]:
        """All places in reading order."""
        return tuple(place for row in self.rows for place in row if place is not None)

    def stands_at(self, chromosome: str) -> str:
        """Return the place of a chromosome; X and Y may share one, and a marker may have none of its own."""
        if chromosome in self.places:
            return chromosome
        return self.stands_at(self.marker_place) if chromosome == MARKER else BOTH_SEXES


FIXED_LAYOUT = Layout(
    tuple(tuple(row.split()) for row in ("1 2 3 4 5", "6 7 8 9 10 11 12", "13 14 15 16 17 18", "19 20 21 22 X Y"))
)
"""The layout of most textbooks."""


def draw_layout(rng: np.random.Generator, variety: Variety) -> Layout:
    """Draw a layout."""
    if variety is Variety.FIXED:
        return FIXED_LAYOUT
    rows = _autosomes(rng, ROW_FAMILIES.draw(rng, variety))
    _SEATS[SEX_FAMILIES.draw(rng, variety)](rng, rows)
    if rng.random() < 0.1:
        rows[-1].append(MARKER)
    if rng.random() < 0.4:
        rows = [_part_groups(row) for row in rows]
    return Layout(tuple(map(tuple, rows)), str(rng.choice(["Y", "22", "X"])))


_Rows = list[list[str | None]]


def _autosomes(rng: np.random.Generator, family: RowFamily) -> _Rows:
    breaks = _any_breaks(rng) if family is RowFamily.ANY else _BREAKS[family][int(rng.integers(len(_BREAKS[family])))]
    return [[str(number) for number in range(start + 1, end + 1)] for start, end in pairwise((0, *breaks, 22))]


def _any_breaks(rng: np.random.Generator) -> tuple[int, ...]:
    """Break anywhere, but not where the held-out families do."""
    held_out = {breaks for family in ROW_FAMILIES.held_out for breaks in _BREAKS[family]}
    while True:
        drawn = rng.choice(np.arange(3, 21), int(rng.integers(2, 6)), replace=False)
        breaks = tuple(sorted(int(number) for number in drawn))
        lengths = [end - start for start, end in pairwise((0, *breaks, 22))]
        if min(lengths[:-1]) >= 3 and max(lengths) <= _MOST_IN_A_ROW and breaks not in held_out:
            return breaks


def _part_groups(row: list[str | None]) -> list[str | None]:
    """Leave a gap after each Denver group."""
    parted: list[str | None] = []
    for place, following in pairwise((*row, None)):
        parted.append(place)
        if place in _GROUP_ENDS and following is not None:
            parted.append(None)
    return parted


def _sexes(rng: np.random.Generator) -> list[str | None]:
    """X and Y, parted by a gap or not, or as one place."""
    choices: tuple[list[str | None], ...] = (["X", "Y"], ["X", None, "Y"], [BOTH_SEXES])
    return list(choices[int(rng.choice(3, p=[0.5, 0.15, 0.35]))])


def _gap(rng: np.random.Generator) -> list[str | None]:
    return [None] if rng.random() < 0.4 else []


def _last(rng: np.random.Generator, rows: _Rows) -> None:
    rows[-1] += [*_gap(rng), "X", *_gap(rng), "Y"]


def _swapped(rng: np.random.Generator, rows: _Rows) -> None:
    rows[-1] += [*_gap(rng), "Y", *_gap(rng), "X"]


def _together(rng: np.random.Generator, rows: _Rows) -> None:
    rows[-1] += [*_gap(rng), BOTH_SEXES]


def _apart(rng: np.random.Generator, rows: _Rows) -> None:
    rows[-1] += [None] * int(rng.integers(2, 5)) + _sexes(rng)


def _leading(rng: np.random.Generator, rows: _Rows) -> None:
    rows[-1][:0] = [*_sexes(rng), *_gap(rng)]


def _own_row(rng: np.random.Generator, rows: _Rows) -> None:
    rows.append(_sexes(rng))


def _after_12(rng: np.random.Generator, rows: _Rows) -> None:
    row = next((row for row in rows if row[-1] == "12"), rows[-1])
    row += [*_gap(rng), "X"]
    rows[-1] += [*_gap(rng), "Y"]


def _row_of_12(rng: np.random.Generator, rows: _Rows) -> None:
    row = next((row for row in rows if row[-1] == "12"), rows[-1])
    row += [*_gap(rng), *_sexes(rng)]


def _first_row(rng: np.random.Generator, rows: _Rows) -> None:
    rows[0] += [None, *_sexes(rng)]


def _amid(rng: np.random.Generator, rows: _Rows) -> None:
    row = next(row for row in rows if "12" in row)
    row.insert(row.index("12") + 1, "X")
    rows[-1].append("Y")


_SEATS: Mapping[SexFamily, Callable[[np.random.Generator, _Rows], None]] = MappingProxyType(
    {
        SexFamily.LAST: _last,
        SexFamily.SWAPPED: _swapped,
        SexFamily.TOGETHER: _together,
        SexFamily.APART: _apart,
        SexFamily.LEADING: _leading,
        SexFamily.OWN_ROW: _own_row,
        SexFamily.AFTER_12: _after_12,
        SexFamily.ROW_OF_12: _row_of_12,
        SexFamily.FIRST_ROW: _first_row,
        SexFamily.AMID: _amid,
    }
)
