"""The inside of one batch: live progress, counts, the reading list with its filter, histograms and downloads."""

from __future__ import annotations

import streamlit as st

from dashboard.batches import report
from dashboard.drawing import charts, frames, parts
from dashboard.reading_list import filters, table
from dashboard.session import links, services
from dashboard.wording import times, words
from engine import people
from engine.exports import coco
from engine.figures import histograms
from engine.people import Action, Person
from engine.records import reports, store
from engine.reviewing import corrections, reading_list
from engine.vocabulary import Batch

_ROWS_ON_A_PAGE = 100
_RESULT_SECONDS = 3.0  # how often the results move while a batch is live
_COLUMNS = ("picture", "symbol", "outcome", "case", "cell", "why", "probability", "agreement", "file")


def render(batch_id: str) -> None:
    """Draw one batch."""
    try:
        with services.session() as session:
            batch = store.batch(session, batch_id)
            problems = reports.problems(session, batch_id)
    except store.NotFoundError:
        _unknown()
        return
    links.to_page(links.BATCHES, "All batches", icon=":material/arrow_back:")
    _heading(batch)
    live = parts.live_strip(batch_id)
    st.fragment(_results, run_every=_RESULT_SECONDS if live else None)(batch)
    if problems:
        st.subheader("Files that were refused")
        parts.refused_files(problems)


def _unknown() -> None:
    st.title("Batches")
    parts.empty_state("This batch does not exist", "The address may be cut short, or it belongs to another system.")
    links.to_page(links.BATCHES, "All batches", icon=":material/arrow_back:")


def _heading(batch: Batch) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        with st.container(gap="xxsmall", width="content"):
            _title(batch)
        with st.container(horizontal=True, width="content"):
            _corrections(batch)
            report.downloads(batch)


def _corrections(batch: Batch) -> None:
    """Offer what people corrected, where they did."""
    with services.session() as session:
        corrected = corrections.corrected_karyograms(session, batch.id)
    if corrected and people.may(services.person(), Action.EXPORT):
        who = services.later()
        st.download_button(
            "Download corrections",
            data=lambda: _coco(batch.id, who()),
            file_name=f"karyotriage_{batch.id[:8]}_corrections.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/edit:",
            help=f"{words.count(len(corrected), 'karyogram')} with boxes and classes in COCO format, as training "
            "material: the same as `python -m engine export --coco`.",
        )


def _title(batch: Batch) -> None:
    st.title(words.plain(batch.name))
    started = times.local_time(batch.created_at, times.reader_zone())
    mark = parts.priority_mark(batch.priority)
    st.caption(f"{mark}{started} · model {words.plain(batch.model)} · {words.count(batch.passes, 'pass')}")


def _coco(batch_id: str, person: Person) -> bytes:
    with services.session() as session:
        return coco.archive(session, services.limits(), batch_id, person=person)


def _results(batch: Batch) -> None:
    """Draw everything that changes while karyograms are judged."""
    with services.session() as session:
        counts = reading_list.outcome_counts(session, batch.id)
    if not counts:
        parts.empty_state("No karyogram was accepted", "Every file of this batch was refused; the reasons are below.")
        return
    waiting = counts.pop(None, 0)
    parts.outcome_counts({outcome: number for outcome, number in counts.items() if outcome}, waiting)
    _reading_list(batch)
    _histograms(batch)


def _reading_list(batch: Batch) -> None:
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    left.subheader("Reading list", help="Ordered by risk, not by arrival.")
    with right.container(horizontal=True, horizontal_alignment="right"):
        links.remember_reading_list(filters.outcomes())
    shown = table.page(filters.of_batch(batch.id), _ROWS_ON_A_PAGE)
    if shown.entries:
        table.draw(shown, _ROWS_ON_A_PAGE, _COLUMNS)
    else:
        st.info("No karyogram of this batch has this outcome.", icon=":material/filter_alt_off:")


def _histograms(batch: Batch) -> None:
    with services.session() as session:
        probability = frames.confidence(histograms.probability(session, batch))
        agreement = frames.confidence(histograms.agreement(session, batch))
    if probability.empty:
        return
    st.subheader("Confidence", help="One row for each outcome, each with its own height; unreadable ones are left out.")
    left, right = st.columns(2, gap="medium")
    with left.container(border=True):
        chart = charts.confidence_histogram(probability, "Calibrated probability of abnormal")
        st.altair_chart(chart, alt="Histogram of the calibrated probability of abnormal, by outcome")
    with right.container(border=True):
        chart = charts.confidence_histogram(agreement, "Pass agreement")
        st.altair_chart(chart, alt="Histogram of the pass agreement, by outcome")
