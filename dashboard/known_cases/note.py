"""What a supervisor is told on the page of a signed karyogram that is a known case."""

from __future__ import annotations

import streamlit as st

from dashboard.session import services
from dashboard.wording import times, words
from dashboard.wording.review_words import CALLS
from engine.records import seeds
from engine.vocabulary import Karyogram


def render(karyogram: Karyogram) -> None:
    """Draw the answer, where there is one and the person at work may know."""
    with services.session() as session:
        seed = seeds.answer(session, services.person(), karyogram)
    if seed is None:
        return
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.badge("Known case", icon=":material/key:", color="violet")
            karyotype = f" **{words.plain(seed.karyotype)}**" if seed.karyotype.strip() else ""
            st.markdown(f"Known answer: {CALLS[seed.call].badge}{karyotype}")
        simulated = ", simulated" if seed.simulated else ""
        placed = times.local_time(seed.placed_at, times.reader_zone())
        st.caption(
            f"{words.plain(seed.name)}, cell {words.plain(seed.cell)}{simulated}; put among the others by "
            f"{words.plain(seed.person)}, {placed}. It is in no report and no statistic; readers are not told."
        )
