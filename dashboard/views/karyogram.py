"""Karyogram: one picture, its verdict with every measure in plain words, and where it stands in the reading list."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboard import (
    charts,
    chromosome_view,
    evidence,
    figures,
    frames,
    links,
    parts,
    services,
    steps,
    thumbnails,
    times,
    words,
)
from dashboard.correction_form import Read
from engine import reports, store
from engine.requeue import retry
from engine.vocabulary import Batch, Karyogram, KaryogramState, Verdict
from models.judging.suggestion import Suggestion
from models.judging.triage import Reason, TriageOutcome
from models.pictures import PictureError

_WAIT_SECONDS = 2.0
_FINDINGS_SHOWN = 8


@dataclass(frozen=True)
class _Shown:
    """Everything the page shows of one karyogram."""

    karyogram: Karyogram
    batch: Batch
    verdict: Verdict | None
    mates: list[Karyogram]


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
    steps.draw(shown.karyogram, shown.batch)
    _heading(shown)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        read = _picture(shown.karyogram, shown.verdict)
        if read is not None:
            chromosome_view.correction(read)
        else:
            chromosome_view.corrected(shown.karyogram, shown.verdict)
    with right:
        if read is not None:
            chromosome_view.details(read)
        _judgement(shown)
    if shown.verdict is not None:
        _figures(shown.verdict)
    _case(shown)
    if shown.verdict is not None:
        _provenance(shown.verdict)


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
            verdict=store.verdict(session, karyogram_id, batch.model),
            mates=reports.case_mates(session, karyogram),
        )


def _heading(shown: _Shown) -> None:
    karyogram = shown.karyogram
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(words.plain(words.case_and_cell(karyogram.case_name, karyogram.cell)), width="content")
        parts.outcome_badge(frames.outcome_of(karyogram, shown.verdict))
    received = times.local_time(karyogram.created_at, times.reader_zone())
    st.caption(
        f"{words.plain(frames.file_and_page(karyogram))} · {karyogram.width:,} by {karyogram.height:,} pixels · "
        f"received {received}"
    )


def _picture(karyogram: Karyogram, verdict: Verdict | None) -> Read | None:
    """Draw the picture with what was switched on; what was read, if that is."""
    with st.container(border=True):
        with st.container(horizontal=True):
            read = chromosome_view.switch(karyogram, verdict)
            heat_map = evidence.switch(verdict)
        try:
            picture = thumbnails.with_evidence(karyogram, heat_map) if heat_map else thumbnails.large(karyogram)
        except PictureError as error:
            st.error(f"The picture cannot be shown: {words.plain(str(error))}", icon=":material/broken_image:")
            return None
        if read is None:
            name = words.case_and_cell(karyogram.case_name, karyogram.cell)
            st.image(picture, width="stretch", alt=f"Karyogram of case {name}")
        else:
            chromosome_view.picture(read, picture)
        if heat_map:
            evidence.legend()
    return read


def _judgement(shown: _Shown) -> None:
    if shown.karyogram.state is KaryogramState.FAILED:
        _failure(shown.karyogram)
    elif shown.verdict is None:
        st.fragment(_wait, run_every=_WAIT_SECONDS)(shown.karyogram.id)
    else:
        _verdict(shown.verdict)


def _failure(karyogram: Karyogram) -> None:
    st.error(words.OUTCOMES[TriageOutcome.FAILED].meaning, icon=":material/error:")
    st.markdown(f"**Why:** {words.plain(karyogram.failure or 'the engine gave no reason')}")
    if st.button("Try again", icon=":material/refresh:"):
        with services.session() as session:
            retry(session, services.stream(), karyogram.id)  # where Redis is away, the sweep finds it later
        st.rerun()


def _wait(karyogram_id: str) -> None:
    """Wait for the verdict and show it as soon as it is there, without a reload."""
    with services.session() as session:
        karyogram = store.karyogram(session, karyogram_id)
    if karyogram.state is not KaryogramState.QUEUED:
        st.rerun()
    st.info("Waiting for an engine. The verdict appears here by itself.", icon=":material/hourglass_empty:")
    if not services.engines_alive():
        links.to_page(links.SYSTEM, "No engine is running: look at the system", icon=":material/monitor_heart:")


def _verdict(verdict: Verdict) -> None:
    shown = words.OUTCOMES[verdict.outcome]
    with st.container(border=True):
        st.subheader(f"{shown.icon} {shown.label}")
        st.markdown(shown.meaning)
        sentences = [words.plain(words.reason_sentence(reason, verdict)) for reason in verdict.reasons]
        if sentences:
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        if verdict.outcome is TriageOutcome.FLAGGED_UNREADABLE:
            st.markdown(f"**What to do:** {words.UNREADABLE_ADVICE}")
            return
        _findings(verdict)
        _suggestion(verdict.suggestion)
        _headline_figures(verdict)


def _findings(verdict: Verdict) -> None:
    if not verdict.findings:
        if Reason.NO_FINDING not in verdict.reasons:
            st.caption("No finding on a single chromosome.")
        return
    with st.container(gap="xsmall"):
        st.markdown("**Findings**", help="What the model sees on single chromosomes, and how many passes see the same.")
        for finding in verdict.findings[:_FINDINGS_SHOWN]:
            st.markdown(words.finding_line(finding))
        if len(verdict.findings) > _FINDINGS_SHOWN:
            st.caption(f"And {len(verdict.findings) - _FINDINGS_SHOWN} more; the CSV file has them all.")


def _suggestion(suggestion: Suggestion | None) -> None:
    if suggestion is None:  # a verdict of an earlier version
        return
    if suggestion.iscn is None:
        st.caption(f"No karyotype is suggested: {words.plain(suggestion.reason)}.")
        return
    with st.container(gap="xsmall"):
        st.metric("Karyotype (suggestion)", suggestion.iscn)
        st.caption(words.SUGGESTION_ADVICE)


def _headline_figures(verdict: Verdict) -> None:
    measures = verdict.measures
    grid = st.grid(columns=2, min_column_width=170)
    grid.metric("Probability of abnormal", words.percent(measures.calibrated_probability), help="Calibrated.")
    grid.metric(
        f"Pass agreement on {measures.label.value}",
        words.percent(measures.pass_agreement),
        delta=figures.interval(measures),
        delta_color="off",
        delta_arrow="off",
    )


def _figures(verdict: Verdict) -> None:
    if verdict.outcome is TriageOutcome.FLAGGED_UNREADABLE:
        st.caption("The picture is unreadable, so what the passes say of it is not shown here; the CSV file has it.")
        return
    st.subheader("What the passes say")
    with st.container(border=True):
        chart = charts.pass_histogram(frames.passes(verdict), verdict.measures.calibrated_probability)
        st.altair_chart(chart, alt="Histogram of the probability of abnormal over the passes")
    rows = figures.rows(verdict.measures, verdict.policy)
    st.table(
        pd.DataFrame(
            {
                "Measure": [f"**{row.name}**" for row in rows],
                "Figure": [row.figure for row in rows],
                "To pass as normal": [row.limit for row in rows],
                "What it says": [row.meaning for row in rows],
            }
        ),
        border="horizontal",
        hide_index=True,
        alt="All measures of this verdict",
    )


def _case(shown: _Shown) -> None:
    if not shown.mates:
        return
    st.subheader(f"Other karyograms of case {words.plain(shown.karyogram.case_name)}")
    with services.session() as session:
        verdicts = {mate.id: store.verdict(session, mate.id) for mate in shown.mates}
    with st.grid(columns=6, min_column_width=150, gap="small"):
        for mate in shown.mates:
            with st.container(border=True, gap="xsmall"):
                st.image(thumbnails.thumbnail(mate), width="stretch", alt="")
                links.to_karyogram(mate.id, f"Cell {words.plain(mate.cell)}" if mate.cell else "Open")
                parts.outcome_badge(frames.outcome_of(mate, verdicts[mate.id]))


def _provenance(verdict: Verdict) -> None:
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


if __name__ == "__main__":
    render()
