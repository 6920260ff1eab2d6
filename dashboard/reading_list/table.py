"""A page of a reading list as a table with pictures, and the way to the pages beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.drawing import frames, thumbnails
from dashboard.session import links, services, state
from dashboard.wording import words
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter
from engine.reviewing.reading_list import Page
from engine.reviewing.reading_order import MOST

_ROW_HEIGHT: Final = 64
_HEAD_HEIGHT: Final = 40
_COLUMNS: Final = {
    "picture": st.column_config.ImageColumn("Karyogram", width=88),
    "symbol": st.column_config.ImageColumn("", width=40),
    "outcome": st.column_config.TextColumn("Outcome", width=116),
    "case": st.column_config.TextColumn("Case", width=104),
    "cell": st.column_config.TextColumn("Cell", width=44),
    "why": st.column_config.TextColumn("Why", width=156, help="Findings on single chromosomes, else the reasons."),
    "probability": st.column_config.ProgressColumn(
        "Probability of abnormal",
        min_value=0,
        max_value=100,
        format="%.1f %%",
        width=150,
        color="gray",
        help="Calibrated: about this share is abnormal of the karyograms with this figure, where half of all are.",
    ),
    "agreement": st.column_config.NumberColumn(
        "Pass agreement",
        format="%.0f %%",
        width=104,
        help="Share of the passes behind the winning label. Read it with the probability, never alone.",
    ),
    "received": st.column_config.DatetimeColumn("Received", format="distance", width=110),
    "turn": st.column_config.TextColumn("Whose turn", width=106),
    "because": st.column_config.TextColumn(
        "Read because", width=104, help="Flagged by the model, or drawn at random from the screened ones."
    ),
    "batch": st.column_config.TextColumn("Batch", width=110),
    "file": st.column_config.TextColumn("File", width=160),
}


def page(wanted: Filter, rows: int) -> Page:
    """The page of a list that the address asks for."""
    after, before = links.place_of_page()
    with services.session() as session:
        return reading_list.page(session, services.person(), wanted, rows, after=after, before=before)


def draw(shown: Page, rows: int, columns: Sequence[str], height: int = 640) -> None:
    """Draw a page that is not empty; a click anywhere in a row opens its karyogram.

    Args:
        shown: what to draw.
        rows: how many a full page has.
        columns: of the table, in their order.
        height: of the table at most, in pixels.
    """
    keys = [entry.karyogram.id for entry in shown.entries]
    _pages(shown, keys, rows)
    pictures = thumbnails.small([entry.karyogram for entry in shown.entries])
    event = st.dataframe(
        frames.reading_list(shown.entries, pictures, services.person()),
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(height, _ROW_HEIGHT * len(keys) + _HEAD_HEIGHT),
        placeholder="-",
        key="reading_list",
        on_select="rerun",
        selection_mode="single-cell",
        column_order=columns,
        column_config=_COLUMNS,
        alt="Reading list, riskiest karyogram first",
    )
    # a live list moves between drawing and click: the click means the row as it was drawn, not as it is sorted now
    drawn = state.exchange_drawn(keys)
    if event.selection.cells:
        row, _ = event.selection.cells[0]
        if row < len(drawn):
            links.open_karyogram(drawn[row])


def _pages(shown: Page, keys: Sequence[str], rows: int) -> None:
    """Say which rows these are and lead to those before and after."""
    first, last = shown.first == 1, len(keys) < rows or shown.last == shown.total
    with st.container(horizontal=True, vertical_alignment="center"):
        total = words.at_most(shown.total, MOST)
        st.caption(
            f"{shown.first:,} to {shown.last:,} of {total}, riskiest first. Click a row to open its karyogram.",
            width="stretch",
        )
        if first and last:
            return
        _way("First page", "first_page", off=first)
        _way("Previous page", "chevron_left", off=first, before=keys[0])
        _way("Next page", "chevron_right", off=last, after=keys[-1])


def _way(label: str, icon: str, *, off: bool, **place: str) -> None:
    st.button(
        label,
        icon=f":material/{icon}:",
        type="tertiary",
        disabled=off,
        key=f"way_{icon}",
        on_click=links.turn_page,
        kwargs=place,
    )
