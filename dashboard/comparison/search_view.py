"""The search for hyper-parameters: one study at a time, its two charts, and its failed trials."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.comparison import card, drawing, frames, search
from dashboard.comparison.drawing import Panel
from dashboard.comparison.runs import Run, label
from dashboard.comparison.search import PARAMETERS
from dashboard.wording import words
from models.experiments.record import Record, Trial


def draw(runs: Sequence[Run]) -> None:
    """Draw a study of these runs, where one is a search."""
    studies = {run.name: run.record for run in runs if run.record.trials}
    if not studies:
        st.info("No search was run yet: `python -m models experiment search` runs one.", icon=":material/search:")
        return
    name = st.selectbox(
        "Study",
        list(studies),
        format_func=lambda name: label(studies[name]),
        key="study",
        bind="query-params",
        width=620,
    )
    study = studies[name]
    if frames.trials(study).empty:
        st.info("Every trial of this study failed.", icon=":material/error:")
    else:
        _charts(study)
    _failed(frames.failed_trials(study))


def _charts(study: Record) -> None:
    for column, parameter in zip(st.columns(2, gap="small"), PARAMETERS, strict=True):
        with column:
            card.draw(
                panel(study, parameter), {}, "Each point is one trial; colour is its accuracy on the validation set."
            )


def panel(study: Record, parameter: str) -> Panel:
    """The chart of one parameter."""
    frame = frames.trials(study)
    failed = len(frames.failed_trials(study))
    told = f"{failed} of {words.count(len(study.trials), 'trial')} failed and left out"
    best = frame.sort_values("val_loss").iloc[0]
    alt = (
        f"Validation loss of {len(frame)} trials against {PARAMETERS[parameter].lower()}, coloured by validation "
        f"accuracy. {drawing.data_line(frame)}. {drawing.capital(drawing.run_line(frame))}. Lowest loss "
        f"{best['val_loss']:.3f} at learning rate {best['learning_rate']:.1e} and batch size {best['batch_size']}. "
        f"{told}."
    )
    return Panel(f"search_{study.name}_{parameter}", search.trials(frame, parameter, told), frame, alt)


def _failed(trials: Sequence[Trial]) -> None:
    if not trials:
        st.caption(":material/check: No trial failed.")
        return
    with st.expander(f"{words.count(len(trials), 'trial')} failed", icon=":material/error:"):
        rows = [
            (t.number, f"{t.learning_rate:.1e}", t.batch_size, words.plain(t.error or "no reason kept")) for t in trials
        ]
        table = pd.DataFrame(rows, columns=["Trial", "Learning rate", "Batch size", "Why"])
        st.table(table, border="horizontal", hide_index=True, alt="Trials that failed")
