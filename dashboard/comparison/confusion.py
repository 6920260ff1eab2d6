"""Confusion matrices of several runs side by side. Pure functions from data frames to charts."""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from dashboard.comparison import looks
from dashboard.comparison.drawing import AnyChart, named, titled
from dashboard.drawing.charts import TEXT_COLOUR, require

FOUND, MISSED, FALSE_ALARM, CLEARED = "found", "missed", "false alarm", "cleared"
KINDS = (FOUND, MISSED, FALSE_ALARM, CLEARED)
"""The four cells: abnormal ones found and missed, then normal ones that raise a false alarm and that are cleared."""

_COLUMNS = ["letter", "run", "origin", "judged_by", "kind", "count", "share"]
_FEW, _RIGHT, _WRONG = "#6b7783", "#1f6fa8", "#b8341a"  # white can be read on each, and each on any background
_ROOM = 1.35  # from one matrix to the next, in units of its width
_LEAST = 3  # matrices for which there is room: fewer stand in the middle instead of growing wide
_HEIGHT = 230
_WIDTH_OF_ONE = 290
_CELLS = {FOUND: (0, 0), MISSED: (0.5, 0), FALSE_ALARM: (0, 1), CLEARED: (0.5, 1)}  # left and top
_SIZE = (0.49, 0.96)
_DOWN = alt.Scale(domain=[-0.62, 2.05], nice=False, reverse=True)


def matrices(frame: pd.DataFrame) -> AnyChart:
    """One matrix a run: truth by row with abnormal first, the label by column; blue what is right, red what is wrong.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``judged_by``, ``kind`` (of ``KINDS``), ``count`` and ``share``
            (of those with the same truth, 0..1), four rows a run.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    cells = _placed(frame)
    number = cells["letter"].nunique()
    spare = max(0, _LEAST - number) * _ROOM / 2
    across = alt.Scale(domain=[-spare - 0.42, (number - 1) * _ROOM + 1 + spare], nice=False)
    chart = alt.LayerChart(layer=[_areas(cells, across), *_numbers(cells, across), *_names(cells, across)])
    return titled(chart, "Confusion matrices", frame, "karyograms of the test set", height=_HEIGHT)


def width_of(number: int) -> int:
    """How wide so many matrices must be drawn for their words to fit, in points."""
    return _WIDTH_OF_ONE * max(number, _LEAST)


def _placed(frame: pd.DataFrame) -> pd.DataFrame:
    """The cells with their places: a matrix is 1 wide and 2 high, and the next one begins ``_ROOM`` further right."""
    letters = sorted(set(frame["letter"]))
    foot = frame["letter"].map(letters.index) * _ROOM
    left = foot + frame["kind"].map(lambda kind: _CELLS[kind][0])
    top = frame["kind"].map(lambda kind: _CELLS[kind][1])
    shares = (100 * frame["share"]).map("{:.0f} % ".format).where(frame["share"].notna(), "")
    return frame.assign(
        foot=foot,
        left=left,
        right=left + _SIZE[0],
        middle=left + _SIZE[0] / 2,
        top=top,
        bottom=top + _SIZE[1],
        centre=top + _SIZE[1] / 2,
        colour=[_colour(kind, share) for kind, share in zip(frame["kind"], frame["share"], strict=True)],
        text=shares + frame["kind"],
    )


def _colour(kind: str, share: float) -> str:
    """Grey for a share as low as chance or as good as none, and full colour where all are right or 40 % are wrong."""
    if kind in (FOUND, CLEARED):
        return _mixed(_RIGHT, 2 * share - 1)
    return _mixed(_WRONG, share / 0.4)


def _mixed(colour: str, strength: float) -> str:
    part = min(1.0, max(0.0, strength))  # not a number becomes 0
    channels = [(int(_FEW[at : at + 2], 16), int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(grey + part * (full - grey)):02x}" for grey, full in channels)


def _areas(cells: pd.DataFrame, across: alt.Scale) -> alt.Chart:
    areas: alt.Chart = (
        _at(alt.Chart(cells).mark_rect(cornerRadius=3), "left", "top", across)
        .encode(x2="right:Q", y2="bottom:Q", fill=looks.FILL)
        .encode(
            tooltip=[
                *named(cells),
                alt.Tooltip("kind:N", title="Cell"),
                alt.Tooltip("count:Q", title="Karyograms"),
                alt.Tooltip("share:Q", title="Share of those with this truth", format=".1%"),
            ],
        )
    )
    return areas


def _numbers(cells: pd.DataFrame, across: alt.Scale) -> list[alt.Chart]:
    """The number of karyograms and its share."""
    number = alt.Chart(cells).mark_text(fontSize=19, fontWeight=600, dy=-7, color="white").encode(text="count:Q")
    share = alt.Chart(cells).mark_text(fontSize=11.5, dy=13, color="white").encode(text="text:N")
    return [_at(chart, "middle", "centre", across) for chart in (number, share)]


def _names(cells: pd.DataFrame, across: alt.Scale) -> list[alt.Chart]:
    """Above each matrix its letter and the labels of its columns, and left of it those of its rows."""
    heads = cells[cells["kind"] == FOUND]
    letters = alt.Chart(looks.marked(heads).assign(line=-0.38)).mark_text(align="left", fontSize=15, fontWeight=700)
    rows = pd.concat([heads.assign(line=0.48, said="abnormal"), heads.assign(line=1.48, said="normal")])
    right = heads["middle"] + _CELLS[MISSED][0]
    called = heads.assign(said="called abnormal"), heads.assign(said="called normal", middle=right)
    return [
        _at(letters.encode(text="letter:N", fill=looks.FILL), "foot", "line", across),
        _at(_words(rows, "right", -8), "foot", "line", across),
        _at(_words(pd.concat(called).assign(line=-0.1), "center", 0), "middle", "line", across),
    ]


def _words(rows: pd.DataFrame, align: Literal["right", "center"], dx: int) -> alt.Chart:
    words: alt.Chart = alt.Chart(rows).mark_text(align=align, dx=dx, fontSize=11.5, color=TEXT_COLOUR)
    return words.encode(text="said:N")


def _at(chart: alt.Chart, x: str, y: str, across: alt.Scale) -> alt.Chart:
    """The chart with its marks at these columns; instead of axes, words stand beside each matrix."""
    return chart.encode(x=alt.X(f"{x}:Q", scale=across, axis=None), y=alt.Y(f"{y}:Q", scale=_DOWN, axis=None))
