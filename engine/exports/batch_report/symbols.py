"""A small drawn symbol for each outcome, of the shapes and colours of the dashboard: colour is never the only sign."""

from __future__ import annotations

from typing import Final

from engine.exports.batch_report.pages import Pages
from models.judging.triage import TriageOutcome

_SIDE: Final = 3.0
_COLOURS: Final[dict[TriageOutcome | None, tuple[int, int, int]]] = {
    TriageOutcome.FLAGGED_ABNORMAL: (200, 64, 31),
    TriageOutcome.FLAGGED_UNCERTAIN: (224, 161, 0),
    TriageOutcome.FLAGGED_UNREADABLE: (138, 148, 160),
    TriageOutcome.FAILED: (163, 78, 140),
    TriageOutcome.SCREENED_NORMAL: (47, 128, 183),
    None: (138, 148, 160),
}


def symbol(pages: Pages, outcome: TriageOutcome | None, x: float, y: float) -> None:
    """Draw the symbol of an outcome, or of what waits, with its upper left corner at a place."""
    pages.set_fill_color(*_COLOURS[outcome])
    pages.set_draw_color(*_COLOURS[outcome])
    pages.set_line_width(0.35)
    if outcome is TriageOutcome.FLAGGED_ABNORMAL:
        pages.polygon([(x, y + _SIDE), (x + _SIDE, y + _SIDE), (x + _SIDE / 2, y)], style="F")
    elif outcome is TriageOutcome.FAILED:
        pages.rect(x, y, _SIDE, _SIDE, style="F")
    else:
        pages.ellipse(x, y, _SIDE, _SIDE, style="D" if outcome is None else "F")
    _mark(pages, outcome, x, y)


def _mark(pages: Pages, outcome: TriageOutcome | None, x: float, y: float) -> None:
    """Draw the white lines inside the shape."""
    marks: dict[TriageOutcome | None, list[tuple[float, float, float, float]]] = {
        TriageOutcome.FLAGGED_ABNORMAL: [(0.5, 0.42, 0.5, 0.68), (0.5, 0.83, 0.5, 0.84)],
        TriageOutcome.FLAGGED_UNCERTAIN: [(0.38, 0.35, 0.62, 0.35), (0.62, 0.35, 0.5, 0.58), (0.5, 0.75, 0.5, 0.77)],
        TriageOutcome.FLAGGED_UNREADABLE: [(0.25, 0.25, 0.75, 0.75)],
        TriageOutcome.FAILED: [(0.3, 0.3, 0.7, 0.7), (0.7, 0.3, 0.3, 0.7)],
        TriageOutcome.SCREENED_NORMAL: [(0.27, 0.52, 0.43, 0.7), (0.43, 0.7, 0.74, 0.34)],
    }
    pages.set_draw_color(255, 255, 255)
    for left, top, right, bottom in marks.get(outcome, []):
        pages.line(x + left * _SIDE, y + top * _SIDE, x + right * _SIDE, y + bottom * _SIDE)
