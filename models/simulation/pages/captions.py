"""What a laboratory prints around the places of a page: digits, lines, brackets, boxes and group letters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby
from types import MappingProxyType

import numpy as np

from models.simulation.karyotypes.segments import MARKER
from models.simulation.pages.arrangements import Slot
from models.simulation.pages.families import Families, Variety
from models.simulation.pages.layouts import BOTH_SEXES, DENVER_GROUPS, Layout
from models.simulation.pages.pens import FONTS, Pen, Stroke, text_width
from models.simulation.pages.plans import Room

_GAP = 0.006  # between a mark and what it marks, in fractions of the page's width
_MOST_BESIDE = 0.35  # of the page's width, all names beside the places of a row together
_MARKER_LABEL = "mar"


class CaptionFamily(StrEnum):
    """What marks a place."""

    NONE = "none"
    DIGITS = "digits"
    DIGITS_ABOVE = "digits_above"
    LINES = "lines"
    LINES_AND_DIGITS = "lines_and_digits"
    BRACKETS = "brackets"
    TICKS = "ticks"
    ROW_LINES = "row_lines"
    GROUPS = "groups"
    BOXES = "boxes"
    DIGITS_BESIDE = "digits_beside"


CAPTION_FAMILIES = Families[CaptionFamily](
    training={
        CaptionFamily.NONE: 0.10,
        CaptionFamily.DIGITS: 0.32,
        CaptionFamily.DIGITS_ABOVE: 0.06,
        CaptionFamily.LINES: 0.06,
        CaptionFamily.LINES_AND_DIGITS: 0.22,
        CaptionFamily.BRACKETS: 0.08,
        CaptionFamily.TICKS: 0.03,
        CaptionFamily.ROW_LINES: 0.05,
        CaptionFamily.GROUPS: 0.08,
    },
    held_out={CaptionFamily.BOXES: 0.5, CaptionFamily.DIGITS_BESIDE: 0.5},
)


class Digits(StrEnum):
    """Where the name of a chromosome is written."""

    NOWHERE = "nowhere"
    BELOW = "below"
    ABOVE = "above"
    BESIDE = "beside"


class Mark(StrEnum):
    """What is drawn at each place."""

    NONE = "none"
    LINE = "line"
    BRACKET = "bracket"
    TICK = "tick"
    ROW_LINE = "row_line"
    BOX = "box"


@dataclass(frozen=True)
class CaptionStyle:
    """How places are marked; sizes are fractions of the page's width, shades 0 paper to 1 black.

    ``pattern``: what is written for a name. ``reach``: of a line, in widths of a place. ``sex_label``: what is written
    where X and Y share a place; never taken from the karyotype, which it would give away. ``sex_frame``: whether X
    and Y are framed. ``empty``: whether places where nothing stands are marked.
    """

    digits: Digits = Digits.BELOW
    mark: Mark = Mark.NONE
    groups: bool = False
    font: str = FONTS[0]
    size: float = 0.03
    pattern: str = "{}"
    shade: float = 1.0
    thickness: float = 0.003
    reach: float = 0.7
    sex_label: str = "XY"
    sex_frame: bool = False
    empty: bool = True

    @property
    def stroke(self) -> Stroke:
        """How lines are drawn."""
        return {"thickness": self.thickness, "shade": self.shade}

    @property
    def room(self) -> Room:
        """The room that the captions of a row need."""
        line = 1.3 * self.size
        below = 0.008 + (line if self.digits is Digits.BELOW else 0) + (1.5 * line if self.groups else 0)
        above = 0.008 + (line if self.digits is Digits.ABOVE else 0) + (0.01 if self.mark is Mark.BOX else 0)
        return Room(above, below, beside=self._breadth if self.digits is Digits.BESIDE else 0.0)

    def fitting(self, layout: Layout) -> CaptionStyle:
        """Return it with names so small that those beside the places of a row leave most of its width to these."""
        if self.digits is not Digits.BESIDE:
            return self
        most = max(sum(place is not None for place in row) for row in layout.rows)
        share = (_MOST_BESIDE / most - 2 * _GAP) / (self._breadth - 2 * _GAP)
        return replace(self, size=self.size * min(1.0, share))

    @property
    def _breadth(self) -> float:
        """Of the broadest name and the gaps on both sides of it, so that none is written over chromosomes."""
        names = ("22", self.sex_label, _MARKER_LABEL)
        return max(text_width(self.pattern.format(name), self.font, self.size) for name in names) + 2 * _GAP


_MARKS: Mapping[CaptionFamily, tuple[Digits, Mark]] = MappingProxyType(
    {
        CaptionFamily.NONE: (Digits.NOWHERE, Mark.NONE),
        CaptionFamily.DIGITS: (Digits.BELOW, Mark.NONE),
        CaptionFamily.DIGITS_ABOVE: (Digits.ABOVE, Mark.NONE),
        CaptionFamily.LINES: (Digits.NOWHERE, Mark.LINE),
        CaptionFamily.LINES_AND_DIGITS: (Digits.BELOW, Mark.LINE),
        CaptionFamily.BRACKETS: (Digits.BELOW, Mark.BRACKET),
        CaptionFamily.TICKS: (Digits.NOWHERE, Mark.TICK),
        CaptionFamily.ROW_LINES: (Digits.BELOW, Mark.ROW_LINE),
        CaptionFamily.GROUPS: (Digits.BELOW, Mark.NONE),
        CaptionFamily.BOXES: (Digits.BELOW, Mark.BOX),
        CaptionFamily.DIGITS_BESIDE: (Digits.BESIDE, Mark.NONE),
    }
)
_PATTERNS = ("{}", "{}.", "({})", "[{}]", "#{}", "{}", "- {} -")
_PATTERN_SHARES = (0.80, 0.06, 0.04, 0.02, 0.04, 0.02, 0.02)


def draw_caption_style(rng: np.random.Generator, variety: Variety) -> CaptionStyle:
    """Draw the look of the captions."""
    if variety is Variety.FIXED:
        return CaptionStyle()
    family = CAPTION_FAMILIES.draw(rng, variety)
    digits, mark = _MARKS[family]
    return CaptionStyle(
        digits=digits,
        mark=mark,
        groups=family is CaptionFamily.GROUPS,
        font=FONTS[int(rng.integers(len(FONTS)))],
        size=float(rng.choice([rng.uniform(0.018, 0.035), rng.uniform(0.035, 0.055)], p=[0.8, 0.2])),
        pattern=str(rng.choice(_PATTERNS, p=_PATTERN_SHARES)),
        shade=float(rng.choice([1.0, rng.uniform(0.3, 1.0)])),
        thickness=rng.uniform(0.001, 0.006),
        reach=rng.uniform(0.35, 0.95),
        sex_label=str(rng.choice(["XX", "XY", "X Y", "X/Y", "XY", "X  Y", "sex"])),
        sex_frame=bool(rng.random() < 0.06),
        empty=bool(rng.random() < 0.75),
    )


def write_captions(pen: Pen, style: CaptionStyle, slots: Mapping[str, Slot]) -> None:
    """Mark the places of a page."""
    gap, rows = _GAP * pen.width, _rows(slots)
    for place, slot in slots.items():
        if slot.empty and not style.empty:
            continue
        _name(pen, style, place, slot, gap)
        _mark(pen, style, slot, gap)
    if style.mark is Mark.ROW_LINE:
        for row in rows:
            _level(pen, style, row[0].left, row[-1].right, row[0].bottom + gap)
    if style.groups:
        _letter_groups(pen, style, slots, gap)
    if style.sex_frame:
        sexes = [slots[place] for place in ("X", "Y", BOTH_SEXES) if place in slots]
        for row in _rows(dict(zip("XY", sexes, strict=False))):
            pen.box((row[0].left, row[0].top - gap, row[-1].right, row[0].bottom + gap), **style.stroke)


def _rows(slots: Mapping[str, Slot]) -> list[list[Slot]]:
    """Return the places of each row from left to right."""
    ordered = sorted(slots.values(), key=lambda slot: (slot.row, slot.left))
    return [list(row) for _, row in groupby(ordered, key=lambda slot: slot.row)]


def _name(pen: Pen, style: CaptionStyle, place: str, slot: Slot, gap: float) -> None:
    below = slot.bottom + gap * (2 if style.mark is not Mark.NONE else 1)
    at, anchor = {
        Digits.NOWHERE: ((0.0, 0.0), ""),
        Digits.BELOW: ((slot.middle, below), "mt"),
        Digits.ABOVE: ((slot.middle, slot.top - gap), "mb"),
        Digits.BESIDE: ((slot.filled - gap, slot.bottom), "rb"),
    }[style.digits]
    if anchor:
        label = {BOTH_SEXES: style.sex_label, MARKER: _MARKER_LABEL}.get(place, place)
        pen.write(style.pattern.format(label), at, anchor=anchor, font=style.font, size=style.size, shade=style.shade)


def _mark(pen: Pen, style: CaptionStyle, slot: Slot, gap: float) -> None:
    y, reach = slot.bottom + gap, style.reach * (slot.right - slot.left) / 2
    left, right = slot.middle - reach, slot.middle + reach
    if style.mark is Mark.LINE:
        _level(pen, style, left, right, y)
    elif style.mark is Mark.BRACKET:
        pen.line(((left, y - gap), (left, y), (right, y), (right, y - gap)), **style.stroke)
    elif style.mark is Mark.TICK:
        pen.line(((slot.middle, y), (slot.middle, y + gap)), **style.stroke)
    elif style.mark is Mark.BOX:
        pen.box((slot.left + 1, slot.top - gap, slot.right - 1, y), **style.stroke)


def _level(pen: Pen, style: CaptionStyle, left: float, right: float, y: float) -> None:
    pen.line(((left, y), (right, y)), **style.stroke)


def _letter_groups(pen: Pen, style: CaptionStyle, slots: Mapping[str, Slot], gap: float) -> None:
    """Draw a line under each Denver group and its letter; a group that a row break parts has none."""
    for letter, (first, last) in DENVER_GROUPS.items():
        start, end = slots[first], slots[last]
        if start.row == end.row:
            y = start.bottom + gap + (style.size * pen.width if style.digits is Digits.BELOW else 0) * 1.3
            middle = (start.left + end.right) / 2, y + gap
            _level(pen, style, start.left + gap, end.right - gap, y)
            pen.write(letter, middle, anchor="mt", font=style.font, size=style.size, shade=style.shade)
