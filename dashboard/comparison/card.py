"""A chart on the page: in a frame of its own, with its alternative text and its downloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from dashboard.comparison import downloads
from dashboard.comparison.drawing import Panel


def draw(panel: Panel, names: Mapping[str, str], note: str = "") -> None:
    """Draw a chart.

    Args:
        panel: the chart.
        names: the name of each run by its letter, for the legend of what is downloaded.
        note: how to read it, in a sentence or two.
    """
    with st.container(border=True, gap="xsmall"):
        st.altair_chart(panel.chart, alt=panel.alt)
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.caption(note, width="content")
            _downloads(panel, names)


def _downloads(panel: Panel, names: Mapping[str, str]) -> None:
    menu = st.popover("Download", icon=":material/download:", type="tertiary", key=f"downloads_{panel.name}")
    # made when somebody clicks and not before: a picture takes a moment
    with menu.container(gap="xxsmall"):
        _button(panel, "CSV", "text/csv", lambda: downloads.csv(panel))
        _button(panel, "PNG", "image/png", lambda: downloads.png(panel, names))
        _button(panel, "SVG", "image/svg+xml", lambda: downloads.svg(panel, names))


def _button(panel: Panel, kind: str, mime: str, make: Callable[[], bytes]) -> None:
    st.download_button(
        kind,
        data=make,
        file_name=f"karyotriage_{panel.name}.{kind.lower()}",
        mime=mime,
        key=f"{panel.name}_{kind}",
        on_click="ignore",
        type="tertiary",
        icon=_ICONS[kind],
        width="stretch",
    )


_ICONS = {"CSV": ":material/table:", "PNG": ":material/image:", "SVG": ":material/draw:"}
