"""Batches: the list of all batches, and inside one its progress, its reading list and its figures."""

from __future__ import annotations

import streamlit as st

from dashboard.batches import view
from dashboard.drawing import parts
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.records import reports
from engine.records.reports import BatchSummary

_BATCHES_ON_A_PAGE = 20
_REFRESH_SECONDS = 2.0


def render() -> None:
    """Draw the page."""
    batch_id = links.batch_id()
    if batch_id:
        view.render(batch_id)
        return
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    left.title("Batches")
    with services.session() as session:
        total, live = reports.count_batches(session), reports.any_waiting(session)
    if not total:
        _nothing_yet()
        return
    named = right.text_input(
        "Search by name",
        key="name",
        bind="query-params",
        type="search",
        icon=":material/search:",
        placeholder="Search by name",
        label_visibility="collapsed",
    )
    st.fragment(_list, run_every=_REFRESH_SECONDS if live else None)(named or "", live)


def _list(named: str, live: bool) -> None:
    """Draw the list; while any batch is live it moves by itself."""
    shown = st.container()
    with services.session() as session:
        found = reports.count_batches(session, named)
        page = _page(-(-found // _BATCHES_ON_A_PAGE))
        start = (page - 1) * _BATCHES_ON_A_PAGE
        summaries = reports.batch_summaries(session, named=named, limit=_BATCHES_ON_A_PAGE, offset=start)
        still_live = live and reports.any_waiting(session)
    if live and not still_live:
        st.rerun()  # draws the page once more, now without the clock
    with shown:
        st.caption(_found(found, named))
        for summary in summaries:
            _row(summary)


def _page(pages: int) -> int:
    """Ask for a page of the list, where there is more than one."""
    return min(st.pagination(pages, key="list_page", bind="query-params"), pages) if pages > 1 else 1


def _found(found: int, named: str) -> str:
    if not named.strip():
        return f"{words.count(found, 'batch')}, newest first"
    return f"{words.count(found, 'batch')} with “{words.plain(named.strip())}” in the name, newest first"


def _nothing_yet() -> None:
    parts.empty_state(
        "No batch yet", "A batch is what you upload at once. Upload your first karyograms to see it here."
    )
    links.to_page(links.UPLOAD, "Upload karyograms", icon=":material/upload_file:")


def _row(summary: BatchSummary) -> None:
    batch = summary.batch
    with st.container(border=True):
        left, right = st.columns([2, 3], vertical_alignment="center")
        with left.container(gap="xxsmall"):
            links.to_batch(batch.id, f"**{words.plain(batch.name)}**")
            started = times.local_time(batch.created_at, times.reader_zone())
            mark = parts.priority_mark(batch.priority)
            st.caption(f"{mark}{started} · {words.plain(batch.model)} · {words.count(batch.passes, 'pass')}")
        with right.container(gap="xxsmall"):
            st.markdown(parts.outcome_line(summary.by_outcome, summary.waiting) or ":gray[Nothing accepted]")
            st.caption(_counts(summary))


def _counts(summary: BatchSummary) -> str:
    text = words.count(summary.accepted, "karyogram")
    if summary.refused:
        text += f" · {words.count(summary.refused, 'file')} refused"
    if summary.waiting:
        text += f" · {summary.waiting:,} waiting"
    return text


if __name__ == "__main__":
    render()
