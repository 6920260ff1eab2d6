"""Coming in: who is not signed in sees how, who may not sees why, and who comes back goes on where they were."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import NoReturn

import streamlit as st

from dashboard.session import links, presence, services, state
from dashboard.wording import times, words
from engine.access import drafts, exposure
from engine.access.drafts import Draft
from engine.access.identity import RefusedError
from engine.access.sign_ins import EndedError
from engine.reviews import Call

_log = logging.getLogger(__name__)
_DEFAULT = "default"


@dataclass(frozen=True)
class Outside:
    """Why somebody is not in: what the page says, and what its button offers.

    ``leave``: they must leave the identity provider first, to come back as somebody else.
    """

    title: str
    text: str
    offer: str
    leave: bool = False


def outside() -> Outside | None:
    """Tell why who looks may not come in; None where they may, or where nothing works anyway."""
    if services.problem() is not None or not services.signs_in():
        return None
    if not st.user.is_logged_in:
        return Outside("Sign in", "Only people whom your laboratory has given a role can come in.", "Sign in")
    try:
        services.enter(active=True)
    except EndedError as ended:
        presence.forget_let_in()
        _keep_what_is_written()
        return Outside("Sign in again", str(ended), "Sign in again")
    except RefusedError as refused:
        _log.warning("refused: %s", refused)
        return Outside("You cannot come in", str(refused), "Sign in as somebody else", leave=True)
    return None


def render(found: Outside) -> None:
    """Draw why somebody is not in, and the way in."""
    place = st.container(horizontal=True, horizontal_alignment="center")
    with place.container(border=True, width=460):
        st.subheader(found.title)
        st.markdown(words.plain(found.text))
        if st.button(words.on_primary(found.offer), type="primary", icon=":material/login:", width="stretch"):
            if found.leave:
                leave_provider()
            else:
                again()


def leave_provider() -> NoReturn:
    """Send somebody to the identity provider to end the session there too.

    Nothing may be drawn after it: drawing would find nobody signed in and begin anew, which drops the message that
    sends the browser there where it is still on its way.
    """
    st.logout()
    st.stop()


def again() -> None:
    """Send somebody to the identity provider, which asks them to prove who they are."""
    section = exposure.section(st.get_option("secrets.files")) or {}
    st.login(exposure.AGAIN if exposure.AGAIN in section else _DEFAULT)


def keep(person: str, draft: Draft) -> None:
    """Keep what somebody has written until they are back."""
    with services.session() as session:
        drafts.keep(session, person, draft, times.now())
        session.commit()


def _keep_what_is_written() -> None:
    """Keep what stood in a form when the session ended."""
    person, draft = presence.writing()
    if draft is not None:
        keep(person, draft)


def go_on() -> None:
    """Bring somebody who had to sign in again back to the karyogram where they were, with what they had written."""
    if not presence.comes_back() or not services.signs_in():
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
    presence.resume(draft.karyogram_id)
    links.open_karyogram(draft.karyogram_id)
