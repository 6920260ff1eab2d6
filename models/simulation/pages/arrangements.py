"""Give every chromosome of a page its position: places side by side in rows, homologues side by side in places."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.simulation.chromosomes.material import Material, Patch
from models.simulation.karyotypes.bands import centromere
from models.simulation.karyotypes.segments import MARKER, Chromosome
from models.simulation.pages.layouts import BOTH_SEXES, Row
from models.simulation.pages.plans import Plan, centromere_of, relative_length
from models.simulation.pages.spacings import Alignment, Filling

_MOST_GAPS = 0.3  # of the page's width, all gaps of a row together
_EMPTY_WIDTH = 0.2  # of a place where nothing stands, in the same
_INKED = 0.08  # darkness from which on a pixel belongs to a chromosome


@dataclass(frozen=True)
class Drawn:
    """A chromosome as a material has drawn it, and the fraction of its height at which its centromere is."""

    patch: Patch
    place: str
    changed: bool
    centromere: float

    def anchor(self, alignment: Alignment) -> float:
        """Return how far below its top it meets the line of its row, in pixels."""
        return _anchor(alignment, self.centromere) * len(self.patch)


def draw_one(rng: np.random.Generator, chromosome: Chromosome, material: Material, length: float, tilt: float) -> Drawn:
    """Draw a chromosome.

    Args:
        rng: source of all randomness.
        chromosome: which one.
        material: how it looks.
        length: of chromosome 1, in pixels.
        tilt: standard deviation of its inclination, in degrees.
    """
    patch = material.draw(rng, chromosome, length)
    if tilt:
        turned = Image.fromarray(patch).rotate(rng.normal(0, tilt), Image.Resampling.BILINEAR, expand=True)
        patch = np.asarray(turned, np.float32)
    return Drawn(patch, chromosome.place, chromosome.changed, centromere_of(chromosome))


@dataclass(frozen=True)
class Slot:
    """The box of a place, in pixels, above and below which captions stand.

    ``filled``: where its chromosomes begin, from the left. ``empty``: whether there are none. ``row``: its number from
    the top.
    """

    left: float
    top: float
    right: float
    bottom: float
    filled: float
    empty: bool
    row: int

    @property
    def middle(self) -> float:
        """The middle of the place from left to right."""
        return (self.left + self.right) / 2


Box = tuple[float, float, float, float]
"""Left, top, right and bottom in pixels."""


@dataclass(frozen=True)
class Standing:
    """One chromosome on the page: its place and its box."""

    place: str
    changed: bool
    box: Box

    @property
    def centre(self) -> tuple[float, float]:
        """Return the centre of the box, (x, y) in pixels."""
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


Owners = NDArray[np.uint8]
"""Whose ink is darkest at each pixel of a page, (height, width): 1 for what was put down first, 0 for nobody's."""


def stamp(ink: NDArray[np.float32], owners: Owners, patch: Patch, corner: tuple[int, int], number: int) -> None:
    """Put a patch on a page whose ink and owners are known; where patches overlap the darker one is seen.

    Args:
        ink: darkness of the page, (height, width), 0..1; changed in place.
        owners: of the same shape; changed in place.
        patch: darkness, 0..1.
        corner: row and column of the page at which the patch begins.
        number: of the patch, from 1.
    """
    row, column = corner
    height, width = patch.shape
    part = ink[row : row + height, column : column + width]
    patch = patch[: part.shape[0], : part.shape[1]]
    owners[row : row + height, column : column + width][(patch > part) & (patch > _INKED)] = number
    np.maximum(part, patch, out=part)


@dataclass(frozen=True)
class Arrangement:
    """Chromosomes in their positions.

    ``ink``: darkness (height, width) float32, 0..1. ``owners``: see ``stamp``. ``standing``: in the order they were put
    down. ``slots``: by place. ``places``: where the centre of each of the 24 chromosomes would be, (x, y) in pixels.
    """

    ink: NDArray[np.float32]
    owners: Owners
    standing: tuple[Standing, ...]
    slots: Mapping[str, Slot]
    places: Mapping[str, tuple[float, float]]


