"""The decision on a karyogram: whose turn it is, what the reader may see of others, and the form for who may decide."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.decision import form
from dashboard.decision.form import Asked
from dashboard.decision.history import decided
from dashboard.wording import words
from dashboard.wording.review_words import REVIEWS
from engine import reviews
from engine.people import NotAllowedError, Person
from engine.reviews import Decision, ReviewError
from engine.vocabulary import Karyogram, Verdict


def render(person: Person, karyogram: Karyogram, verdict: Verdict | None, decisions: Sequence[Decision]) -> None:
    """Draw the panel.

    Args:
        person: who looks at it.
        karyogram: as it stands.
        verdict: of the model of its batch.
        decisions: all of them; the panel shows only what the person may see.
    """
    turn = REVIEWS[karyogram.review]
    with st.container(border=True):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader("Decision", width="content")
            st.badge(turn.label, icon=turn.icon, color=turn.colour)
        if turn.meaning:
            st.caption(turn.meaning)
        seen = reviews.standing(reviews.may_see(person, karyogram.review, decisions))
        # Each part has a place of its own: whoever looks next, their part takes the place of the last one's at once.
        told, asked, amended = st.container(), st.container(), st.container()
        if seen:
            told.markdown("\n".join(f"- {decided(decision)}" for decision in seen))
        with asked:
            _ask(person, karyogram, verdict, decisions)
        with amended:
            _amend(person, karyogram, verdict, seen)


def _ask(person: Person, karyogram: Karyogram, verdict: Verdict | None, decisions: Sequence[Decision]) -> None:
    """Ask for a decision, or say why this person cannot decide now."""
    try:
        place = reviews.place_for(person, karyogram.review, decisions)
    except (ReviewError, NotAllowedError) as error:
        st.caption(f":material/info: {words.plain(str(error))}")
        return
    form.render(Asked(karyogram, verdict, person, place))


def _amend(person: Person, karyogram: Karyogram, verdict: Verdict | None, seen: Sequence[Decision]) -> None:
    """Let somebody amend their own decision, also a signed one."""
    for own in seen:
        if own.person == person.name:
            asked = Asked(karyogram, verdict, person, own.place, amended=own)
            if st.toggle("Amend my decision", key=asked.key("amend")):
                form.render(asked)
