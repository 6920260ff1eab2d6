"""Charts of the overview: pure functions from a DataFrame of ``dashboard.overview.frames`` to an Altair chart.

Nothing is told by colour alone: series differ in mark or shape too, and what alarms is a triangle.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.drawing.charts import LINE_COLOUR, TEXT_COLOUR, require

TEAL = "#178a88"  # readable on white and on the dark background
ALARM = "#c8401f"
HEIGHT = 210
_TALLER = 260  # with a legend, beside the reasons
_ROW = 34
# the day, and within a day the hour: left to itself the axis mixes weekdays, days and months
_LABEL = "timeFormat(datum.value, hours(datum.value) || minutes(datum.value) ? '%H:%M' : '%-d %b')"
_TIME = alt.X("moment:T", title=None, axis=alt.Axis(grid=False, labelOverlap=True, tickCount=8, labelExpr=_LABEL))
_SERIES = {"Received": "#b7c1ca", "Signed": TEAL}
_STATES = {"in order": TEAL, "above the alarm line": ALARM}


def reasons(frame: pd.DataFrame) -> alt.LayerChart:
    """Why karyograms were flagged, one bar a reason, with its number at the end.

    Args:
        frame: columns ``reason`` and ``count``, in the order to draw.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["reason", "count"])
    base = alt.Chart(frame).encode(
        y=alt.Y("reason:N", sort=list(frame["reason"]), title=None, axis=alt.Axis(labelLimit=220, ticks=False)),
        x=alt.X("count:Q", title=None, axis=None),
    )
    bars = base.mark_bar(color=TEAL, cornerRadiusEnd=3, size=16)
    numbers = base.mark_text(align="left", dx=6, color=TEXT_COLOUR, fontSize=12).encode(
        text=alt.Text("count:Q", format=",")
    )
    return alt.LayerChart(layer=[bars, numbers], height=_ROW * len(frame))


def throughput(frame: pd.DataFrame) -> alt.LayerChart:
    """What came, as an area, and what was signed, as a line with points.

    Args:
        frame: columns ``moment``, ``received`` and ``signed``.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["moment", "received", "signed"])
    base = alt.Chart(frame).encode(
        x=_TIME,
        tooltip=[_when(), alt.Tooltip("received:Q", title="Received"), alt.Tooltip("signed:Q", title="Signed")],
    )
    colour = alt.Scale(domain=list(_SERIES), range=list(_SERIES.values()))
    legend = alt.Legend(title=None, orient="top", symbolOpacity=1)
    came = base.mark_area(interpolate="step-after", opacity=0.4).encode(
        y=alt.Y("received:Q", title="Karyograms"), color=alt.Color("series:N", scale=colour, legend=legend)
    )
    signed = base.mark_line(point=alt.OverlayMarkDef(size=24), strokeWidth=2, interpolate="step-after").encode(
        y="signed:Q", color=alt.Color("series:N", scale=colour, legend=legend)
    )
    layers = [came.transform_calculate(series="'Received'"), signed.transform_calculate(series="'Signed'")]
    return alt.LayerChart(layer=layers, height=_TALLER)


def agreement(frame: pd.DataFrame) -> alt.LayerChart:
    """One figure over time, each point with its 95 % interval.

    Args:
        frame: columns ``moment``, ``value``, ``low``, ``high`` (0..1) and ``basis``, what it rests on in words.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["moment", "value", "low", "high", "basis"])
    lowest = min(0.9, float(frame["low"].min()))
    y = alt.Y(
        "low:Q",
        title=None,
        scale=alt.Scale(domain=[lowest, 1.0], nice=False, zero=False),
        axis=alt.Axis(format=".0%" if lowest < 0.8 else ".1%", tickCount=5),
    )
    base = alt.Chart(frame).encode(
        x=_TIME,
        tooltip=[
            _when(),
            alt.Tooltip("value:Q", title="Estimate", format=".1%"),
            alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
            alt.Tooltip("basis:N", title="From"),
        ],
    )
    bars = base.mark_rule(color=LINE_COLOUR, strokeWidth=2).encode(y=y, y2="high:Q")
    points = base.mark_point(color=TEAL, filled=True, size=55, opacity=1).encode(y="value:Q")
    return alt.LayerChart(layer=[bars, points], height=HEIGHT)


def drift(frame: pd.DataFrame, axis_format: str, *, from_zero: bool = True) -> alt.LayerChart:
    """A signal over time with its alarm line; what lies above it is a triangle.

    Args:
        frame: columns ``moment``, ``value``, ``number``, ``limit`` (empty for no line) and ``state``.
        axis_format: how values are written, in the format of d3.
        from_zero: whether the axis begins at 0; a value that never comes near it would hardly seem to move.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["moment", "value", "number", "limit", "state"])
    scale = alt.Scale(zero=from_zero)
    y = alt.Y("value:Q", title=None, scale=scale, axis=alt.Axis(format=axis_format, tickCount=5))
    base = alt.Chart(frame).encode(
        x=_TIME,
        tooltip=[
            _when(),
            alt.Tooltip("value:Q", title="Value", format=axis_format),
            alt.Tooltip("limit:Q", title="Alarm line", format=axis_format),
            alt.Tooltip("number:Q", title="Karyograms", format=","),
            alt.Tooltip("state:N", title="State"),
        ],
    )
    limit = base.mark_line(color=ALARM, strokeDash=[5, 4], strokeWidth=1.5, interpolate="step-after").encode(
        y="limit:Q"
    )
    line = base.mark_line(color=LINE_COLOUR, strokeWidth=1.5).encode(y=y)
    shape = alt.Scale(domain=list(_STATES), range=["circle", "triangle-up"])
    colour = alt.Scale(domain=list(_STATES), range=list(_STATES.values()))
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        y=y,
        shape=alt.Shape("state:N", scale=shape, legend=None),
        color=alt.Color("state:N", scale=colour, legend=None),
    )
    return alt.LayerChart(layer=[*([limit] if frame["limit"].notna().any() else []), line, points], height=HEIGHT)


def _when() -> alt.Tooltip:
    return alt.Tooltip("moment:T", title="From", format="%d %b %Y, %H:%M")
