"""What all charts of the comparison share: titles that say where the data come from, axes, and what is downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from dashboard.comparison import looks
from dashboard.drawing.charts import LINE_COLOUR, TEXT_COLOUR
from models.experiments.figures import Column

AnyChart = alt.Chart | alt.LayerChart
"""What a chart function returns: one view, with or without layers, that can take any width."""

HEIGHT = 400
UNIT = alt.Scale(domain=[0, 1], nice=False)
TELLS_NOTHING = "tells nothing"
"""How a run is called that gives every picture the same probability."""
JUDGED: dict[Column, str] = {
    "probability": "probability at one half, as in the thesis",
    "calibrated": "probability calibrated on the validation side",
}
"""How the columns are called by which pictures are judged."""


@dataclass(frozen=True)
class Panel:
    """One chart with all that goes with it.

    ``name`` begins the names of downloaded files, ``chart`` has its title inside, ``frame`` is what it draws and what
    the CSV file holds, ``alt`` says in words what can be seen. ``width``: on paper, in points.
    """

    name: str
    chart: AnyChart
    frame: pd.DataFrame
    alt: str
    width: int = 640


def data_lines(frame: pd.DataFrame) -> list[str]:
    """Where the data of a chart come from, one line an origin, with its runs, or its splits, where there are several.

    Args:
        frame: column ``origin``, and ``letter`` or ``split`` where there are several.
    """
    whose = "letter" if "letter" in frame else "split"
    parts = {str(origin): rows for origin, rows in frame.groupby("origin", sort=False)}
    if len(parts) == 1:
        return [capital(next(iter(parts)))]
    return [capital(f"{origin}: {', '.join(dict.fromkeys(rows[whose]))}") for origin, rows in parts.items()]


def data_line(frame: pd.DataFrame) -> str:
    """The same in one line."""
    return " · ".join(data_lines(frame))


def run_line(frame: pd.DataFrame) -> str:
    """How the one run of a frame was made, from the columns ``split``, ``network`` and ``weights``."""
    first = frame.iloc[0]
    return f"{first['split']} · {first['network']} · {first['weights']}"


def judged_line(frame: pd.DataFrame) -> str:
    """By what pictures are called abnormal, from the column ``judged_by``; empty for a frame without one."""
    return f"Judged by the {JUDGED[frame['judged_by'].iloc[0]]}" if "judged_by" in frame else ""


def capital(text: str) -> str:
    """The text with its first letter large and the others as they are."""
    return text[:1].upper() + text[1:]


def titled(
    chart: AnyChart, title: str, frame: pd.DataFrame, *more: str, made: str = "", height: int = HEIGHT
) -> AnyChart:
    """The chart with its title and, below it, where its data come from, how its one run was made, and what else."""
    below = " · ".join(filter(None, [judged_line(frame), *more]))
    lines = [*data_lines(frame), capital(made), capital(below)]
    heading = alt.TitleParams(
        title,
        subtitle=list(filter(None, lines)),
        subtitleColor=TEXT_COLOUR,
        subtitleFontSize=12,
        subtitlePadding=4,
        anchor="start",
        offset=10,
    )
    drawn: AnyChart = chart.properties(title=heading, height=height)
    return drawn


def percent_axis(*, grid: bool = True) -> alt.Axis:
    """An axis in percent with five labels."""
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=grid)


def diagonal(x: str, y: str) -> alt.Chart:
    """A dashed line from corner to corner, where guesses or perfect probabilities lie."""
    ends = pd.DataFrame({x: [0, 1], y: [0, 1]})
    line: alt.Chart = alt.Chart(ends).mark_line(color=LINE_COLOUR, strokeWidth=1, strokeDash=[3, 4])
    return line.encode(x=f"{x}:Q", y=f"{y}:Q")


def with_intervals(
    frame: pd.DataFrame, x: alt.X, y: alt.Y, told: Sequence[alt.Tooltip], scale: alt.Scale = UNIT
) -> list[alt.Chart]:
    """The layers of figures with their intervals: bars, the line of each run, and points that answer the mouse.

    Args:
        frame: columns ``letter``, ``run``, ``low`` and ``high`` (0..1), and those of the axes.
        x: the axis that goes right.
        y: the axis of the figure.
        told: what a point tells beside its run and its interval.
        scale: of the axis of the figure.
    """
    base = alt.Chart(looks.marked(frame)).encode(x=x)
    bars = base.mark_rule(strokeWidth=1.2, opacity=0.55).encode(
        y=alt.Y("low:Q", scale=scale), y2="high:Q", stroke=looks.STROKE
    )
    lines = base.mark_line(strokeWidth=2.2).encode(y=y, color=looks.colours(frame), strokeDash=looks.dashes(frame))
    ends = [
        alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
    ]
    points = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=y, fill=looks.FILL, shape=looks.SHAPE, tooltip=[*named(frame), *told, *ends]
    )
    return [bars, lines, points]


def named(frame: pd.DataFrame) -> list[alt.Tooltip]:
    """The lines of a tooltip that say which run it is."""
    return [alt.Tooltip("letter:N", title="Run"), alt.Tooltip("run:N", title="Name")] if "letter" in frame else []
