"""What the other models say of a karyogram, one line each."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.session import services
from dashboard.wording import words
from engine.vocabulary import Batch, Verdict


def render(batch: Batch, verdicts: Sequence[Verdict]) -> None:
    """Draw a line for each model of the registry but the one of the batch."""
    said = {verdict.model: verdict for verdict in verdicts}
    names = [name for name in dict.fromkeys((*services.model_names(), *said)) if name != batch.model]
    if not names:
        return
    with st.expander("What the other models say", icon=":material/compare_arrows:"):
        st.markdown("\n".join(f"- **{words.plain(name)}**: {_said(said.get(name))}" for name in names))


def _said(verdict: Verdict | None) -> str:
    if verdict is None:
        return "not asked"
    shown = words.OUTCOMES[verdict.outcome]
    probability = words.plain(words.percent(verdict.measures.calibrated_probability))
    return f":{shown.colour}-badge[{shown.icon} {shown.label}] probability of abnormal {probability}"
