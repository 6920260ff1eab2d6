"""What happened to a karyogram, in plain words: received, judged, decided; and the result of one that is signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from dashboard.wording import times, words
from dashboard.wording.review_words import CALLS, PLACES, opinion_in_words, signed_by
from engine import reviews
from engine.reviews import Decision
from engine.vocabulary import Karyogram, Verdict

_HIDDEN = {
    1: "One reader has decided. What they said stays hidden until the second reader has decided.",
    2: "Two readers have decided. What they said stays hidden until a supervisor has settled it.",
}


def signed(decisions: Sequence[Decision]) -> None:
    """Draw the result of a signed karyogram: what, who, when, and what that means."""
    result = reviews.result(decisions)
    if result is None:
        return
    standing = reviews.standing(decisions)
    call = CALLS[result.opinion.call]
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("Signed", icon=":material/verified:", color="primary")
            st.markdown(
                f"{call.badge} **{words.plain(result.opinion.karyotype)}**" if result.opinion.karyotype else call.badge
            )
            st.caption(_when(max(decision.created_at for decision in standing)), width="content")
        st.markdown(signed_by(standing))
        if result.opinion.comment:
            st.caption(f"Comment: {words.plain(result.opinion.comment)}")


def render(
    karyogram: Karyogram, verdicts: Sequence[Verdict], decisions: Sequence[Decision], seen: Sequence[Decision]
) -> None:
    """Draw the history.

    Args:
        karyogram: whose.
        verdicts: of all models.
        decisions: all of them, earliest first.
        seen: those of them that the reader may see.
    """
    events = [(karyogram.created_at, f"**Received** as {words.plain(karyogram.file_name)}")]
    events += [(verdict.created_at, _judged(verdict)) for verdict in verdicts]
    amended = {decision.amends for decision in seen}
    events += [(one.created_at, decided(one, amended=one.id in amended)) for one in seen]
    with st.expander("History", icon=":material/history:"):
        lines = [f"- {_when(moment)}: {text}" for moment, text in sorted(events, key=lambda event: event[0])]
        st.markdown("\n".join(lines))
        hidden = len(reviews.standing(decisions)) if len(seen) < len(decisions) else 0
        if hidden:
            st.caption(f":material/visibility_off: {_HIDDEN[min(hidden, 2)]}")


def decided(decision: Decision, *, amended: bool = False) -> str:
    """One decision as Markdown: who, as which reader, what and why; struck through where another stands for it."""
    said = opinion_in_words(decision.opinion)
    who = f"**{words.plain(decision.person)}**, {PLACES[decision.place]}"
    what = f"~~{said}~~ (amended later)" if amended else f"**{said}**"
    verb = " amends to" if decision.amends is not None else ""
    notes = [("Reason", decision.opinion.reason), ("Comment", decision.opinion.comment)]
    return f"{who}{verb}: {what}" + "".join(f". {name}: {words.plain(note)}" for name, note in notes if note)


def _judged(verdict: Verdict) -> str:
    return f"**{words.plain(verdict.model)}** judged it: {words.OUTCOMES[verdict.outcome].label.lower()}"


def _when(moment: datetime) -> str:
    return times.local_time(moment, times.reader_zone())
