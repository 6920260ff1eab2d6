"""The picture with a box around every chromosome, and the banding profiles of two of them: functions of their data.

What a box says it says twice, by its colour and by its line and label, because not everybody sees the colours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import altair as alt
import pandas as pd

from dashboard.drawing import symbols
from models.judging.triage import TriageOutcome

CLICKED = "clicked"
"""Name of the selection that a click on a box makes; it tells the box's ``object``."""

_WIDTH = 728  # of the chart on a usual screen; on others it is as high, and the picture as large as fits
_MARGIN = 20  # what Streamlit leaves free beneath a chart
_TALLEST = 1000
_INK = "#1b1f24"  # the picture is light in the dark theme too
_SIDES = ("left", "top", "right", "bottom")


@dataclass(frozen=True)
class _Line:
    """How the boxes of one look are drawn."""

    colour: str
    width: float
    dash: tuple[int, int]


USUAL, FOUND, STRANGE, DIRT = "as usual", "with a finding", "fits nowhere", "no chromosome"
LOOKS: dict[str, _Line] = {
    USUAL: _Line(symbols.COLOURS[TriageOutcome.SCREENED_NORMAL], 1.2, (1, 0)),
    FOUND: _Line(symbols.COLOURS[TriageOutcome.FLAGGED_ABNORMAL], 3, (1, 0)),
    STRANGE: _Line(symbols.COLOURS[TriageOutcome.FLAGGED_UNCERTAIN], 2.4, (6, 3)),
    DIRT: _Line(symbols.COLOURS[TriageOutcome.FLAGGED_UNREADABLE], 1, (2, 3)),
}
"""How boxes look, by what they say."""

PROFILE_COLOURS = (
    symbols.COLOURS[TriageOutcome.SCREENED_NORMAL],
    symbols.COLOURS[TriageOutcome.FLAGGED_ABNORMAL],
)


def page_chart(
    frame: pd.DataFrame, picture: str, size: tuple[int, int], chosen: int | None, *, zoom: bool = False
) -> alt.LayerChart:
    """The picture with its boxes; a click on one selects it.

    However wide the chart is drawn, the picture keeps its proportions.

    Args:
        frame: columns ``object``, ``left``, ``top``, ``right``, ``bottom`` (pixels), ``look`` (of ``LOOKS``), ``label``
            and ``words``; one row a box.
        picture: data URL.
        size: width and height in pixels of the picture.
        chosen: the object that is drawn as chosen.
        zoom: the wheel zooms and the mouse drags; a double click shows all of it again.

    Raises:
        ValueError: when a column is missing.
    """
    _require(frame, ["object", *_SIDES, "look", "label", "words"])
    x, y = _scales(*size)
    picked = frame[frame["object"] == chosen]
    ring = _sides(alt.Chart(picked).mark_rect(filled=False, stroke=_INK, strokeWidth=7, strokeOpacity=0.85), x, y)
    layers = [ring, *_boxes(frame, x, y), *_labels(frame, x, y), _clicks(frame, x, y)]
    return _on_picture(layers, picture, size, zoom=zoom)


def zoom_chart(picture: str, size: tuple[int, int]) -> alt.LayerChart:
    """The picture alone, to zoom and to pan; the arguments are those of ``page_chart``."""
    return _on_picture([], picture, size, zoom=True)


def _on_picture(layers: list[alt.Chart], picture: str, size: tuple[int, int], *, zoom: bool) -> alt.LayerChart:
    """Lay layers over the picture; what is zoomed out of the frame is cut off."""
    width, height = size
    page = pd.DataFrame({"left": [0], "top": [0], "right": [width], "bottom": [height], "url": [picture]})
    image = _sides(alt.Chart(page).mark_image(aspect=False, clip=zoom), *_scales(width, height)).encode(url="url:N")
    if zoom:
        image = image.add_params(alt.selection_interval(name="zoom", bind="scales"))
    chart: alt.LayerChart = (
        alt.layer(image, *layers)
        .properties(height=min(_TALLEST, round(_WIDTH * height / width) + _MARGIN))
        .configure_view(strokeWidth=0)
    )
    return chart


