"""Known cases on the page "Quality": how many there are, how readers and models did on them, and each signed one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.known_cases import drawing, form, frames
from dashboard.session import links, services
from dashboard.wording import words
from engine import people
from engine.figures.periods import Period
from engine.figures.shares import ENOUGH
from engine.known_cases import seed_results
from engine.known_cases.seed_results import Result, Told
from engine.people import Action
from engine.records import seeds
from engine.records.seeds import Standing

_SHOWN = 100
_ABOUT = (
    "Karyograms whose answer is known, put among the others. Readers are not told, and nothing on their pages tells "
    "them; a known case is in no report, export or statistic. You see which ones they are once they are signed. "
    "Readers are judged by what each said first."
)
_SHARE = 215  # pixels: a share in words
_FOUND = st.column_config.TextColumn("Abnormal ones found", help="With the 95 % interval by case.", width=_SHARE)
_OF_READERS = {
    "name": st.column_config.TextColumn("Reader", width=200),
    "found": _FOUND,
    "missed": st.column_config.TextColumn("Missed", help="Abnormal, and called normal.", width=_SHARE),
    "alarms": st.column_config.TextColumn("False alarms", help="Normal, and called abnormal.", width=_SHARE),
    "named": st.column_config.TextColumn(
        "Karyotype right", help="Of the abnormal ones that were found and whose karyotype is known.", width=_SHARE
    ),
}
_OF_MODELS = {
    "name": st.column_config.TextColumn("Model", width=200),
    "found": _FOUND,
    "missed": st.column_config.TextColumn("Missed", help="Abnormal, and screened.", width=_SHARE),
    "alarms": st.column_config.TextColumn(
        "False alarms", help="Normal, and flagged for whatever reason.", width=_SHARE
    ),
    "named": None,
}
_OF_CASES = {
    "known": st.column_config.TextColumn("Known case", width=190),
    "called": st.column_config.TextColumn("Readers saw", width=130),
    "answer": st.column_config.TextColumn("Known answer", width=190),
    "model": st.column_config.TextColumn("Model said", width=120),
    "first": st.column_config.TextColumn("First reader", width=200),
    "second": st.column_config.TextColumn("Second reader", width=200),
    "open": st.column_config.LinkColumn("", display_text="Open", width=60),
}


def render(period: Period) -> None:
    """Draw the section for a supervisor; others see nothing of it, not even that there is one."""
    person = services.person()
    if not people.may(person, Action.SEED_CASES):
        return
    with services.session() as session:
        standing = seeds.standing(session, person)
        readers = seed_results.readers(session, person, period)
        models = seed_results.models(session, person, period)
        told = seed_results.told(session, person, period, _SHOWN)
    st.subheader("Known cases", help=_ABOUT)
    _standing(standing)
    if readers or models:
        _results(readers, models)
        _told(told)
    form.render()


def _standing(standing: Standing) -> None:
    if not (standing.waiting or standing.unread or standing.signed):
        st.caption(":material/visibility_off: No known case was put among the others yet. Readers see none of this.")
        return
    with st.grid(columns=3, min_column_width=150, gap="xsmall"):
        st.metric("Wait for a batch", f"{standing.waiting:,}", border=True, help="Each of the next batches gets one.")
        st.metric("Not signed yet", f"{standing.unread:,}", border=True, help="Among the others, as any of them.")
        st.metric("Signed", f"{standing.signed:,}", border=True, help="Of all periods.")
    if standing.waiting:
        form.withdraw()


def _results(readers: Sequence[Result], models: Sequence[Result]) -> None:
    frame = frames.intervals(readers, models)
    if len(frame):
        with st.container(border=True):
            st.altair_chart(drawing.found(frame), alt="Abnormal known cases found by each reader and model")
            st.caption(
                f"95 % intervals by case. Hollow: fewer than {ENOUGH} abnormal cases, too few to tell anybody's "
                "sensitivity."
            )
    if readers:
        st.dataframe(frames.results(readers), hide_index=True, column_config=_OF_READERS, alt="Readers on known cases")
    else:
        st.caption("No known case of this period is signed yet: nothing can be said of readers.")
    if models:
        st.dataframe(frames.results(models), hide_index=True, column_config=_OF_MODELS, alt="Models on known cases")


def _told(told: Sequence[Told]) -> None:
    if not told:
        return
    with st.expander(f"Signed known cases: {words.count(len(told), 'karyogram')}", icon=":material/key:"):
        addresses = {one.karyogram.id: links.karyogram_address(one.karyogram.id) for one in told}
        st.dataframe(
            frames.told(told, addresses),
            hide_index=True,
            column_config=_OF_CASES,
            alt="Signed known cases, latest first",
        )
        if len(told) == _SHOWN:
            st.caption(f"The latest {_SHOWN} are shown.")
