"""Karyogram: one picture, its verdict in plain words, the decisions of people, and where it stands in its case."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.decision import history as decision_history
from dashboard.decision import panel as decision_panel
from dashboard.drawing import frames, parts
from dashboard.karyogram import case_panel, chromosome_view, picture_panel
from dashboard.known_cases import note
from dashboard.reading_list import steps
from dashboard.session import links, services, state
from dashboard.verdict import figures as verdict_figures
from dashboard.verdict import other_models
from dashboard.verdict import panel as verdict_panel
from dashboard.wording import times, words
from engine import reviews
from engine.records import audit, store
from engine.reviewing import case_results, decisions
from engine.reviewing.case_results import Cell
from engine.reviews import Decision
from engine.vocabulary import Batch, Karyogram, Verdict


@dataclass(frozen=True)
class _Shown:
    """Everything the page shows of one karyogram; ``verdicts`` are those of all models, ``cells`` those of its case."""

    karyogram: Karyogram
    batch: Batch
    verdicts: list[Verdict]
    decisions: list[Decision]
    cells: list[Cell]

    @property
    def verdict(self) -> Verdict | None:
        """The verdict of the model of the batch."""
        return next((verdict for verdict in self.verdicts if verdict.model == self.batch.model), None)


def render() -> None:
    """Draw the page."""
    karyogram_id = links.karyogram_id()
    if not karyogram_id:
        _nothing("No karyogram chosen", "Open a batch and click a row of its reading list.")
        return
    try:
        shown = _load(karyogram_id)
    except store.NotFoundError:
        _nothing("This karyogram does not exist", "The address may be cut short, or it belongs to another system.")
        return
    _tell_who_looks(karyogram_id)
    steps.draw(shown.karyogram, shown.batch)
    _heading(shown)
    decision_history.signed(shown.decisions)
    note.render(shown.karyogram)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        read = picture_panel.render(shown.karyogram, shown.verdict)
        if read is not None:
            chromosome_view.correction(read)
        else:
            chromosome_view.corrected(shown.karyogram, shown.verdict)
    with right:
        if read is not None:
            chromosome_view.details(read)
        verdict_panel.render(shown.karyogram, shown.verdict)
        _people(shown)
    if shown.verdict is not None:
        verdict_figures.render(shown.verdict)
        verdict_figures.provenance(shown.verdict)


def _tell_who_looks(karyogram_id: str) -> None:
    """Enter into the audit trail that somebody has opened the karyogram; once, and not at each click on the page."""
    person = services.person()
    if state.is_first_look(person.name, karyogram_id):
        with services.session() as session:
            audit.record(session, times.now(), person=person.name, action="view", subject=f"karyogram {karyogram_id}")
            session.commit()


def _people(shown: _Shown) -> None:
    """Draw what people decide, the case, and what happened until now."""
    person = services.person()
    decision_panel.render(person, shown.karyogram, shown.verdict, shown.decisions)
    case_panel.render(shown.cells)
    other_models.render(shown.batch, shown.verdicts)
    seen = reviews.may_see(person, shown.karyogram.review, shown.decisions)
    decision_history.render(shown.karyogram, shown.verdicts, shown.decisions, seen)


def _nothing(title: str, text: str) -> None:
    st.title("Karyogram")
    parts.empty_state(title, text)
    links.to_page(links.BATCHES, "All batches", icon=":material/arrow_back:")


def _load(karyogram_id: str) -> _Shown:
    with services.session() as session:
        karyogram = store.karyogram(session, karyogram_id)
        batch = store.batch(session, karyogram.batch_id)
        return _Shown(
            karyogram=karyogram,
            batch=batch,
            verdicts=store.verdicts_of(session, karyogram_id),
            decisions=decisions.of(session, karyogram_id),
            cells=case_results.cells_of(session, karyogram),
        )


def _heading(shown: _Shown) -> None:
    karyogram = shown.karyogram
    received = times.local_time(karyogram.created_at, times.reader_zone())
    with st.container(gap="xxsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(words.plain(words.case_and_cell(karyogram.case_name, karyogram.cell)), width="content")
            parts.outcome_badge(frames.outcome_of(karyogram, shown.verdict))
        st.caption(
            f"{words.plain(frames.file_and_page(karyogram))} · {karyogram.width:,} by {karyogram.height:,} pixels · "
            f"received {received}"
        )


if __name__ == "__main__":
    render()
