"""Charts: pure functions from a DataFrame to an Altair chart. They know no page and no store.

The outcome colours differ in lightness as well as in hue, and each chart also says in words or by position which
outcome it draws, so nothing is told by colour alone.
"""

from __future__ import annotations

from typing import Literal, cast

import altair as alt
import numpy as np
import pandas as pd

from dashboard import symbols, words
from models.judging.triage import TriageOutcome

OUTCOME_COLOURS: dict[str, str] = {
    words.OUTCOMES[outcome].short: symbols.COLOURS[outcome]
    for outcome in (TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FLAGGED_UNCERTAIN, TriageOutcome.SCREENED_NORMAL)
}
VOTE_COLOURS = {
    "Votes abnormal": symbols.COLOURS[TriageOutcome.FLAGGED_ABNORMAL],
    "Votes normal": symbols.COLOURS[TriageOutcome.SCREENED_NORMAL],
}
LINE_COLOUR = "#8a94a0"  # seen on white and on the dark background
ON_LIGHT, ON_DARK = "#4a5561", "#b4bec8"
# no one colour can be read on both: the browser decides by the background that Streamlit gives the chart
TEXT_COLOUR = {"expr": f"luminance(background) > 0.4 ? '{ON_LIGHT}' : '{ON_DARK}'"}


@alt.theme.register("karyotriage", enable=True)
def _legible() -> alt.theme.ThemeConfig:
    """What every chart has by itself: text that can be read, where Streamlit would write it in light grey."""
    text = {"labelColor": TEXT_COLOUR, "titleColor": TEXT_COLOUR}
    # its type knows plain colours alone, while the schema of Vega-Lite has expressions too
    return cast("alt.theme.ThemeConfig", {"config": {"axis": text, "legend": text}})


_PROBABILITY_BINS = np.linspace(0.0, 1.0, 21)
_ROW_HEIGHT = 62
_VOTE_LEGEND = alt.Legend(title=None, orient="top", offset=22)  # leaves room for the labels of the lines
_VOTE_CHANGES = "the vote changes here"


def pass_histogram(frame: pd.DataFrame, calibrated: float | None = None) -> alt.LayerChart:
    """How the passes of one karyogram are spread over the probability of abnormal.

    Args:
        frame: column ``probability``, one row a pass, 0..1.
        calibrated: the calibrated probability of the verdict, drawn as a line where given.

    Raises:
        ValueError: when the column is missing or there is no pass.
    """
    require(frame, ["probability"])
    bins = _binned(frame["probability"]).assign(
        vote=lambda bars: np.where(bars["middle"] >= 0.5, *VOTE_COLOURS), share=lambda bars: bars["count"] / len(frame)
    )
    bars = (
        alt.Chart(bins)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X("low:Q", title="Probability of abnormal in one pass", scale=_UNIT, axis=_percent_axis()),
            x2="high:Q",
            y=alt.Y("count:Q", title="Passes", axis=alt.Axis(tickMinStep=1, tickCount=5)),
            y2=alt.datum(0),
            color=alt.Color("vote:N", scale=_scale(VOTE_COLOURS), legend=_VOTE_LEGEND),
            tooltip=[
                alt.Tooltip("low:Q", title="From", format=".0%"),
                alt.Tooltip("high:Q", title="To", format=".0%"),
                alt.Tooltip("count:Q", title="Passes"),
                alt.Tooltip("share:Q", title="Share of passes", format=".0%"),
            ],
        )
    )
    return alt.LayerChart(layer=[bars, *_lines(calibrated)], height=250)


