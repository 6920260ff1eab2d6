"""A chart as a file: CSV of what it draws, SVG and PNG for a paper, each with title, origin of the data and legend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import vl_convert

from dashboard.comparison.drawing import Panel

_PNG_SCALE = 2.0
_VEGA_LITE = "6.4"  # of Altair's charts
_STYLE = {
    "background": "white",
    "font": "DejaVu Sans, Helvetica, Arial, sans-serif",
    "padding": 16,
    "view": {"stroke": None},
    "axis": {"gridColor": "#e6eaee", "domainColor": "#8a94a0", "tickColor": "#8a94a0", "labelColor": "#3d4a56"}
    | {"titleColor": "#16212b", "titleFontWeight": "normal", "titlePadding": 8},
    "title": {"color": "#16212b", "fontSize": 15},
}


def csv(panel: Panel) -> bytes:
    """What a chart draws, row by row, as CSV in UTF-8."""
    return panel.frame.to_csv(index=False, lineterminator="\r\n").encode("utf-8")


def svg(panel: Panel, names: Mapping[str, str]) -> bytes:
    """A chart as SVG; ``names`` tells the name of each letter for the legend."""
    return vl_convert.vegalite_to_svg(specification(panel, names), vl_version=_VEGA_LITE).encode("utf-8")


def png(panel: Panel, names: Mapping[str, str]) -> bytes:
    """A chart as PNG with two pixels a point; ``names`` tells the name of each letter for the legend."""
    return vl_convert.vegalite_to_png(specification(panel, names), vl_version=_VEGA_LITE, scale=_PNG_SCALE)


def specification(panel: Panel, names: Mapping[str, str]) -> dict[str, Any]:
    """The chart on paper: at a fixed width, on white, described, and with runs by name where the page has letters."""
    drawn: dict[str, Any] = panel.chart.to_dict()
    drawn |= {"width": panel.width, "description": panel.alt, "config": {**drawn.get("config", {}), **_STYLE}}
    legends = list(_legends(drawn))
    for legend in legends:
        legend |= {"labelExpr": _expression(names), "orient": "bottom", "columns": 1, "labelLimit": panel.width}
    if not legends:
        drawn["title"]["subtitle"] += [f"{letter}  {name}" for letter, name in names.items()]
    return drawn


def _legends(part: object) -> Iterator[dict[str, Any]]:
    """Every legend of runs, which on the page has letters alone, because the cards of the runs tell their names."""
    if isinstance(part, list):
        for item in part:
            yield from _legends(item)
    elif isinstance(part, dict):
        if part.get("field") == "letter" and isinstance(part.get("legend"), dict):
            yield part["legend"]
        for item in part.values():
            yield from _legends(item)


def _expression(names: Mapping[str, str]) -> str:
    """A Vega expression from letter to letter and name."""
    texts = ", ".join(f"{letter!r}: {f'{letter}  {name}'!r}" for letter, name in names.items())
    return f"{{{texts}}}[datum.label] || datum.label"
