"""What takes long on the page, made when the dashboard starts: who opens it first need not wait.

These are the figures of all runs, and the charts of those that the page opens with.
"""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from dashboard.comparison import charts_view, measured, runs
from dashboard.comparison.judging import THESIS


@st.cache_resource(show_spinner=False)
def begin(folder: Path) -> Thread:
    """Begin, once for all browser sessions; the thread ends by itself, and with the dashboard if that ends before."""
    thread = Thread(target=_compute, args=(folder,), name="comparison", daemon=True)
    add_script_run_ctx(thread)  # what it computes is kept where the pages look for it
    thread.start()
    return thread


def _compute(folder: Path) -> None:
    found = runs.load(folder).runs
    measured.of(found, THESIS)
    if found:
        charts_view.prepare(runs.chosen(found, runs.opening(found)), THESIS)
    measured.of(found, "calibrated")
    for run in found:
        measured.by_passes(run)
