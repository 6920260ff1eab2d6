"""Where chromosomes stand on a page: the row layouts laboratories use, as data, and captions beneath them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from models.chromosomes import CHROMOSOMES
from models.simulation.karyotypes import MARKER

Row = tuple[str | None, ...]
"""Places of one row from left to right; ``None`` is a gap of one place."""


def _row(text: str) -> Row:
    return tuple(None if name == "-" else name for name in text.split())


ROW_LAYOUTS: tuple[tuple[Row, ...], ...] = tuple(
    tuple(_row(line) for line in lines)
    for lines in (
        ("1 2 3 4 5", "6 7 8 9 10 11 12", "13 14 15 16 17 18", "19 20 21 22 X Y"),
        ("1 2 3 - 4 5", "6 7 8 9 10 11 12", "13 14 15 - 16 17 18", "19 20 - 21 22 X Y"),
        ("1 2 3 - 4 5", "6 7 8 9 10 11 12", "13 14 15 - 16 17 18", "19 20 - 21 22 - X Y"),
        ("1 2 3 4 5", "6 7 8 9 10 11 12 X", "13 14 15 16 17 18", "19 20 21 22 Y"),
        ("1 2 3 - 4 5", "6 7 8 9 10 11 12 X", "13 14 15 - 16 17 18", "19 20 - 21 22 - Y"),
        ("1 2 3 4 5", "6 7 8 9 10 11 12", "13 14 15 16 17 18", "19 20 21 22 Y X"),
        ("1 2 3 4 5 6", "7 8 9 10 11 12", "13 14 15 16 17 18", "19 20 21 22 X Y"),
        ("1 2 3 - 4 5", "6 7 8 9 10 11 12", "13 14 15 16 17 18", "19 20 21 22", "X Y"),
    )
)


class Caption(StrEnum):
    """What stands under a place."""

    NONE = "none"
    NUMBER = "number"
    LINE = "line"
    LINE_AND_NUMBER = "line_and_number"


@dataclass(frozen=True)
class PageStyle:
    """How one page is arranged; lengths are fractions of the page's width."""

    rows: tuple[Row, ...]
    aspect: float
    margin: float
    longest: float
    gap: float
    jitter: float
    bottom_aligned: bool
    caption: Caption
    marker_place: str

    def __post_init__(self) -> None:
        placed = [name for row in self.rows for name in row if name is not None]
        if sorted(placed) != sorted(CHROMOSOMES):
            raise ValueError(f"rows must place each of the 24 chromosomes once, got {placed}")

    def stands_at(self, place: str) -> str:
        """Return where a chromosome is drawn: a marker beside the chromosome chosen for it."""
        return self.marker_place if place == MARKER else place


def draw_style(rng: np.random.Generator) -> PageStyle:
    """Draw the arrangement of a page."""
    captions = [Caption.LINE_AND_NUMBER, Caption.NUMBER, Caption.LINE, Caption.NONE]
    return PageStyle(
        rows=ROW_LAYOUTS[int(rng.integers(len(ROW_LAYOUTS)))],
        aspect=rng.uniform(0.58, 0.95),
        margin=rng.uniform(0.01, 0.06),
        longest=rng.uniform(0.14, 0.21),
        gap=rng.uniform(0.002, 0.014),
        jitter=rng.uniform(0.0, 0.006),
        bottom_aligned=bool(rng.random() < 0.85),
        caption=captions[int(rng.choice(4, p=[0.5, 0.25, 0.1, 0.15]))],
        marker_place=str(rng.choice(["Y", "22", "X"])),
    )
