"""Overview: what came and what became of it, how long it took, and how the models do, in any period."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from dashboard.drawing import parts
from dashboard.overview import choice, drawing, figures, frames, sections
from dashboard.overview.figures import Work
from dashboard.session import links
from dashboard.wording import times, words
from engine.figures.overview import Counts
from engine.figures.periods import Period
from models.judging.triage import TriageOutcome


def render() -> None:
    """Draw the page."""
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    left.title("Overview")
    with right:
        period = choice.period()
    found = figures.work(period)
    if not found.counts.received and not found.turnaround.signed:
        _nothing(found.oldest_open)
        return
    _counts(found.counts)
    _time(found)
    sections.people(found.agreement)
    if found.models:
        _models(period, found.models)


def _nothing(oldest_open: datetime | None) -> None:
    parts.empty_state(
        "Nothing in this period",
        "No karyogram was received and none was signed. Choose another period, or upload a batch.",
    )
    if oldest_open is not None:
        st.caption(f"The oldest open karyogram came {times.ago(oldest_open, times.now())}.")
    links.to_page(links.UPLOAD, "Upload karyograms", icon=":material/upload_file:")


def _counts(counts: Counts) -> None:
    screened, failed = (words.OUTCOMES[one] for one in (TriageOutcome.SCREENED_NORMAL, TriageOutcome.FAILED))
    number_failed = counts.by_outcome.get(TriageOutcome.FAILED, 0)
    shown = [
        ("Received", counts.received, ":material/inbox:", "Karyograms that came in this period; the rest is of these."),
        ("Waiting", counts.waiting, words.WAITING.icon, words.WAITING.meaning),
        ("Flagged", counts.flagged, ":material/flag:", "Abnormal, uncertain or unreadable: people read them."),
        *([(failed.short, number_failed, failed.icon, failed.meaning)] if number_failed else []),
        # one word: two are cut off where the seven stand in a small window
        ("Screened", counts.by_outcome.get(TriageOutcome.SCREENED_NORMAL, 0), screened.icon, screened.meaning),
        ("Decided", counts.decided, ":material/how_to_reg:", "At least one person has decided."),
        ("Signed", counts.signed, ":material/verified:", "Two readers agree, or a supervisor has decided."),
    ]
    with st.grid(columns=len(shown), min_column_width=150, gap="xsmall"):
        for label, number, icon, meaning in shown:
            st.metric(label, f"{number:,}", icon=icon, help=meaning, border=True)


def _time(found: Work) -> None:
    left, right = st.columns([1, 1], gap="medium")
    with left.container(border=True, height="stretch"):
        st.markdown("**Flagged by outcome and reason**", help="One karyogram may have several reasons.")
        st.markdown(parts.outcome_line(_flagged(found.counts), 0) or ":gray[Nothing was flagged]")
        frame = frames.reasons(found.reasons)
        if len(frame):
            st.altair_chart(drawing.reasons(frame), alt="How many karyograms were flagged for each reason")
    with right.container(border=True, height="stretch"):
        _turnaround(found)
        chart = drawing.throughput(frames.throughput(found.throughput))
        st.altair_chart(chart, alt="Karyograms received and signed over time")


def _flagged(counts: Counts) -> dict[TriageOutcome, int]:
    return {outcome: number for outcome, number in counts.by_outcome.items() if outcome.value.startswith("flagged")}


def _turnaround(found: Work) -> None:
    """The times from receipt to signature; what is open now stands beside them."""
    took, now = found.turnaround, times.now()
    signed = f"Of {words.count(took.signed, 'karyogram')} signed in this period, from receipt to signature."
    shown = [
        ("Turnaround, median", took.median, signed),
        ("90 % within", took.ninetieth, signed),
        (
            "Oldest open",
            None if found.oldest_open is None else now - found.oldest_open,
            "How long the oldest karyogram that needs a reader has been here, of all periods.",
        ),
    ]
    for column, (label, length, meaning) in zip(st.columns(3), shown, strict=True):
        column.metric(label, "none" if length is None else times.span(length.total_seconds()), help=meaning)


def _models(period: Period, models: list[str]) -> None:
    """What depends on a model: which, where there are several, is chosen here."""
    model = models[0]
    if len(models) > 1:
        chosen = st.segmented_control(
            "Model", models, default=model, required=True, key="of_model", bind="query-params"
        )
        model = chosen or model
    found = figures.of_model(period, model)
    sections.drift(found.drift)
    sections.confidence(found, model)


if __name__ == "__main__":
    render()
