"""What somebody signs by confirming a decision: their name, the time, the meaning, and how sure it is who they are."""

from __future__ import annotations

import streamlit as st

from dashboard.wording import times, words
from engine.people import Person, SignAgainError, require_proof
from engine.reviewing import signatures
from engine.reviews import Place

_DEMO = "Demo: nobody has proved who they are. This confirms the chosen name, and is no signature to rely on."


def render(person: Person, place: Place, *, amending: bool) -> None:
    """Draw what is signed by confirming."""
    zone, now = times.reader_zone(), times.now()
    meaning = signatures.meaning(place, amending=amending)
    who, when = words.plain(person.name), times.local_time(now, zone)
    st.caption(f":material/signature: By confirming you sign as **{who}** on {when}: “{meaning}.”")
    st.caption(_proof(person))


def is_old(person: Person) -> bool:
    """Whether somebody has to prove anew who they are before they sign; the engine checks it again."""
    try:
        require_proof(person, times.now())
    except SignAgainError:
        return True
    return False


def _proof(person: Person) -> str:
    if person.proven_at is None or person.signs_until is None:
        return _DEMO
    zone = times.reader_zone()
    proven = f"You proved who you are to your identity provider: {times.local_time(person.proven_at, zone)}."
    if is_old(person):
        return f"{proven} That is too long ago for a signature. Sign in again; what you have written is kept for you."
    return f"{proven} It is enough to sign until {person.signs_until.astimezone(zone):%H:%M}."
