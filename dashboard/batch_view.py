"""The inside of one batch: live progress, counts, the reading list with its filter, histograms and downloads."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import batch_report, charts, frames, links, parts, services, state, thumbnails, times, words
from dashboard.frames import Judged
from engine import coco, corrections, reports, store
from engine.vocabulary import Batch

_ROWS_ON_A_PAGE = 100
_RESULT_SECONDS = 3.0  # how often the results move while a batch is live
_ROW_HEIGHT = 64
_COLUMNS = {
    "picture": st.column_config.ImageColumn("Karyogram", width=92),
    "symbol": st.column_config.ImageColumn("", width=40),
    "outcome": st.column_config.TextColumn("Outcome", width=124),
    "case": st.column_config.TextColumn("Case", width=84),
    "cell": st.column_config.TextColumn("Cell", width=44),
    "why": st.column_config.TextColumn("Why", width=170, help="Findings on single chromosomes, else the reasons."),
    "probability": st.column_config.ProgressColumn(
        "Probability of abnormal",
        min_value=0,
        max_value=100,
        format="%.1f %%",
        width=150,
        color="gray",
        help="Calibrated: about this share is abnormal of the karyograms with this figure, where half of all are.",
    ),
    "agreement": st.column_config.NumberColumn(
        "Pass agreement",
        format="%.0f %%",
        width=104,
        help="Share of the passes behind the winning label. Read it with the probability, never alone.",
    ),
    "file": st.column_config.TextColumn("File", width=160),
}


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
            batch_report.downloads(batch)


def _corrections(batch: Batch) -> None:
    """Offer what people corrected, where they did."""
    with services.session() as session:
        corrected = corrections.corrected_karyograms(session, batch.id)
    if corrected:
        st.download_button(
            "Download corrections",
            data=lambda: _coco(batch.id),
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


def _coco(batch_id: str) -> bytes:
    with services.session() as session:
        return coco.archive(session, services.limits(), batch_id)


def _results(batch: Batch) -> None:
    """Draw everything that changes while karyograms are judged."""
    with services.session() as session:
        rows = reports.judged(session, batch.id)
    if not rows:
        parts.empty_state("No karyogram was accepted", "Every file of this batch was refused; the reasons are below.")
        return
    outcomes = [frames.outcome_of(*row) for row in rows]
    counts = {outcome: outcomes.count(outcome) for outcome in words.OUTCOMES}
    parts.outcome_counts(counts, outcomes.count(None))
    _reading_list(rows)
    _histograms(rows)


def _reading_list(rows: Sequence[Judged]) -> None:
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    left.subheader("Reading list", help="Ordered by risk, not by arrival.")
    with right.container(horizontal=True, horizontal_alignment="right"):
        chosen = _filter()
    shown_rows = frames.with_outcomes(rows, chosen)
    table = st.container()
    page = _page(-(-len(shown_rows) // _ROWS_ON_A_PAGE))
    links.remember_reading_list(chosen, page)
    with table:
        if shown_rows:
            st.caption("Click a row to open its karyogram.")
            _table(shown_rows[(page - 1) * _ROWS_ON_A_PAGE : page * _ROWS_ON_A_PAGE])
        else:
            st.info("No karyogram of this batch has this outcome.", icon=":material/filter_alt_off:")


def _filter() -> list[str]:
    """Ask for outcomes, beginning with those in the address."""
    options = [shown.short for shown in words.OUTCOMES.values()]
    return st.pills(
        "Show only",
        options,
        selection_mode="multi",
        default=[short for short in links.outcomes() if short in options],
        key="outcomes",
        label_visibility="collapsed",
    )


def _page(pages: int) -> int:
    """Ask for a page of the reading list, where there is more than one, beginning with the one in the address."""
    if pages <= 1:
        return 1
    return st.pagination(pages, default=min(links.page_number(), pages), key="reading_list_page")


def _table(rows: Sequence[Judged]) -> None:
    """Draw one page of the reading list; a click anywhere in a row opens its karyogram."""
    frame = frames.reading_list(rows, [thumbnails.thumbnail(karyogram) for karyogram, _ in rows])
    event = st.dataframe(
        frame,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height=min(640, _ROW_HEIGHT * len(rows) + 40),
        placeholder="-",
        key="reading_list",
        on_select="rerun",
        selection_mode="single-cell",
        column_config=_COLUMNS,
        alt="Reading list, riskiest karyogram first",
    )
    # a live list moves between drawing and click: the click means the row as it was drawn, not as it is sorted now
    drawn = state.exchange_drawn([karyogram.id for karyogram, _ in rows])
    if event.selection.cells:
        row, _ = event.selection.cells[0]
        if row < len(drawn):
            links.open_karyogram(drawn[row])


def _histograms(rows: Sequence[Judged]) -> None:
    frame = frames.confidence(rows)
    if frame.empty:
        return
    st.subheader("Confidence", help="One row for each outcome, each with its own height; unreadable ones are left out.")
    left, right = st.columns(2, gap="medium")
    with left.container(border=True):
        chart = charts.confidence_histogram(frame, "probability", "Calibrated probability of abnormal")
        st.altair_chart(chart, alt="Histogram of the calibrated probability of abnormal, by outcome")
    with right.container(border=True):
        chart = charts.confidence_histogram(frame, "agreement", "Pass agreement")
        st.altair_chart(chart, alt="Histogram of the pass agreement, by outcome")
