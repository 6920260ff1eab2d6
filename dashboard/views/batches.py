"""Batches: the list of all batches, and inside one its progress, its reading list and its figures."""

from __future__ import annotations

import streamlit as st

from dashboard import batch_view, links, parts, services, times, words
from engine import reports
from engine.reports import BatchSummary

_BATCHES_ON_A_PAGE = 20
_REFRESH_SECONDS = 2.0


def render() -> None:
    """Draw the page."""
    batch_id = links.batch_id()
    if batch_id:
        batch_view.render(batch_id)
        return
    st.title("Batches")
    live = any(summary.waiting for summary in _summaries())
    st.fragment(_list, run_every=_REFRESH_SECONDS if live else None)(live)


def _summaries() -> list[BatchSummary]:
    with services.session() as session:
        return reports.batch_summaries(session)


def _list(live: bool) -> None:
    """Draw the list; while any batch is live it moves by itself."""
    summaries = _summaries()
    if live and not any(summary.waiting for summary in summaries):
        st.rerun()  # draws the page once more, now without the clock
    if not summaries:
        _nothing_yet()
        return
    pages = -(-len(summaries) // _BATCHES_ON_A_PAGE)
    shown = st.container()
    page = st.pagination(pages, key="list_page", bind="query-params") if pages > 1 else 1
    with shown:
        for summary in summaries[(page - 1) * _BATCHES_ON_A_PAGE : page * _BATCHES_ON_A_PAGE]:
            _row(summary)


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