def confidence_histogram(frame: pd.DataFrame, title: str) -> alt.LayerChart:
    """How sure the model is, one row of bars for each outcome; abnormal leads, and each row has a height of its own.

    A common height would hide three abnormal karyograms beside three hundred normal ones. So the number stands on
    each bar instead of an axis.

    Args:
        frame: columns ``outcome`` (short words), ``low`` and ``high`` (the ends of a bin, 0..1) and ``count``.
        title: what the horizontal axis says.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, ["outcome", "low", "high", "count"])
    order = [short for short in OUTCOME_COLOURS if short in set(frame["outcome"])]
    bins = pd.concat([_ridge(frame, order, short) for short in order], ignore_index=True)
    base = alt.Chart(bins).encode(color=alt.Color("outcome:N", scale=_scale(OUTCOME_COLOURS), legend=None))
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        x=alt.X("low:Q", title=title, scale=_UNIT, axis=_percent_axis()),
        x2="high:Q",
        y=alt.Y("foot:Q", title=None, axis=_row_axis(order), scale=alt.Scale(domain=[0, len(order)], nice=False)),
        y2="top:Q",
        tooltip=[
            alt.Tooltip("outcome:N", title="Outcome"),
            alt.Tooltip("low:Q", title="From", format=".0%"),
            alt.Tooltip("high:Q", title="To", format=".0%"),
            alt.Tooltip("count:Q", title="Karyograms"),
        ],
    )
    numbers = (
        alt.Chart(bins)
        .mark_text(baseline="bottom", dy=-3, color=TEXT_COLOUR, fontSize=12)
        .encode(x="middle:Q", y="top:Q", text=alt.Text("count:Q", format=","))
    )
    return alt.LayerChart(layer=[bars, numbers], height=_ROW_HEIGHT * len(order) + 44)


def _ridge(frame: pd.DataFrame, order: list[str], outcome: str) -> pd.DataFrame:
    """The bars of one outcome: they stand on the line of its row, and the highest takes two thirds of the row."""
    bars = frame[frame["outcome"] == outcome]
    foot, top = len(order) - 1 - order.index(outcome), 0.66 * bars["count"] / bars["count"].max()
    return bars.assign(middle=(bars["low"] + bars["high"]) / 2, foot=foot, top=foot + top)


def _row_axis(order: list[str]) -> alt.Axis:
    """An axis that names each row at its foot instead of giving numbers."""
    names = str([*reversed(order)])
    return alt.Axis(values=list(range(len(order))), labelExpr=f"{names}[datum.value]", domain=False, ticks=False)


_UNIT = alt.Scale(domain=[0, 1], nice=False)


def _percent_axis() -> alt.Axis:
    return alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1], grid=False)


def _scale(colours: dict[str, str]) -> alt.Scale:
    return alt.Scale(domain=list(colours), range=list(colours.values()))


def _binned(values: pd.Series[float]) -> pd.DataFrame:
    """Counts in steps of 5 %; counted here and not in the browser, so that a test can see them."""
    counts, edges = np.histogram(values.to_numpy(), _PROBABILITY_BINS)
    bars = pd.DataFrame({"low": edges[:-1], "high": edges[1:], "middle": (edges[:-1] + edges[1:]) / 2, "count": counts})
    return bars[bars["count"] > 0]


def _rule(position: float, text: str, *, dashed: bool, label_left: bool) -> alt.LayerChart:
    """A vertical line with its label above the bars, to the left or to the right of it."""
    base = alt.Chart(pd.DataFrame({"position": [position], "text": [text]})).encode(x=alt.X("position:Q", scale=_UNIT))
    line = base.mark_rule(color=LINE_COLOUR, strokeWidth=1.5, strokeDash=[4, 4] if dashed else [1, 0])
    align: Literal["left", "right"] = "right" if label_left else "left"
    label = base.mark_text(color=TEXT_COLOUR, align=align, dx=-5 if label_left else 5, fontSize=12).encode(
        y=alt.value(-8), text="text:N"
    )
    return alt.LayerChart(layer=[line, label])


def _lines(calibrated: float | None) -> list[alt.LayerChart]:
    """Where the vote changes, and the calibrated probability; the labels keep clear of each other and of the edges."""
    if calibrated is None:
        return [_rule(0.5, _VOTE_CHANGES, dashed=True, label_left=False)]
    above = calibrated >= 0.5
    room_outside = 0.15 <= calibrated <= 0.85
    return [
        _rule(0.5, _VOTE_CHANGES, dashed=True, label_left=above),
        _rule(calibrated, "calibrated", dashed=False, label_left=above != room_outside),
    ]


def require(frame: pd.DataFrame, columns: list[str]) -> None:
    """Make sure that a frame has these columns and at least one row.

    Raises:
        ValueError: when one is missing, or there is no row.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"frame must have the columns {columns}, got {list(frame.columns)}")
    if frame.empty:
        raise ValueError("frame must have at least one row, got none")