def _anchor(alignment: Alignment, centromere: float) -> float:
    shares = {Alignment.TOP: 0.0, Alignment.CENTRE: 0.5, Alignment.BOTTOM: 1.0, Alignment.CENTROMERE: centromere}
    return shares[alignment]


def _centres(place: str) -> tuple[tuple[str, float], ...]:
    """Return the chromosomes expected at a place, each with its offset from the middle in widths of the place."""
    if place == BOTH_SEXES:
        return ("X", -0.2), ("Y", 0.2)
    return () if place == MARKER else ((place, 0.0),)


def arrange(rng: np.random.Generator, plan: Plan, drawn: Mapping[str, Sequence[Drawn]]) -> Arrangement:
    """Put chromosomes in their positions; the sheet is wider than planned if a row needs it.

    Args:
        rng: source of all randomness.
        plan: which place is where, and how far apart.
        drawn: the chromosomes of each place from left to right.
    """
    sheet = _Sheet(rng, plan, drawn)
    for index in range(len(plan.layout.rows)):
        sheet.fill_row(index)
    return Arrangement(sheet.ink, sheet.owners, tuple(sheet.standing), sheet.slots, sheet.places)


class _Sheet:
    """A page while it is being filled, row by row from the top."""

    def __init__(self, rng: np.random.Generator, plan: Plan, drawn: Mapping[str, Sequence[Drawn]]) -> None:
        self._rng, self._layout, self._spacing, self._drawn = rng, plan.layout, plan.spacing, drawn
        self._longest, self._least_gap = plan.longest, 0.005 * plan.width
        room, spacing = plan.room, plan.spacing
        self._width = width = max(plan.width, *(self._least_width(row, room.beside) for row in plan.layout.rows))
        self._beside = room.beside * width
        self._above, self._below = room.above * width, room.below * width
        self._reach = [self._reach_of(row) for row in plan.layout.rows]
        _, _, top, bottom = (margin * width for margin in spacing.margins)
        rows = sum(above + below for above, below in self._reach) + len(self._reach) * (self._above + self._below)
        needed = rows + top + bottom + (room.head + room.foot) * width
        spare = max(0.0, spacing.aspect * width - needed)
        self._between = spare * spacing.looseness / len(self._reach)
        self._y = top + room.head * width + rng.uniform(0, 1 - spacing.looseness) * spare
        self.ink = np.zeros((int(needed + spare) + 1, width), np.float32)
        self.owners = np.zeros(self.ink.shape, np.uint8)
        self.standing: list[Standing] = []
        self.slots: dict[str, Slot] = {}
        self.places: dict[str, tuple[float, float]] = {}

    def fill_row(self, index: int) -> None:
        """Put the chromosomes of one row on the page."""
        row, (above, below) = self._layout.rows[index], self._reach[index]
        top = self._y + self._above + self._between
        bottom = top + above + below
        for place, left, right in self._slots_of(row):
            filled = self._fill_place(place, left, right, top + above)
            self.slots[place] = Slot(left, top, right, bottom, filled, not self._drawn.get(place), index)
        self._y = bottom + self._below

    def _reach_of(self, row: Row) -> tuple[float, float]:
        """Return how far the chromosomes of a row reach above and below their common line."""
        drawn = [one for place in row if place for one in self._drawn.get(place, ())]
        anchors = [one.anchor(self._spacing.alignment) for one in drawn]
        above = max(anchors, default=0.04 * self._width)
        return above, max(
            (one.patch.shape[0] - anchor for one, anchor in zip(drawn, anchors, strict=True)), default=0.0
        )

    def _group_gap(self, row: Row) -> float:
        """Return the width of a gap, in fractions of the page's: many gaps are narrower."""
        return min(self._spacing.group_gap, _MOST_GAPS / max(1, row.count(None)))

    def _least_width(self, row: Row, beside: float) -> int:
        """Return how wide the page must be for the chromosomes of a row to stand side by side, or nearly so.

        ``beside``: what captions take of each place, in fractions of that width.
        """
        left, right, _, _ = self._spacing.margins
        places = [place for place in row if place is not None]
        share = 1 - left - right - self._group_gap(row) * row.count(None) - beside * len(places)
        needed = sum(self._occupied(place) for place in places)
        return math.ceil(self._spacing.squeeze * needed / share)

    def _slots_of(self, row: Row) -> list[tuple[str, float, float]]:
        """Return the places of a row, each with its left and right edge."""
        left, right = (margin * self._width for margin in self._spacing.margins[:2])
        places = [place for place in row if place is not None]
        gap = self._group_gap(row) * self._width
        usable = self._width - left - right - gap * (len(row) - len(places))
        widths = self._widths_of(places, usable)
        spare = usable - sum(widths)
        x = left + {Filling.JUSTIFIED: 0.0, Filling.LEFT: 0.0, Filling.CENTRED: spare / 2}[self._spacing.filling]
        slots, remaining = [], iter(widths)
        for place in row:
            step = gap if place is None else float(next(remaining))
            if place is not None:
                slots.append((place, x, x + step))
            x += step
        return slots

    def _widths_of(self, places: Sequence[str], usable: float) -> NDArray[np.float64]:
        """Share the width out evenly or by need; no place gets less than it needs while another has more."""
        needed = np.array([self._needed(place) for place in places])
        columns = len(places)
        if self._spacing.filling is not Filling.JUSTIFIED:
            columns = max(sum(place is not None for place in row) for row in self._layout.rows)
        total = max(usable * len(places) / columns, min(usable, float(needed.sum())))
        even = self._spacing.evenness
        by_need: NDArray[np.float64] = total * needed / needed.sum()
        widths = even * total / len(places) + (1 - even) * by_need
        lack, slack = np.maximum(needed - widths, 0), np.maximum(widths - needed, 0)
        if slack.sum() <= lack.sum():
            return by_need
        widths += lack - slack * lack.sum() / slack.sum()
        return widths

    def _needed(self, place: str) -> float:
        return self._beside + self._occupied(place)

    def _occupied(self, place: str) -> float:
        """Return how much of a place chromosomes need, in pixels."""
        gap = max(self._spacing.gap * self._longest, self._least_gap)
        drawn = self._drawn.get(place, ())
        return sum(one.patch.shape[1] + gap for one in drawn) or _EMPTY_WIDTH * self._longest

    def _fill_place(self, place: str, left: float, right: float, line: float) -> float:
        """Put homologues side by side; return where they begin."""
        drawn, spacing = self._drawn.get(place, ()), self._spacing
        gap = spacing.gap * self._longest
        gap += spacing.spread * max(0.0, right - left - self._needed(place)) / max(1, len(drawn))
        middle = (left + self._beside + right) / 2
        first = x = middle + self._jitter() - max(0.0, sum(len(one.patch[0]) + gap for one in drawn) - gap) / 2
        for one in drawn:
            self._stamp(one, x, line - one.anchor(spacing.alignment) + self._jitter())
            x += one.patch.shape[1] + gap
        for name, aside in _centres(place):
            self.places[name] = (middle + aside * (right - left), line + self._below_line(name))
        return first

    def _stamp(self, drawn: Drawn, left: float, top: float) -> None:
        patch = drawn.patch
        height, width = patch.shape
        row = max(0, min(round(top), self.ink.shape[0] - height))
        column = max(0, min(round(left), self.ink.shape[1] - width))
        stamp(self.ink, self.owners, patch, (row, column), len(self.standing) + 1)
        self.standing.append(Standing(drawn.place, drawn.changed, (column, row, column + width, row + height)))

    def _below_line(self, name: str) -> float:
        """Return how far below the line of its row the centre of a normal chromosome is, in pixels."""
        return (0.5 - _anchor(self._spacing.alignment, centromere(name))) * relative_length(name) * self._longest

    def _jitter(self) -> float:
        return float(self._rng.normal(0, self._spacing.jitter * self._width))
