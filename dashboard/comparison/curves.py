"""ROC and precision-recall curves of several runs over each other. Pure functions from data frames to charts."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from dashboard.comparison import looks
from dashboard.comparison.drawing import UNIT, AnyChart, diagonal, named, percent_axis, titled
from dashboard.drawing.charts import require

_COLUMNS = [
    "letter",
    "run",
    "origin",
    "judged_by",
    "place",
    "threshold",
    "sensitivity",
    "precision",
    "false_alarms",
    "used",
]


def roc(frame: pd.DataFrame) -> AnyChart:
    """What share of the abnormal karyograms is found, against the share of the normal ones that raise a false alarm.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``judged_by``, ``place`` (along the curve), ``threshold``,
            ``sensitivity``, ``false_alarms`` and ``precision`` (0..1), one row a threshold; ``used`` marks the one that
            labels.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    x = alt.X("false_alarms:Q", title="False alarms (normal called abnormal)", scale=UNIT, axis=percent_axis())
    y = alt.Y("sensitivity:Q", title="Sensitivity (abnormal found)", scale=UNIT, axis=percent_axis())
    chance = diagonal("false_alarms", "sensitivity")
    return titled(alt.LayerChart(layer=[chance, *_layers(frame, x, y)]), "ROC curve", frame)


def precision_recall(frame: pd.DataFrame) -> AnyChart:
    """How many of those called abnormal are so, against the share of the abnormal ones that is found.

    Args:
        frame: as for ``roc``; rows without a precision are left out.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    x = alt.X("sensitivity:Q", title="Sensitivity (abnormal found)", scale=UNIT, axis=percent_axis())
    y = alt.Y("precision:Q", title="Precision (right among called abnormal)", scale=UNIT, axis=percent_axis())
    called = frame[frame["precision"].notna()]
    return titled(alt.LayerChart(layer=_layers(called, x, y)), "Precision-recall curve", frame)


def _layers(frame: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Lines, the threshold that labels as a shape, and above both what answers the mouse with the threshold."""
    told = frame["threshold"].map("{:.3f}".format).where(np.isfinite(frame["threshold"]), "above all")
    base = alt.Chart(frame.assign(at=told)).encode(x=x, y=y, detail="letter:N")
    lines = base.mark_line(strokeWidth=2.2).encode(
        color=looks.colours(frame), strokeDash=looks.dashes(frame), order="place:O"
    )
    used = (
        alt.Chart(looks.marked(frame[frame["used"]]))
        .mark_point(filled=True, size=110, opacity=1)
        .encode(x=x, y=y, fill=looks.FILL, shape=looks.SHAPE)
    )
    answers = base.mark_point(filled=True, size=90, opacity=0).encode(
        tooltip=[
            *named(frame),
            alt.Tooltip("at:N", title="Threshold"),
            alt.Tooltip("sensitivity:Q", title="Sensitivity", format=".1%"),
            alt.Tooltip("precision:Q", title="Precision", format=".1%"),
            alt.Tooltip("false_alarms:Q", title="False alarms", format=".1%"),
        ]
    )
    return [lines, used, answers]
