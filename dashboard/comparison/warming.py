"""The figures of all runs, computed when the dashboard starts: who opens the page first need not wait for them."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import streamlit as st
from streamlit.runtime.scriptrunner import add_script_run_ctx

from dashboard.comparison import measured, runs


@st.cache_resource(show_spinner=False)
def begin(folder: Path) -> Thread:
    """Begin, once for all browser sessions; the thread ends by itself, and with the dashboard if that ends before."""
    thread = Thread(target=_compute, args=(folder,), name="figures of experiments", daemon=True)
    add_script_run_ctx(thread)  # what it computes is kept where the pages look for it
    thread.start()
    return thread


def _compute(folder: Path) -> None:
    measured.of(runs.load(folder).runs)
