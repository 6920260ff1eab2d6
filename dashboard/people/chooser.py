"""Who works here: shown on every page, with the way out, and chosen where nobody signs in."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.people import sign_in
from dashboard.session import links, presence, services
from dashboard.wording import times, words
from engine.people import DEMO, Person

_HELP = (
    "Nobody signs in on this machine: choose who you are. Every decision is kept with the name, and the role says what "
    "you may do."
)
_DEMO = (
    "Nobody proves who they are, so nothing that is decided here is a signature. Only this machine can reach the "
    "dashboard. How people sign in: docs/sign-in.md."
)
_LOOKS_EVERY = 20.0  # seconds


def render(place: DeltaGenerator) -> None:
    """Draw who works here, and let them sign out or, where nobody signs in, let another one be chosen."""
    if services.signs_in():
        with place.popover(words.plain(services.person().name), icon=":material/account_circle:"):
            _signed_in(services.person())
        _watch()
        return
    place.badge("Demo: nobody signs in", icon=":material/science:", color="orange", help=_DEMO)
    _choose(place)


@st.fragment(run_every=_LOOKS_EVERY)
def _watch() -> None:
    """Take the page away once the session has ended, also where nobody clicks: others may pass by this screen."""
    services.person()


def _signed_in(person: Person) -> None:
    st.markdown(f"Role: **{words.plain(person.role.value.replace('_', ' '))}**")
    if person.proven_at is not None:
        st.caption(f"Signed in {times.local_time(person.proven_at, times.reader_zone())}.")
    if st.button("Sign out", icon=":material/logout:"):
        services.leave()
        sign_in.leave_provider()


def _choose(place: DeltaGenerator) -> None:
    """Let another one be chosen; the address then tells it, so that a reload keeps it."""
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
    presence.remember_person(person.short)
    links.remember_person("" if person == DEMO[0] else person.short)
