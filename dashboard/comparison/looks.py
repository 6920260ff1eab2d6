"""How the chosen runs look: each of the five places has a letter, a colour, a dash and a shape of its own.

The colours stay apart for every kind of colour vision and stand out from the light and from the dark background (a test
computes both); and nothing is told by colour alone.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

import altair as alt
import pandas as pd

PLACES = 5


@dataclass(frozen=True)
class Look:
    """How the run in one place is drawn; ``dash`` in pixels, ``shape`` by its Vega name, ``outline`` around 0, 0."""

    letter: str
    colour: str
    dash: tuple[int, ...]
    shape: str
    outline: str


LOOKS = (
    Look("A", "#1b5ecb", (1, 0), "circle", '<circle r="5"/>'),
    Look("B", "#f16b00", (7, 3), "square", '<path d="M-4.500-4.500h9v9h-9Z"/>'),
    Look("C", "#09a886", (2, 2), "triangle-up", '<path d="M0-6 5.500 4.500h-11Z"/>'),
    Look("D", "#c12f17", (9, 3, 2, 3), "diamond", '<path d="M0-6.500 5 0 0 6.500-5 0Z"/>'),
    Look("E", "#90517f", (4, 2, 1, 2), "cross", '<path d="M-2-6h4v4h4v4h-4v4h-4v-4h-4v-4h4Z"/>'),
)
"""In the order of the places."""

REASONS = (
    ("#556677", (1, 0)),
    ("#2299ee", (10, 2)),
    ("#bb3311", (2, 2)),
    ("#889933", (8, 4, 2, 4)),
    ("#9900ff", (5, 6)),
    ("#ff00bb", (3, 8)),
)
"""Colour and dash of each reason to defer of one run: no colour of a run, and as far apart as those.

What is drawn later has wider gaps: where lines lie over each other, all can be seen."""

FILL = alt.Fill("colour:N", scale=None)
STROKE = alt.Stroke("colour:N", scale=None)
SHAPE = alt.Shape("shape:N", scale=None)

_LETTERS = [look.letter for look in LOOKS]
_NO_LETTER = '<svg xmlns="http://www.w3.org/2000/svg" width="88" height="64"/>'


def colours(frame: pd.DataFrame) -> alt.Color:
    """The colours of the runs in a frame with the column ``letter``, with a legend."""
    scale = alt.Scale(domain=_LETTERS, range=[look.colour for look in LOOKS])
    return alt.Color("letter:N", scale=scale, legend=_legend(frame))


def dashes(frame: pd.DataFrame) -> alt.StrokeDash:
    """The dashes of the runs in a frame with the column ``letter``; they share the legend of the colours."""
    scale = alt.Scale(domain=_LETTERS, range=[list(look.dash) for look in LOOKS])
    return alt.StrokeDash("letter:N", scale=scale, legend=_legend(frame))


def marked(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the columns ``colour`` and ``shape``, which ``FILL``, ``STROKE`` and ``SHAPE`` draw as they stand.

    For marks beside the lines: what shares a scale with the lines would change the symbols of their legend.
    """
    by_letter = {look.letter: look for look in LOOKS}
    return frame.assign(
        colour=frame["letter"].map(lambda letter: by_letter[letter].colour),
        shape=frame["letter"].map(lambda letter: by_letter[letter].shape),
    )


def _legend(frame: pd.DataFrame) -> alt.Legend:
    present = [letter for letter in _LETTERS if letter in set(frame["letter"])]
    return alt.Legend(
        title=None,
        orient="top",
        values=present,
        symbolType="stroke",
        symbolSize=320,
        symbolStrokeWidth=2.5,
        columnPadding=8,
    )


def symbol(place: int | None) -> str:
    """The line of a place with its shape and its letter as a data URL; an empty picture for no place."""
    svg = _NO_LETTER if place is None else _drawn(LOOKS[place])
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")


def _drawn(look: Look) -> str:
    dash = " ".join(map(str, look.dash))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="88" height="64" viewBox="0 -16 44 32">'
        f'<path d="M0 0H28" fill="none" stroke="{look.colour}" stroke-width="2.500" stroke-dasharray="{dash}"/>'
        f'<g transform="translate(14)" fill="{look.colour}">{look.outline}</g>'
        f'<text x="31" y="5" font-family="sans-serif" font-size="14" font-weight="700" fill="{look.colour}">'
        f"{look.letter}</text></svg>"
    )