def _scales(width: int, height: int) -> tuple[alt.Scale, alt.Scale]:
    """Scales that draw a pixel of the picture as wide as high, at the largest size that fits."""
    across, down = f"max({width}, {height} * width / height)", f"max({height}, {width} * height / width)"
    x = alt.Scale(domainMin=0, domainMax=alt.ExprRef(across), nice=False, zero=False)
    y = alt.Scale(domainMin=0, domainMax=alt.ExprRef(down), nice=False, zero=False, reverse=True)
    return x, y


def _sides(chart: alt.Chart, x: alt.Scale, y: alt.Scale) -> alt.Chart:
    return chart.encode(
        x=alt.X("left:Q", scale=x, axis=None),
        x2="right:Q",
        y=alt.Y("top:Q", scale=y, axis=None),
        y2="bottom:Q",
    )


def _boxes(frame: pd.DataFrame, x: alt.Scale, y: alt.Scale) -> list[alt.Chart]:
    """One layer for each look that occurs."""
    return [
        _sides(
            alt.Chart(frame[frame["look"] == look]).mark_rect(
                filled=False, stroke=line.colour, strokeWidth=line.width, strokeDash=list(line.dash), cornerRadius=2
            ),
            x,
            y,
        )
        for look, line in LOOKS.items()
        if (frame["look"] == look).any()
    ]


def _clicks(frame: pd.DataFrame, x: alt.Scale, y: alt.Scale) -> alt.Chart:
    """What takes the clicks: it lies above all boxes and labels, and nobody sees it."""
    chart = _sides(alt.Chart(frame).mark_rect(fill="transparent", cursor="pointer"), x, y)
    clicked = alt.selection_point(name=CLICKED, fields=["object"], on="click")
    return chart.encode(tooltip=alt.Tooltip("words:N", title="Object")).add_params(clicked)


def _labels(frame: pd.DataFrame, x: alt.Scale, y: alt.Scale) -> list[alt.Chart]:
    """The name above each box, on a white ground of its own shape."""
    named = frame[frame["label"] != ""].assign(middle=lambda boxes: (boxes["left"] + boxes["right"]) / 2)
    base = alt.Chart(named).encode(
        x=alt.X("middle:Q", scale=x, axis=None), y=alt.Y("top:Q", scale=y, axis=None), text="label:N"
    )
    looks = alt.Scale(domain=list(LOOKS), range=[line.colour for line in LOOKS.values()])
    colour = alt.Color("look:N", scale=looks, legend=None)
    ground = base.mark_text(dy=-7, fontSize=13, fontWeight="bold", stroke="white", strokeWidth=4, fill="white")
    name = base.mark_text(dy=-7, fontSize=13, fontWeight="bold").encode(color=colour)
    return [ground, name]


def profile_chart(first: tuple[float, ...], second: tuple[float, ...], names: tuple[str, str]) -> alt.Chart:
    """Two banding profiles over each other, from end to end.

    Args:
        first: ink at even distances, 0 (white) to 1 (black); as a full line.
        second: likewise; as a dashed line.
        names: of both, for the legend.
    """
    rows = [
        (name, place / max(1, len(bands) - 1), ink)
        for name, bands in zip(names, (first, second), strict=True)
        for place, ink in enumerate(bands)
    ]
    frame = pd.DataFrame(rows, columns=["name", "place", "ink"])
    orient: Literal["top"] = "top"
    legend = alt.Legend(title=None, orient=orient, symbolStrokeWidth=2.5, symbolSize=400)
    domain = list(names)
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2, interpolate="monotone")
        .encode(
            x=alt.X("place:Q", title="From end to end", axis=alt.Axis(format=".0%", tickCount=5)),
            y=alt.Y("ink:Q", title="Darkness", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=4)),
            color=alt.Color("name:N", scale=alt.Scale(domain=domain, range=list(PROFILE_COLOURS)), legend=legend),
            strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=domain, range=[[1, 0], [5, 3]]), legend=legend),
        )
        .properties(height=270)
    )
    return chart


def _require(frame: pd.DataFrame, columns: list[str]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"frame must have the columns {columns}, got {list(frame.columns)}")
