"""A chart as a file: CSV of what it draws, SVG and PNG for a paper, each with title, origin of the data and legend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import vl_convert

from dashboard.comparison.drawing import Panel

_WIDTH = 640
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
    drawn |= {"width": _WIDTH, "description": panel.alt, "config": {**drawn.get("config", {}), **_STYLE}}
    _name_runs(drawn, names)
    return drawn


def _name_runs(part: object, names: Mapping[str, str]) -> None:
    """Write names beside the letters of every legend of runs; on the page the cards of the runs tell them."""
    if isinstance(part, list):
        for item in part:
            _name_runs(item, names)
    elif isinstance(part, dict):
        if part.get("field") == "letter" and isinstance(part.get("legend"), dict):
            part["legend"] |= {"labelExpr": _expression(names), "orient": "bottom", "columns": 1, "labelLimit": _WIDTH}
        for item in part.values():
            _name_runs(item, names)


def _expression(names: Mapping[str, str]) -> str:
    """A Vega expression from letter to letter and name."""
    texts = ", ".join(f"{letter!r}: {f'{letter}  {name}'!r}" for letter, name in names.items())
    return f"{{{texts}}}[datum.label] || datum.label"
