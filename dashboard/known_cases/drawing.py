"""The chart of known cases: a pure function from a DataFrame of ``dashboard.known_cases.frames`` to an Altair chart."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.drawing.charts import LINE_COLOUR, require
from dashboard.overview.drawing import TEAL

_ROW = 30
_AROUND = 90  # pixels of the legend and the axis with its title
_SHAPES = {"Reader": "circle", "Model": "square"}


def found(frame: pd.DataFrame) -> alt.LayerChart:
    """Abnormal known cases that each reader and model found, with 95 % intervals; hollow where they are too few.

    Args:
        frame: columns ``name``, ``who``, ``value``, ``low``, ``high`` (0..1), ``basis`` and ``enough``.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["name", "who", "value", "low", "high", "basis", "enough"])
    base = alt.Chart(frame).encode(
        y=alt.Y(
            "name:N",
            sort=list(frame["name"]),
            title=None,
            axis=alt.Axis(labelLimit=220, labelOverlap=False, ticks=False),
        ),
        tooltip=[
            alt.Tooltip("who:N", title="Who"),
            alt.Tooltip("name:N", title="Name"),
            alt.Tooltip("basis:N", title="Abnormal ones found"),
        ],
    )
    axis = alt.Axis(format=".0%", tickCount=5)
    bars = base.mark_rule(color=LINE_COLOUR, strokeWidth=2).encode(
        x=alt.X("low:Q", title="Abnormal ones found", scale=alt.Scale(domain=[0, 1]), axis=axis), x2="high:Q"
    )
    shape = alt.Shape(
        "who:N",
        scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())),
        legend=alt.Legend(title=None, orient="top"),
    )
    fill = alt.FillOpacity("enough:N", scale=alt.Scale(domain=[True, False], range=[1, 0]), legend=None)
    points = base.mark_point(color=TEAL, fill=TEAL, size=75, opacity=1, strokeWidth=2).encode(
        x="value:Q", shape=shape, fillOpacity=fill
    )
    return alt.LayerChart(layer=[bars, points], height=_ROW * len(frame) + _AROUND)
