"""A small symbol for each outcome: its shape tells as much as its colour. SVG as data URLs, for the cells of tables."""

from __future__ import annotations

import base64

from models.judging.triage import TriageOutcome

COLOURS: dict[TriageOutcome | None, str] = {
    TriageOutcome.FLAGGED_ABNORMAL: "#bb3b1c",
    TriageOutcome.FLAGGED_UNCERTAIN: "#c28a00",
    TriageOutcome.FLAGGED_UNREADABLE: "#8a94a0",
    TriageOutcome.FAILED: "#a84a78",
    TriageOutcome.SCREENED_NORMAL: "#246da0",
    None: "#8a94a0",
}

_LINE = 'fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'

# Drawn around the origin, 20 units high; like the icons of the same outcomes in dashboard/wording/words.py.
_SHAPES: dict[TriageOutcome | None, str] = {
    TriageOutcome.FLAGGED_ABNORMAL: f'<path d="M0-10 11 9H-11Z"/><path {_LINE} d="M0-3V3M0 6V6"/>',
    TriageOutcome.FLAGGED_UNCERTAIN: (
        f'<circle r="10"/><path {_LINE} d="M-3-2.500C-3-6 3-6 3-2.500 3 0 0-.500 0 2M0 5.500V5.500"/>'
    ),
    TriageOutcome.FLAGGED_UNREADABLE: f'<circle r="10"/><path {_LINE} d="M-5-5 5 5"/>',
    TriageOutcome.FAILED: f'<rect x="-9" y="-9" width="18" height="18" rx="3"/><path {_LINE} d="M-4-4 4 4M4-4-4 4"/>',
    TriageOutcome.SCREENED_NORMAL: f'<circle r="10"/><path {_LINE} d="M-4.500 0-1.500 3.500 4.500-3.500"/>',
    None: '<circle r="8" fill="none" stroke="#8a94a0" stroke-width="2" stroke-dasharray="3 3"/>',
}


def data_url(outcome: TriageOutcome | None) -> str:
    """The symbol of an outcome, or of a karyogram that waits (``None``), as a data URL."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="-24 -24 48 48" '
        f'fill="{COLOURS[outcome]}">{_SHAPES[outcome]}</svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
