"""The search for hyper-parameters as the thesis draws it. Pure functions from data frames to charts."""

from __future__ import annotations

import altair as alt
import pandas as pd

from dashboard.comparison.drawing import AnyChart, run_line, titled
from dashboard.drawing.charts import LINE_COLOUR, require

PARAMETERS = {"learning_rate": "Learning rate", "batch_size": "Batch size (pictures)"}
"""What is searched, with its title."""

_COLUMNS = ["origin", "split", "network", "weights", "number", "val_loss", "val_accuracy", *PARAMETERS]


def trials(frame: pd.DataFrame, parameter: str, failed: str) -> AnyChart:
    """The validation loss of each trial against one of its parameters, coloured by validation accuracy.

    Args:
        frame: columns ``origin``, ``split``, ``network`` and ``weights`` of the study, ``number``, ``learning_rate``,
            ``batch_size``, ``val_loss`` (nats) and ``val_accuracy`` (0..1), one row a trial that is complete.
        parameter: of ``PARAMETERS``.
        failed: how many trials failed and are not drawn, in words.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(frame, _COLUMNS)
    best = frame["val_loss"] == frame["val_loss"].min()
    base = alt.Chart(frame).encode(x=_across(frame, parameter), y=_LOSS)
    # the scale ends in dark violet and in yellow: the line around each point keeps both apart from any background
    points = base.mark_point(filled=True, size=120, opacity=0.95, stroke=LINE_COLOUR, strokeWidth=0.8).encode(
        color=alt.Color(
            "val_accuracy:Q",
            title="Validation accuracy",
            scale=alt.Scale(scheme="viridis"),
            legend=alt.Legend(format=".0%", orient="right", gradientLength=180),
        ),
        tooltip=[
            alt.Tooltip("number:Q", title="Trial"),
            alt.Tooltip("learning_rate:Q", title="Learning rate", format=".2e"),
            alt.Tooltip("batch_size:Q", title="Batch size"),
            alt.Tooltip("val_loss:Q", title="Validation loss", format=".4f"),
            alt.Tooltip("val_accuracy:Q", title="Validation accuracy", format=".1%"),
        ],
    )
    ring = base.transform_filter(alt.FieldOneOfPredicate("number", [int(n) for n in frame.loc[best, "number"]]))
    ringed = ring.mark_point(size=330, strokeWidth=2, color=LINE_COLOUR, filled=False)
    heading = f"Validation loss against {PARAMETERS[parameter].split(' (', maxsplit=1)[0].lower()}"
    chart = alt.LayerChart(layer=[points, ringed])
    return titled(chart, heading, frame, failed, "ring: lowest loss", made=run_line(frame))


_POWERS = alt.Axis(format=".0e", values=[10.0**power for power in range(-8, 2)])
_LOSS = alt.Y("val_loss:Q", title="Validation loss (nats)", scale=alt.Scale(zero=False), axis=alt.Axis(tickCount=6))


def _across(frame: pd.DataFrame, parameter: str) -> alt.X:
    """Both parameters are searched in multiples, so both stand on a logarithmic axis."""
    title = PARAMETERS[parameter]
    if parameter == "batch_size":
        sizes = sorted({int(size) for size in frame[parameter]})
        return alt.X("batch_size:Q", title=title, scale=alt.Scale(type="log", base=2), axis=alt.Axis(values=sizes))
    return alt.X("learning_rate:Q", title=title, scale=alt.Scale(type="log"), axis=_POWERS)
