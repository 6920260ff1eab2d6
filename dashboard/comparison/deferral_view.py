"""Which karyograms to give to people first: every reason of one run side by side, or several runs by one reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, get_args

import pandas as pd
import streamlit as st

from dashboard.comparison import card, kept, measured, one_run, reasons
from dashboard.comparison.drawing import TELLS_NOTHING, capital
from dashboard.comparison.reasons import Reason
from dashboard.comparison.runs import Chosen
from models.experiments.deferral import REASONS

Truth = Literal["abnormal", "normal"]

_ALL = "all reasons"  # until somebody chooses one
_NOTES: dict[Truth, str] = {"abnormal": "Lower: fewer missed abnormal.", "normal": "Lower: fewer false alarms."}


def prepare(chosen: Sequence[Chosen]) -> None:
    """Make what ``draw`` draws until somebody chooses something else, and keep it."""
    for truth in get_args(Truth):
        kept.reasons(chosen[0], truth)


def draw(chosen: Sequence[Chosen], names: Mapping[str, str]) -> None:
    """Draw risk and coverage of both classes, and the area under each curve in a table beside them."""
    st.caption("Which errors doubt would have caught, had the most doubtful karyograms gone to people.")
    with st.container(horizontal=True, gap="medium"):
        reason = st.segmented_control(
            "Doubt measured by", [_ALL, *REASONS], default=_ALL, required=True, key="doubt", bind="query-params"
        )
        one = one_run.ask(chosen) if reason == _ALL else None
    with st.grid(columns=3, min_column_width=360, gap="small"):
        if one:
            _of_one(one)
        else:
            _of_all(chosen, names, reason)


def _of_one(run: Chosen) -> None:
    """Every reason of one run."""
    for truth, note in _NOTES.items():
        card.draw(kept.reasons(run, truth), {run.look.letter: run.label}, note)
    told = reasons.every(run)
    table = {"Reason to defer": [capital(reason.name) for reason in told], **_areas(told)}
    silent = [reason.name for reason in told if not reason.orders]
    _table(pd.DataFrame(table), _PASSES if run.record.configuration.members == 1 else _HEADS, silent)


def _of_all(chosen: Sequence[Chosen], names: Mapping[str, str], reason: str) -> None:
    """One reason of all runs."""
    for truth, note in _NOTES.items():
        card.draw(kept.risk_coverage(chosen, truth, reason), names, note)
    letters = [run.look.letter for run in chosen]
    told = [Reason(reason, reason, run.run) for run in chosen]
    silent = [letter for letter, said in zip(letters, told, strict=True) if not said.orders]
    _table(pd.DataFrame({"Run": [f"**{letter}**" for letter in letters], **_areas(told)}), "", silent)


def _areas(told: Sequence[Reason]) -> dict[str, list[str]]:
    found = [measured.areas(reason.run, reason.key) for reason in told]
    return {f"AURC, {truth}": [measured.text(areas[truth]) for areas in found] for truth in get_args(Truth)}


def _table(table: pd.DataFrame, note: str, silent: Sequence[str]) -> None:
    """Draw the areas, and say which of them are of a doubt that is the same for all pictures."""
    same = f"{capital(TELLS_NOTHING)}, the same for all pictures: {', '.join(silent)}." if silent else ""
    with st.container(gap="xsmall"):
        st.table(table, border="horizontal", hide_index=True, alt="Areas under the curves of risk and coverage")
        st.caption(f"AURC: mean risk over all coverages, for one class; the lower, the better. {note} {same}")


_PASSES = "Each reason counts the errors of its own labels."
_HEADS = f"{_PASSES} In an ensemble the heads stand for passes, and the plain probability is that of the first head."
