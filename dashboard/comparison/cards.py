"""The runs that are compared, one card each: how it is drawn, what it is, and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.comparison import addresses, drawing, looks, measured, origins, selection
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Chosen, starting_weights
from dashboard.comparison.selection import Places
from dashboard.wording import words


def draw(chosen: Sequence[Chosen], figures: Mapping[str, Figures], places: Places) -> None:
    """Draw the cards, in the order of the places."""
    with st.grid(columns=looks.PLACES, min_column_width=200, gap="small"):
        for run in chosen:
            with st.container(border=True, gap="xsmall", height="stretch"):
                _card(run, figures[run.run.name], places)


def _card(run: Chosen, found: Figures, places: Places) -> None:
    told = run.run.record
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.image(looks.symbol(run.place), width=56, alt=f"Run {run.look.letter}")
        st.button(
            "Take out",
            icon=":material/close:",
            type="tertiary",
            key=f"without_{run.run.name}",
            on_click=lambda: addresses.remember_runs(selection.without(places, run.run.name)),
        )
    st.markdown(f"**{words.plain(drawing.capital(told.title))}**")
    st.caption(f"{drawing.capital(origins.of(told).line)} · {told.split} · {starting_weights(told)}")
    if measured.tells_nothing(found):
        st.markdown(f"**This run {drawing.TELLS_NOTHING}:** every picture has the same probability.")
    else:
        st.markdown(f"Sensitivity **{measured.text(found['sensitivity'])}**  \nAUC **{measured.text(found['auc'])}**")
