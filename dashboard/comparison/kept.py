"""The charts of the chosen runs, kept: making one takes longer than drawing it, and nobody changes one that is made."""

from __future__ import annotations

import streamlit as st

from dashboard.comparison import panels
from dashboard.comparison.runs import Chosen, Run


def _stamp(run: Run | None) -> str:
    return str(run and run.stamp)


def _told(run: Chosen) -> tuple[int, str, str]:
    return run.place, _stamp(run.run), _stamp(run.ensemble)


_kept = st.cache_resource(show_spinner=False, max_entries=500, hash_funcs={Chosen: _told})
roc, precision_recall, matrices = _kept(panels.roc), _kept(panels.precision_recall), _kept(panels.matrices)
training_curves, reliability = _kept(panels.training_curves), _kept(panels.reliability)
risk_coverage, reasons, by_passes = _kept(panels.risk_coverage), _kept(panels.reasons), _kept(panels.by_passes)
