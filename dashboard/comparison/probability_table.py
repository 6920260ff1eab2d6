"""How good probabilities are: of one pass, of the mean of the passes, calibrated, and of an ensemble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
import streamlit as st

from dashboard.comparison import measured
from dashboard.comparison.drawing import capital
from dashboard.comparison.runs import Chosen, Run
from models.experiments.figures import Column

_FIGURES = {"brier": "Brier", "nll": "NLL", "ece": "ECE"}


def draw(chosen: Sequence[Chosen]) -> None:
    """Draw the table, and what its columns mean."""
    st.table(frame(chosen), border="horizontal", hide_index=True, alt="How good the probabilities of each run are")
    st.caption(
        "The lower, the better; with 95 % intervals by case. Brier: mean squared error. NLL: mean negative "
        "log-likelihood, in nats. ECE: mean gap between probability and what came true, in ten bins."
    )


def frame(chosen: Sequence[Chosen]) -> pd.DataFrame:
    """The table, one row a run and kind of probability."""
    rows = [(f"**{run.look.letter}**", *row) for run in chosen for row in _rows(run)]
    return pd.DataFrame(rows, columns=["Run", "Probability", *_FIGURES.values()])


def _rows(run: Chosen) -> Iterator[tuple[str, ...]]:
    several = _several(run.run)
    yield _row(run.run, "probability", "one pass without dropout" if _passes(run.run) else "first head alone")
    yield _row(run.run, "mean", several)
    yield _row(run.run, "calibrated", f"{several}, calibrated")
    if run.ensemble:
        yield _row(run.ensemble, "mean", f"ensemble: {_several(run.ensemble)}")
        yield _row(run.ensemble, "calibrated", f"ensemble: {_several(run.ensemble)}, calibrated")


def _row(run: Run, by: Column, name: str) -> tuple[str, ...]:
    found = measured.of([run], by)[run.name]
    said = f"{name}, the same for all" if measured.tells_nothing(found) else name
    return (capital(said), *(measured.text(found[figure], 3) for figure in _FIGURES))


def _passes(run: Run) -> bool:
    return run.record.configuration.members == 1


def _several(run: Run) -> str:
    made = run.record.configuration
    return f"mean of {made.passes} passes" if _passes(run) else f"mean of {made.members} heads"
