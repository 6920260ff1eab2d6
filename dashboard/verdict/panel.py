"""What the model says of a karyogram: its outcome with the reasons, findings and a karyotype, in plain words."""

from __future__ import annotations

import streamlit as st

from dashboard.session import links, services
from dashboard.verdict import measure_words
from dashboard.wording import words
from engine import people
from engine.jobs.requeue import retry
from engine.people import Action
from engine.records import store
from engine.vocabulary import Karyogram, KaryogramState, Verdict
from models.judging.triage import Reason, TriageOutcome

_WAIT_SECONDS = 2.0
_FINDINGS_SHOWN = 8


def render(karyogram: Karyogram, verdict: Verdict | None) -> None:
    """Draw the verdict, or what keeps it away."""
    if karyogram.state is KaryogramState.FAILED:
        _failure(karyogram)
    elif verdict is None:
        st.fragment(_wait, run_every=_WAIT_SECONDS)(karyogram.id)
    else:
        _verdict(verdict)


def _failure(karyogram: Karyogram) -> None:
    st.error(words.OUTCOMES[TriageOutcome.FAILED].meaning, icon=":material/error:")
    st.markdown(f"**Why:** {words.plain(karyogram.failure or 'the engine gave no reason')}")
    allowed = people.may(services.person(), Action.RETRY)
    if st.button("Try again", icon=":material/refresh:", disabled=not allowed):
        with services.session() as session:
            retry(
                session, services.stream(), karyogram.id, person=services.person()
            )  # where Redis is away, the sweep finds it later
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
    with st.container(border=True, gap="xsmall"):
        st.subheader(f"{shown.icon} {shown.label}")
        st.markdown(shown.meaning)
        sentences = [words.plain(words.reason_sentence(reason, verdict)) for reason in verdict.reasons]
        if sentences:
            st.markdown("\n".join(f"- {sentence}" for sentence in sentences))
        if verdict.outcome is TriageOutcome.FLAGGED_UNREADABLE:
            st.markdown(f"**What to do:** {words.UNREADABLE_ADVICE}")
            return
        _findings(verdict)
        _headline(verdict)


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


def _headline(verdict: Verdict) -> None:
    """Draw the suggested karyotype and the figures to look at first, and on request what they mean."""
    measures, suggestion = verdict.measures, verdict.suggestion
    if suggestion and suggestion.iscn:
        st.markdown(f"**Karyotype (suggestion)** {words.plain(suggestion.iscn)}")
    elif suggestion:  # verdicts of earlier versions have none, and no reason why
        st.caption(f"No karyotype is suggested: {words.plain(suggestion.reason)}.")
    grid = st.grid(columns=2, min_column_width=170)
    grid.metric("Probability of abnormal", words.percent(measures.calibrated_probability))
    grid.metric(
        f"Pass agreement on {measures.label.value}",
        words.percent(measures.pass_agreement),
        delta=measure_words.interval(measures),
        delta_color="off",
        delta_arrow="off",
    )
    _meaning(verdict)


def _meaning(verdict: Verdict) -> None:
    """Explain the outcome and the figures, on request."""
    told = {row.name: row.meaning for row in measure_words.rows(verdict.measures, verdict.policy)}
    with st.popover("What does this mean?", icon=":material/help:", type="tertiary"):
        if verdict.suggestion and verdict.suggestion.iscn:
            st.markdown(f"**Karyotype.** {words.SUGGESTION_ADVICE}")
        for name in ("Calibrated probability of abnormal", "Pass agreement"):
            st.markdown(f"**{name}.** {words.plain(told[name])}")
        st.caption("Every measure with its limit stands below the picture. The model screens and flags; people decide.")
