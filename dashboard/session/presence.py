"""Who is at this browser session: who they are, since when that is known, and what they were writing.

No module but this one and ``state`` touches ``st.session_state``.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import streamlit as st

from engine.access.drafts import Draft
from engine.people import Person

_PERSON = "person"
_LET_IN = "let_in"
_CAME_BACK = "came_back"
_WRITING = "writing"
_CHECKED_EVERY = timedelta(seconds=5)  # whether a sign-in still holds


def person() -> str | None:
    """The short name of who works here, as this session last heard it."""
    short: str | None = st.session_state.get(_PERSON)
    return short


def remember_person(short: str) -> None:
    """Remember who works here: the navigation of Streamlit leaves the address behind."""
    st.session_state[_PERSON] = short


def let_in(now: datetime) -> Person | None:
    """Who is signed in, where that was checked some seconds ago at most."""
    person, moment = st.session_state.get(_LET_IN, (None, now))
    return person if now - moment < _CHECKED_EVERY else None


def remember_let_in(person: Person, now: datetime) -> None:
    """Remember who is signed in."""
    st.session_state[_LET_IN] = (person, now)


def forget_let_in() -> None:
    """Have it checked anew who is signed in."""
    st.session_state.pop(_LET_IN, None)


def remember_writing(person: str, draft: Draft | None) -> None:
    """Remember what somebody is writing on the page that is drawn, None for nothing."""
    st.session_state[_WRITING] = (person, draft)


def writing() -> tuple[str, Draft | None]:
    """Who wrote something on the page that was drawn last, and what; nobody and nothing where nobody did."""
    found: tuple[str, Draft | None] = st.session_state.pop(_WRITING, ("", None))
    return found


def comes_back() -> bool:
    """Whether somebody comes to the dashboard just now, which is so once in a session."""
    first = _CAME_BACK not in st.session_state
    st.session_state.setdefault(_CAME_BACK, "")
    return first


def resume(karyogram_id: str) -> None:
    """Remember on which karyogram somebody goes on who had to sign in again."""
    st.session_state[_CAME_BACK] = karyogram_id


def is_resumed(karyogram_id: str) -> bool:
    """Whether somebody has signed in again for this karyogram, and not decided since."""
    return bool(st.session_state.get(_CAME_BACK) == karyogram_id)
