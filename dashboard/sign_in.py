"""Coming in: who is not signed in sees how, who may not sees why, and who comes back goes on where they were."""

from __future__ import annotations

import logging

import streamlit as st

from dashboard import links, services, state, times, words
from engine import drafts, exposure
from engine.drafts import Draft
from engine.identity import RefusedError
from engine.people import Person
from engine.reviews import Call
from engine.sign_ins import EndedError

_log = logging.getLogger(__name__)
_DEFAULT = "default"


def lets_in() -> bool:
    """Tell whether who looks may come in; if not, the page says what to do instead."""
    if not services.signs_in():
        return True
    if not st.user.is_logged_in:
        _page("Sign in", "Your laboratory lets only those in whom it knows.", "Sign in")
        return False
    try:
        services.enter(active=True)
    except EndedError as ended:
        state.forget_let_in()
        _page("Sign in again", str(ended), "Sign in again")
        return False
    except RefusedError as refused:
        _log.warning("refused: %s", refused)
        _refused(str(refused))
        return False
    return True


def _page(title: str, text: str, label: str) -> None:
    with st.container(border=True, width=520):
        st.subheader(title)
        st.markdown(words.plain(text))
        if st.button(label, type="primary", icon=":material/login:"):
            again()


def _refused(text: str) -> None:
    with st.container(border=True, width=520):
        st.subheader("You cannot come in")
        st.error(words.plain(text), icon=":material/block:")
        if st.button("Sign in as somebody else", icon=":material/logout:"):
            st.logout()


def again() -> None:
    """Send somebody to the identity provider, which asks them to prove who they are."""
    section = exposure.section(st.get_option("secrets.files")) or {}
    st.login(exposure.AGAIN if exposure.AGAIN in section else _DEFAULT)


def keep(person: Person, draft: Draft) -> None:
    """Keep what somebody has written until they are back."""
    with services.session() as session:
        drafts.keep(session, person.name, draft, times.now())
        session.commit()


def go_on() -> None:
    """Bring somebody who had to sign in again back to the karyogram where they were, with what they had written."""
    if not state.comes_back() or not services.signs_in():
        return
    person = services.person()
    with services.session() as session:
        draft = drafts.take(session, person.name, times.now())
        session.commit()
    if draft is None:
        return
    fields = {**draft.fields, "call": Call(draft.fields["call"])}
    state.fill_in(
        {state.draft(name, draft.karyogram_id, person.short, draft.turn): value for name, value in fields.items()}
    )
    state.resume(draft.karyogram_id)
    links.open_karyogram(draft.karyogram_id)
