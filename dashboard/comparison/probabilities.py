"""Whether probabilities hold, and what it gains to leave the doubtful to people. Pure functions to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison import looks
from dashboard.comparison.drawing import UNIT, AnyChart, diagonal, named, percent_axis, titled, with_intervals
from dashboard.drawing.charts import require

_RELIABILITY = ["letter", "run", "edition", "mean", "abnormal", "low", "high", "n"]
_COVERAGE = ["letter", "run", "edition", "coverage", "risk"]


def reliability(frame: pd.DataFrame) -> AnyChart:
    """Of the karyograms with about this probability, how many are abnormal; on the line where probabilities hold.

    Args:
        frame: columns ``letter``, ``run``, ``edition``, ``mean`` (probability), ``abnormal`` (share), ``low`` and
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
        frame: columns ``letter``, ``run``, ``edition``, ``coverage`` (share that is kept) and ``risk`` (share of errors
            among them; 0..1 both), one row a step; of one class.
        label: of that class, in words.
        doubt: what orders the karyograms, in words.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COVERAGE)
    chart = alt.Chart(frame).encode(
        x=alt.X("coverage:Q", title=f"Coverage ({label} ones that the model keeps)", scale=UNIT, axis=percent_axis()),
        y=alt.Y("risk:Q", title="Risk (wrong among those)", axis=alt.Axis(format=".0%", tickCount=5)),
        detail="letter:N",
    )
    lines = chart.mark_line(strokeWidth=2.2, interpolate="step-before").encode(
        color=looks.colours(frame), strokeDash=looks.dashes(frame)
    )
    answers = chart.mark_point(filled=True, size=80, opacity=0).encode(
        tooltip=[
            *named(frame),
            alt.Tooltip("coverage:Q", title="Coverage", format=".1%"),
            alt.Tooltip("risk:Q", title="Risk", format=".1%"),
        ]
    )
    return titled(
        alt.LayerChart(layer=[lines, answers]), f"Risk and coverage, {label} karyograms", frame, f"ordered by {doubt}"
    )
