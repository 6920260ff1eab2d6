"""From one karyogram to the next through the list one came from, with the mouse or the keyboard."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from dashboard.reading_list import filters
from dashboard.session import links, services
from dashboard.wording import words
from dashboard.wording.turn_words import LISTS
from engine.reviewing import reading_list
from engine.reviewing.reading_list import Neighbours
from engine.reviewing.reading_order import MOST
from engine.vocabulary import Batch, Karyogram

RISKIER_KEY = "K"
LESS_RISKY_KEY = "J"
"""As in other readers; arrows are left to the controls of the page."""


def draw(karyogram: Karyogram, batch: Batch) -> None:
    """Draw the way back to the list one came from, and the steps through it."""
    wanted = filters.around(karyogram)
    with services.session() as session:
        around = reading_list.neighbours(session, services.person(), wanted, karyogram.id)
    from_list = bool(links.listed(links.LIST))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if from_list:
            name = f"Reading list, {LISTS[wanted.turn].name.lower()}"
            links.to_reading_list(karyogram.id, name, icon=":material/arrow_back:")
        else:
            links.to_batch(batch.id, words.plain(batch.name), icon=":material/arrow_back:")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            _step(around.before, "Riskier", "left", RISKIER_KEY)
            st.caption(place(around), width="content")
            _step(around.after, "Less risky", "right", LESS_RISKY_KEY)


def _step(identifier: str | None, label: str, side: str, key: str) -> None:
    pressed = st.button(
        label,
        key=f"step_{side}",
        type="tertiary",
        icon=f":material/chevron_{side}:",
        icon_position="left" if side == "left" else "right",
        disabled=identifier is None,
        shortcut=key,
    )
    if pressed and identifier is not None:
        links.open_karyogram(identifier)


def place(around: Neighbours) -> str:
    """Where a karyogram stands in its list, in words."""
    total = words.at_most(around.total, MOST)
    if around.number is None:
        return f"No longer among the {total} on the reading list" if around.total else "The reading list is empty"
    return f"{words.at_most(around.number, MOST)} of {total} on the reading list"


def next_open(karyogram: Karyogram) -> str | None:
    """The karyogram that the person at work may decide next, in the list they came from; None for nothing."""
    with services.session() as session:
        wanted = filters.around(karyogram)
        return reading_list.next_open(session, services.person(), wanted, karyogram.id)


def go_on(karyogram: Karyogram) -> NoReturn:
    """Go to the next karyogram that the person at work may decide, else back to where it says that nothing is left."""
    following = next_open(karyogram)
    if following is None:
        links.open_reading_list(karyogram.id)
    links.open_karyogram(following)
