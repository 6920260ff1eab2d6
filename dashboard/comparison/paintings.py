"""Test pictures of the simulated edition, drawn again from their seed: no picture of an experiment is kept."""

from __future__ import annotations

import io

import streamlit as st
from PIL import Image

from dashboard.comparison.runs import Run, Stamp
from models.experiments.record import Record


def picture(run: Run, file: str) -> bytes:
    """A test picture of a run as PNG, before it was shrunk for the network.

    Raises:
        ValueError: the run is of the real edition, or has no such picture.
    """
    return _drawn(run.stamp, file, run.record)


@st.cache_data(show_spinner="Drawing the karyogram again ...", max_entries=64)
def _drawn(stamp: Stamp, file: str, _record: Record) -> bytes:
    # late: what draws takes half a second to import, and most who open the page click no wrong case
    from models.experiments.rendering import repaint

    buffer = io.BytesIO()
    Image.fromarray(repaint(_record, file)).save(buffer, "PNG")
    return buffer.getvalue()
