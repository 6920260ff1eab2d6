"""The case around a karyogram: what its signed cells amount to, and the other cells with whose turn they are."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.drawing import thumbnails
from dashboard.session import links
from dashboard.wording import words
from dashboard.wording.review_words import CALLS, CASES, REVIEWS, case_lines
from engine.reviewing.case_results import Cell, conclude
from engine.reviews import Review
from engine.vocabulary import KaryogramState
from models.judging.triage import TriageOutcome

_WITHOUT_SCROLLING = 6
_HEIGHT = 470  # pixels of the list of cells where there are more


def render(cells: Sequence[Cell]) -> None:
    """Draw the case of the first of these cells."""
    shown, *others = cells
    name = words.plain(shown.karyogram.case_name)
    with st.container(border=True):
        st.subheader(f"Case {name}")
        _conclusion(cells)
        if others:
            st.markdown(f"**Other karyograms of case {name}**")
            with st.container(height=_HEIGHT if len(others) > _WITHOUT_SCROLLING else "content", border=False):
                _cells(others)


def _conclusion(cells: Sequence[Cell]) -> None:
    result = conclude(cells)
    with st.container(gap="xsmall"):
        written = f" **{words.plain(result.iscn)}**" if result.iscn else ""
        st.markdown(CASES[result.state].badge + written)
        st.markdown("\n".join(f"- {line}" for line in case_lines(result)))


def _cells(cells: Sequence[Cell]) -> None:
    with st.grid(columns=3, min_column_width=130, gap="xsmall"):
        for cell, picture in zip(cells, thumbnails.small([cell.karyogram for cell in cells]), strict=True):
            with st.container(border=True, gap="xxsmall"):
                st.image(picture, width="stretch", alt="")
                named = f"Cell {words.plain(cell.karyogram.cell)}" if cell.karyogram.cell else "Open"
                links.to_karyogram(cell.karyogram.id, named)
                shown = words.outcome_words(_outcome(cell))
                st.badge(shown.short, icon=shown.icon, color=shown.colour)
                st.caption(_turn(cell))


def _outcome(cell: Cell) -> TriageOutcome | None:
    """The outcome to show of a cell: failed beats everything, None while it waits."""
    return TriageOutcome.FAILED if cell.karyogram.state is KaryogramState.FAILED else cell.outcome


def _turn(cell: Cell) -> str:
    """Whose turn a cell is, in two or three words, or what was signed of it."""
    turn = REVIEWS[cell.karyogram.review]
    if cell.signed is None:
        waits = cell.karyogram.review in (Review.FIRST, Review.SECOND)
        return f"{turn.icon} for the {turn.label.lower()}" if waits else f"{turn.icon} {turn.label}"
    opinion = cell.signed.opinion
    return f"{turn.icon} Signed: {words.plain(opinion.karyotype) or CALLS[opinion.call].label.lower()}"
