"""Reading list: what waits for people over all batches, the riskiest first, and where one stopped."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from dashboard.drawing import parts
from dashboard.reading_list import filters, table
from dashboard.session import links, services
from dashboard.wording import times, words
from dashboard.wording.turn_words import LISTS, nothing_here
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter, Turn

_ROWS_ON_A_PAGE = 25
_COLUMNS = (
    "picture",
    "symbol",
    "outcome",
    "case",
    "cell",
    "why",
    "probability",
    "received",
    "turn",
    "because",
    "batch",
)


def render() -> None:
    """Draw the page."""
    head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom")
    tabs = st.container()
    filters.ask(filters.from_address(times.now()).turn)
    asked = filters.from_address(times.now())
    with services.session() as session:
        counts = reading_list.counts(session, services.person(), asked)
    with tabs:
        filters.lists(counts, asked.turn)
    wanted = filters.from_address(times.now())
    with head:
        _heading(wanted)
        _resume(wanted)
    _list(wanted, counts)


def _heading(wanted: Filter) -> None:
    with st.container(gap="xxsmall", width="content"):
        st.title("Reading list")
        st.caption(LISTS[wanted.turn].meaning)


def _resume(wanted: Filter) -> None:
    """Offer to go on where this person stopped: at what they opened last, else behind what they decided last."""
    if wanted.turn is Turn.SIGNED:
        return
    with services.session() as session:
        reader = services.person()
        opened, decided = links.karyogram_id(), reading_list.last_decided(session, reader)
        stopped = opened or (decided[0] if decided else "")
        following = reading_list.resume(session, reader, wanted, stopped)
    if following is None:
        return
    label = "Continue where you stopped" if stopped else "Start reading"
    if st.button(words.on_primary(label), type="primary", icon=":material/play_arrow:", shortcut="J"):
        links.open_karyogram(following)


def _list(wanted: Filter, counts: Mapping[Turn, int]) -> None:
    shown = table.page(wanted, _ROWS_ON_A_PAGE)
    if shown.entries:
        table.draw(shown, _ROWS_ON_A_PAGE, _COLUMNS, height=1700)
    elif wanted != Filter(wanted.turn):
        _filtered_away()
    else:
        parts.empty_state(LISTS[wanted.turn].name, nothing_here(wanted.turn, counts, services.person()))
        if not counts[Turn.ALL]:
            links.to_page(links.UPLOAD, "Upload karyograms", icon=":material/upload_file:")


def _filtered_away() -> None:
    parts.empty_state("Nothing passes these filters", "The list itself may hold more.")
    st.button("Clear the filters", icon=":material/filter_alt_off:", on_click=filters.clear)


if __name__ == "__main__":
    render()
