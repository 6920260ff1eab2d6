"""What leakage is worth: the same experiment with both splits. Pure functions from data frames to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison.drawing import TELLS_NOTHING, UNIT, AnyChart, percent_axis, titled
from dashboard.drawing.charts import TEXT_COLOUR, require

PUBLISHED, BY_CASE = "as published", "by case"
FIGURES = {"sensitivity": "Sensitivity", "auc": "AUC", "precision": "Precision"}
"""What is compared, with its title; 0..1 all."""

_COLUMNS = ["title", "origin", "judged_by", "split", "figure", "low", "high", "gap", "gap_low", "gap_high", "telling"]
_COLOURS = {PUBLISHED: "#d97800", BY_CASE: "#178a88"}  # readable on both backgrounds, and no colour of a run
_SHAPES = {PUBLISHED: "diamond", BY_CASE: "circle"}
_ROW, _AROUND = 38, 170  # the height of a row, and of titles, legend and axis


def gap(frame: pd.DataFrame, figure: str) -> AnyChart:
    """One row an experiment: its figure with both splits, with intervals, and the gap between them in points.

    Args:
        frame: columns ``title``, ``origin``, ``judged_by``, ``split`` (``PUBLISHED`` or ``BY_CASE``), ``figure``,
            ``low`` and ``high`` (0..1) and ``gap`` (as published less by case) with ``gap_low`` and ``gap_high``, two
            rows an experiment; ``telling`` unless one of the two gives every picture the same probability.
        figure: of ``FIGURES``.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    order = list(dict.fromkeys(frame["title"]))
    y = alt.Y("title:N", sort=order, title=None, axis=alt.Axis(labelLimit=440, ticks=False, domain=False, grid=True))
    x = alt.X("figure:Q", title=f"{FIGURES[figure]} on the test set", scale=UNIT, axis=percent_axis())
    offset = alt.YOffset("split:N", scale=alt.Scale(domain=[PUBLISHED, BY_CASE], paddingOuter=0.35))
    base = alt.Chart(frame).encode(y=y, yOffset=offset, color=_colour())
    whiskers = base.mark_rule(strokeWidth=2, opacity=0.6).encode(x=alt.X("low:Q", scale=UNIT), x2="high:Q")
    points = base.mark_point(filled=True, size=120, opacity=1).encode(
        x=x, shape=_shape(), tooltip=_tooltip(FIGURES[figure])
    )
    layers = alt.LayerChart(layer=[whiskers, points, _gaps(frame, y)])
    return titled(
        layers,
        f"What leakage is worth: {FIGURES[figure].lower() if figure != 'auc' else 'AUC'} by split",
        frame,
        "95 % intervals by case, and the gap in points",
        height=_ROW * len(order) + _AROUND,
    )


def _gaps(frame: pd.DataFrame, y: alt.Y) -> alt.Chart:
    """The gap as a number at the right end of the row, where both sides tell something."""
    rows = frame[frame["split"] == PUBLISHED]
    points = (100 * rows["gap"]).round().map("{:+.0f} points".format).replace("-0 points", "+0 points")
    rows = rows.assign(text=points.where(rows["gap"].notna(), "").where(rows["telling"], TELLS_NOTHING))
    numbers: alt.Chart = (
        alt.Chart(rows)
        .mark_text(align="left", dx=10, fontSize=13, fontWeight=600, color=TEXT_COLOUR)
        .encode(y=y, x=alt.value("width"), text="text:N")
    )
    return numbers


def _colour() -> alt.Color:
    scale = alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    return alt.Color("split:N", scale=scale, legend=_LEGEND)


def _shape() -> alt.Shape:
    scale = alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values()))
    return alt.Shape("split:N", scale=scale, legend=_LEGEND)


_LEGEND = alt.Legend(title=None, orient="top", symbolSize=120, symbolOpacity=1)


def _tooltip(title: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("title:N", title="Experiment"),
        alt.Tooltip("split:N", title="Split"),
        alt.Tooltip("figure:Q", title=title, format=".1%"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("gap:Q", title="As published less by case", format="+.1%"),
        alt.Tooltip("gap_low:Q", title="95 % interval from", format="+.1%"),
        alt.Tooltip("gap_high:Q", title="to", format="+.1%"),
    ]
