"""What a policy costs and gains, as a chart. Pure functions from data to data frames and charts."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from dashboard.drawing.charts import LINE_COLOUR, OUTCOME_COLOURS, TEXT_COLOUR, require
from models.measuring.screening import Sweep

IN_FORCE, PROPOSED = "In force", "Proposed"
_MISSED_COLOUR = OUTCOME_COLOURS["Abnormal"]
_LEAST_TOP = 0.15
_SHAPES = {IN_FORCE: "diamond", PROPOSED: "circle"}


def frame(found: Sweep) -> pd.DataFrame:
    """One row a limit: ``limit``, ``missed`` with ``low`` and ``high``, and ``screened``, all 0..1."""
    return pd.DataFrame(vars(found))


def marks(in_force: tuple[float, float], proposed: tuple[float, float]) -> pd.DataFrame:
    """The two policies, each as its share screened and its share missed: ``policy``, ``screened``, ``missed``."""
    rows = [(IN_FORCE, *in_force), (PROPOSED, *proposed)]
    return pd.DataFrame(rows, columns=["policy", "screened", "missed"])


def trade(swept: pd.DataFrame, policies: pd.DataFrame) -> alt.LayerChart:
    """What share of the abnormal is missed against what share of all is screened, over the limit of the probability.

    Args:
        swept: see ``frame``.
        policies: see ``marks``; each is a shape with its name.

    Raises:
        ValueError: when a column is missing or there is no row.
    """
    require(swept, ["limit", "missed", "low", "high", "screened"])
    require(policies, ["policy", "screened", "missed"])
    x = alt.X("screened:Q", title="Screened, share of all karyograms", axis=_percent(), scale=alt.Scale(nice=True))
    base = alt.Chart(swept).encode(x=x)
    y = alt.Y("missed:Q", title="Missed, share of the abnormal", axis=_percent(), scale=_height(swept, policies))
    band = base.mark_area(color=_MISSED_COLOUR, opacity=0.16, clip=True).encode(
        y=alt.Y("low:Q", title=None), y2="high:Q"
    )
    line = base.mark_line(color=_MISSED_COLOUR, strokeWidth=2.2, clip=True).encode(y=y, order="limit:Q")
    told = base.mark_point(size=160, opacity=0, clip=True).encode(y=y, tooltip=_tooltips())
    return alt.LayerChart(layer=[band, line, told, *_marked(policies, x, y)], height=330)


def _marked(policies: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    base = alt.Chart(policies).encode(x=x, y=y)
    shapes = base.mark_point(filled=True, size=150, opacity=1, color=LINE_COLOUR, stroke="white").encode(
        shape=alt.Shape("policy:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), legend=None)
    )
    # one above the other, so that the names of two policies that are alike can both be read
    names = [
        alt.Chart(policies[policies["policy"] == policy])
        .mark_text(color=TEXT_COLOUR, fontSize=12, fontWeight=600, dy=offset)
        .encode(x=x, y=y, text="policy:N")
        for policy, offset in ((IN_FORCE, -29), (PROPOSED, -15))
    ]
    return [shapes, *names]


def _height(swept: pd.DataFrame, policies: pd.DataFrame) -> alt.Scale:
    """From nothing to well above both policies; where nearly everything is missed nobody wants to be."""
    top = 3 * float(np.nanmax([_LEAST_TOP / 3, *policies["missed"]]))
    return alt.Scale(domain=[0, min(1.0, top, max(_LEAST_TOP, float(swept["high"].max())))], nice=False)


def _percent() -> alt.Axis:
    return alt.Axis(format=".0%", grid=True, tickCount=6)


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("limit:Q", title="Limit of the probability", format=".1%"),
        alt.Tooltip("missed:Q", title="Missed of the abnormal", format=".1%"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".1%"),
        alt.Tooltip("high:Q", title="to", format=".1%"),
        alt.Tooltip("screened:Q", title="Screened of all", format=".1%"),
    ]
