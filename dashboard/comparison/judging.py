"""By which probability a picture is called abnormal: as the thesis did, or calibrated on the validation side."""

from __future__ import annotations

import streamlit as st

from dashboard.comparison.drawing import JUDGED, capital
from models.experiments.figures import Column

THESIS: Column = "probability"
"""What its printed figures are judged by."""


def ask() -> Column:
    """Ask which of ``JUDGED`` to judge by; the address keeps it."""
    chosen: Column | None = st.segmented_control(
        "Judged by",
        list(JUDGED),
        default=THESIS,
        required=True,
        format_func=lambda by: capital(JUDGED[by]),
        key="judged",
        bind="query-params",
        help="One half of the plain probability moves with the rounding of a processor where a network answers near "
        "one half to everything. The calibrated one half is fitted on the validation side.",
    )
    return chosen or THESIS
