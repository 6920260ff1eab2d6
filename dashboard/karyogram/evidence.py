"""Where the evidence of a verdict lies: asking an engine for the heat map, waiting for it, and its legend."""

from __future__ import annotations

import streamlit as st

from dashboard.drawing import thumbnails
from dashboard.session import links, services
from dashboard.wording import times, words
from engine.reviewing import heat_maps
from engine.vocabulary import HeatMapRequest, HeatMapState, Verdict
from engine.worker import drawing
from models.judging.heatmap import HeatMap
from models.judging.triage import TriageOutcome

_WAIT_SECONDS = 1.0
_OFFERED = (TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FLAGGED_UNCERTAIN)


def switch(verdict: Verdict | None) -> HeatMap | None:
    """Offer to show the evidence where something speaks for abnormal; the heat map once it is wanted and drawn."""
    if verdict is None or verdict.outcome not in _OFFERED:
        return None
    if not st.toggle("Show where the evidence lies", key="evidence", help=words.EVIDENCE_ADVICE):
        return None
    asked = _find(verdict) or _ask(verdict)
    if asked.state is HeatMapState.FAILED:
        _failed(verdict, asked)
    elif asked.heat_map is None:
        st.fragment(_wait, run_every=_WAIT_SECONDS)(verdict)
    return asked.heat_map


def legend() -> None:
    """Say what the colours mean, and what they do not."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption("speaks for abnormal: little", width="content")
        st.image(thumbnails.legend(), width=120, alt="Yellow, orange, dark red")
        st.caption("most", width="content")
    st.caption(words.EVIDENCE_ADVICE)


def _find(verdict: Verdict) -> HeatMapRequest | None:
    with services.session() as session:
        return heat_maps.find(session, verdict.karyogram_id, verdict.model)


def _ask(verdict: Verdict) -> HeatMapRequest:
    with services.session() as session:
        return drawing.ask(session, services.stream(), verdict.karyogram_id, verdict.model, times.now())


def _failed(verdict: Verdict, asked: HeatMapRequest) -> None:
    st.error(f"It could not be drawn: {words.plain(asked.failure or 'no reason given')}", icon=":material/error:")
    if st.button("Draw it again", icon=":material/refresh:"):
        _ask(verdict)
        st.rerun()


def _wait(verdict: Verdict) -> None:
    """Wait for the heat map and show it as soon as it is there, without a reload."""
    asked = _find(verdict)
    if asked is None or asked.state is not HeatMapState.REQUESTED:
        st.rerun()
    st.info("An engine draws it. It appears here by itself.", icon=":material/hourglass_empty:")
    if not services.engines_alive():
        links.to_page(links.SYSTEM, "No engine is running: look at the system", icon=":material/monitor_heart:")
