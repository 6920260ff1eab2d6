"""Whether probabilities hold, and what it gains to leave the doubtful to people. Pure functions to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison import looks
from dashboard.comparison.drawing import (
    UNIT,
    AnyChart,
    diagonal,
    named,
    percent_axis,
    run_line,
    titled,
    with_intervals,
)
from dashboard.comparison.reasons import NAMES
from dashboard.drawing.charts import require

_RELIABILITY = ["letter", "run", "origin", "mean", "abnormal", "low", "high", "n"]
_LEAST = 0.1  # of risk on the axis, where there is none to be seen
_TALL = 540  # leaves room for a legend with a line for each reason: in a narrow card no two stand beside each other
_COVERAGE = ["letter", "run", "origin", "coverage", "risk"]


def reliability(frame: pd.DataFrame) -> AnyChart:
    """Of the karyograms with about this probability, how many are abnormal; on the line where probabilities hold.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``mean`` (probability), ``abnormal`` (share), ``low`` and
            ``high`` (its 95 % interval; 0..1 all) and ``n`` karyograms, one row a bin.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _RELIABILITY)
    x = alt.X("mean:Q", title="Calibrated probability of abnormal", scale=UNIT, axis=percent_axis())
    y = alt.Y("abnormal:Q", title="Share that is abnormal", scale=UNIT, axis=percent_axis())
    ideal = diagonal("mean", "abnormal")
    told = [
        alt.Tooltip("mean:Q", title="Mean probability", format=".1%"),
        alt.Tooltip("n:Q", title="Karyograms"),
        alt.Tooltip("abnormal:Q", title="Abnormal", format=".1%"),
    ]
    return titled(alt.LayerChart(layer=[ideal, *with_intervals(frame, x, y, told)]), "Calibration", frame)


def risk_coverage(frame: pd.DataFrame, label: str, doubt: str) -> AnyChart:
    """How many errors are left among the karyograms that are kept, when the most doubtful go to people.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``coverage`` (share that is kept) and ``risk`` (share of errors
            among them; 0..1 both), one row a step; of one class.
        label: of that class, in words.
        doubt: what orders the karyograms, in words.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COVERAGE)
    chart = _steps(frame, label, "letter", looks.colours(frame), looks.dashes(frame))
    return titled(chart, f"Risk and coverage, {label} karyograms", frame, f"ordered by {doubt}")


def reasons(frame: pd.DataFrame, label: str) -> AnyChart:
    """The same for one run, one line a reason to defer.

    Args:
        frame: as for ``risk_coverage``, of one run, with the columns ``reason`` (of ``reasons.NAMES``), ``split``,
            ``network`` and ``weights``.
        label: of the class, in words.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, [*_COVERAGE, "reason", "split", "network", "weights"])
    there = [name for name in NAMES if name in set(frame["reason"])]
    looked = [looks.REASONS[NAMES.index(name)] for name in there]
    legend = alt.Legend(title=None, orient="top", columns=1, symbolType="stroke", symbolSize=320, symbolStrokeWidth=2.5)
    colours = alt.Scale(domain=there, range=[colour for colour, _ in looked])
    dashes = alt.Scale(domain=there, range=[list(dash) for _, dash in looked])
    chart = _steps(
        frame,
        label,
        "reason",
        alt.Color("reason:N", scale=colours, legend=legend),
        alt.StrokeDash("reason:N", scale=dashes, legend=legend),
    )
    made = f"Run {frame['letter'].iloc[0]} · {run_line(frame)}"
    return titled(
        chart,
        f"Risk and coverage, {label} karyograms",
        frame,
        "ordered by each reason to defer",
        made=made,
        height=_TALL,
    )


def _steps(frame: pd.DataFrame, label: str, line: str, colour: alt.Color, dash: alt.StrokeDash) -> alt.LayerChart:
    """Steps, a line for each value of a column; each begins at no coverage, so that the area below it is its AURC."""
    begun = pd.concat([frame.groupby(line, sort=False).head(1).assign(coverage=0.0), frame], ignore_index=True)
    risks = alt.Scale(domain=[0, max(_LEAST, float(frame["risk"].max()))], nice=True)
    chart = alt.Chart(begun).encode(
        x=alt.X("coverage:Q", title=f"Coverage ({label} ones that the model keeps)", scale=UNIT, axis=percent_axis()),
        y=alt.Y("risk:Q", title="Risk (wrong among those)", scale=risks, axis=alt.Axis(format=".0%", tickCount=5)),
        detail=f"{line}:N",
    )
    lines = chart.mark_line(strokeWidth=2.2, interpolate="step-before").encode(color=colour, strokeDash=dash)
    reason = [alt.Tooltip("reason:N", title="Ordered by")] if line == "reason" else []
    answers = chart.mark_point(filled=True, size=80, opacity=0).encode(
        tooltip=[
            *named(frame),
            *reason,
            alt.Tooltip("coverage:Q", title="Coverage", format=".1%"),
            alt.Tooltip("risk:Q", title="Risk", format=".1%"),
        ]
    )
    return alt.LayerChart(layer=[lines, answers])
