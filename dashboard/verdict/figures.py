"""The figures of a verdict: what its passes say, every measure with its limit, and what proves it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboard.drawing import charts, frames
from dashboard.verdict import measure_words
from dashboard.wording import times, words
from engine.vocabulary import Verdict
from models.judging.triage import TriageOutcome


def render(verdict: Verdict) -> None:
    """Draw what the passes say."""
    if verdict.outcome is TriageOutcome.FLAGGED_UNREADABLE:
        st.caption("The picture is unreadable, so what the passes say of it is not shown here; the CSV file has it.")
        return
    st.subheader("What the passes say")
    left, right = st.columns([2, 3], gap="medium")
    with left.container(border=True):
        chart = charts.pass_histogram(frames.passes(verdict), verdict.measures.calibrated_probability)
        st.altair_chart(chart, alt="Histogram of the probability of abnormal over the passes")
    rows = measure_words.rows(verdict.measures, verdict.policy)
    right.table(
        pd.DataFrame(
            {
                "Measure": [f"**{row.name}**" for row in rows],
                "Figure": [words.plain(row.figure) for row in rows],  # "> 99.9 %" would be a quotation
                "To pass as normal": [row.limit for row in rows],
                "What it says": [row.meaning for row in rows],
            }
        ),
        border="horizontal",
        hide_index=True,
        alt="All measures of this verdict",
    )


def provenance(verdict: Verdict) -> None:
    """Draw the facts that prove a verdict."""
    with st.expander("How this verdict was made", icon=":material/fingerprint:"):
        facts = {
            "Judged": times.local_time(verdict.created_at, times.reader_zone()),
            "Engine": verdict.engine,
            "Precision": verdict.precision,
            "Model": verdict.model,
            "SHA-256 of the model": verdict.model_sha256,
            "Seed of the passes": str(verdict.seed),
            "SHA-256 of the picture": verdict.image_sha256,
            "Time to predict": f"{verdict.seconds * 1000:.0f} ms",
        }
        st.table(
            pd.DataFrame({"Fact": list(facts), "Value": [words.plain(value) for value in facts.values()]}),
            border="horizontal",
            hide_index=True,
            hide_header=True,
            alt="Facts that prove this verdict",
        )
