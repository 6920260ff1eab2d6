"""One of the chosen runs, for what is shown of one run at a time."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.comparison.runs import Chosen


def ask(chosen: Sequence[Chosen]) -> Chosen:
    """Ask which run, by its letter; the same answer holds in every section."""
    letters = [run.look.letter for run in chosen]
    letter = st.segmented_control("Run", letters, default=letters[0], required=True, key=f"one_of_{''.join(letters)}")
    return next(run for run in chosen if run.look.letter == letter)
