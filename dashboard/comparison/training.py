"""How training went, epoch by epoch. Pure functions from data frames to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison import looks
from dashboard.comparison.drawing import UNIT, AnyChart, named, percent_axis, titled
from dashboard.drawing.charts import require

METRICS = {"loss": "Loss", "auc": "AUC", "precision": "Precision", "recall": "Recall (sensitivity)"}
"""What is drawn, with its title; the loss in nats, the others 0..1."""

TRAINING, VALIDATION = "training", "validation"

_COLUMNS = ["letter", "run", "origin", "epoch", "part", *METRICS]
_HEIGHT = 300
_LINES = {VALIDATION: (2.4, 1.0), TRAINING: (1.2, 0.55)}  # width and opacity


def curves(frame: pd.DataFrame, metric: str) -> AnyChart:
    """One metric over the epochs: the validation set as a strong line, the training set as a thin one.

    Args:
        frame: columns ``letter``, ``run``, ``origin``, ``epoch``, ``part`` (``TRAINING`` or ``VALIDATION``) and those
            of ``METRICS``, one row an epoch and part.
        metric: of ``METRICS``.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    loss = metric == "loss"
    scale = alt.Scale(zero=True, nice=True) if loss else UNIT
    axis = alt.Axis(tickCount=5) if loss else percent_axis()
    chart = alt.Chart(frame).encode(
        x=alt.X("epoch:Q", title="Epoch", axis=alt.Axis(tickMinStep=1, format="d"), scale=alt.Scale(nice=False)),
        y=alt.Y(f"{metric}:Q", title="Cross-entropy (nats)" if loss else METRICS[metric], scale=scale, axis=axis),
        color=looks.colours(frame),
        strokeDash=looks.dashes(frame),
        detail=["part:N"],
    )
    lines = chart.mark_line().encode(strokeWidth=_by_part(0), opacity=_by_part(1))
    answers = chart.mark_point(filled=True, size=70, opacity=0).encode(
        strokeDash=alt.value([1, 0]),
        tooltip=[
            *named(frame),
            alt.Tooltip("part:N", title="Set"),
            alt.Tooltip("epoch:Q", title="Epoch"),
            alt.Tooltip(f"{metric}:Q", title=METRICS[metric], format=".3f" if loss else ".1%"),
        ],
    )
    return titled(alt.LayerChart(layer=[lines, answers]), METRICS[metric], frame, height=_HEIGHT)


def _by_part(which: int) -> alt.StrokeWidth | alt.Opacity:
    scale = alt.Scale(domain=list(_LINES), range=[line[which] for line in _LINES.values()])
    kind = (alt.StrokeWidth, alt.Opacity)[which]
    return kind("part:N", scale=scale, legend=None)
