"""How figures move with the number of passes. Pure functions from data frames to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison.drawing import UNIT, AnyChart, percent_axis, titled, with_intervals
from dashboard.drawing.charts import require

FIGURES = {
    "sensitivity": "Sensitivity",
    "auc": "AUC",
    "ece": "ECE",
    "surely_right": "Surely right",
}
"""What is drawn, with its title; 0..1 all."""

_COLUMNS = ["letter", "run", "origin", "passes", "figure", "value", "low", "high"]
_HEIGHT = 300


def by_passes(frame: pd.DataFrame, figure: str) -> AnyChart:
    """One figure against the number of passes, with its 95 % interval.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``passes``, ``figure`` (of ``FIGURES``), ``value``, ``low`` and
            ``high`` (0..1), one row a figure and number of passes.
        figure: of ``FIGURES``.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    rows = frame[frame["figure"] == figure]
    ticks = sorted({int(passes) for passes in rows["passes"]})
    x = alt.X("passes:Q", title="Passes (T)", scale=alt.Scale(type="log", nice=False), axis=alt.Axis(values=ticks))
    small = figure == "ece"  # far below one: on the scale of a share nothing could be seen of it
    scale = alt.Scale(zero=True, nice=True) if small else UNIT
    axis = alt.Axis(format=".0%", tickCount=5) if small else percent_axis()
    y = alt.Y("value:Q", title=FIGURES[figure], scale=scale, axis=axis)
    told = [alt.Tooltip("passes:Q", title="Passes"), alt.Tooltip("value:Q", title=FIGURES[figure], format=".1%")]
    chart = alt.LayerChart(layer=with_intervals(rows, x, y, told, scale))
    return titled(chart, f"{FIGURES[figure]} and the number of passes", rows, "by the first T passes", height=_HEIGHT)
