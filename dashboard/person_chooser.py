"""Who works here: shown on every page, and chosen where nobody signs in."""

from __future__ import annotations

import streamlit as st

from dashboard import links, services, state
from engine.people import DEMO, Person

_HELP = (
    "Nobody signs in on this machine: choose who you are. Every decision is kept with the name, and the role says what "
    "you may do."
)


def render() -> None:
    """Draw who works here and let another one be chosen; the address then tells it, so that a reload keeps it."""
    place = st.container(horizontal=True, horizontal_alignment="right")
    chosen = place.menu_button(
        services.person().name,
        DEMO,
        key="person_chooser",
        type="tertiary",
        icon=":material/account_circle:",
        format_func=lambda person: person.name,
        help=_HELP,
    )
    _remember(chosen or services.person())
    if chosen is not None:
        st.rerun()  # the name on the button is that of before


def _remember(person: Person) -> None:
    state.remember_person(person.short)
    links.remember_person("" if person == DEMO[0] else person.short)
