"""What leakage is worth as data: experiments that were run with both splits. Pure functions but for what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.comparison import drawing, measured, origins
from dashboard.comparison.leakage import BY_CASE, PUBLISHED
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Run, experiment_key, starting_weights
from models.experiments.figures import Column, Figure

Pair = tuple[Run, Run]
"""The same experiment with the split as published, and by case."""


def pairs(runs: Sequence[Run]) -> list[Pair]:
    """Every experiment on processed data that was run with both splits, in the order of the runs.

    Original pictures have no copies that could leak; ``models.experiments.tables`` leaves them out too.
    """
    processed = [run for run in runs if run.record.configuration.data == "processed"]
    by_case = {experiment_key(run.record): run for run in processed if run.record.split == BY_CASE}
    published = [run for run in processed if run.record.split == PUBLISHED]
    return [(run, by_case[key]) for run in published if (key := experiment_key(run.record)) in by_case]


def frame(pairs: Sequence[Pair], figures: Mapping[str, Figures], figure: str, by: Column) -> pd.DataFrame:
    """One figure of some pairs, two rows a pair, all judged ``by`` one column; see ``leakage.gap``."""
    rows: list[dict[str, object]] = []
    for pair in pairs:
        telling = not any(measured.tells_nothing(figures[run.name]) for run in pair)
        gap = measured.gap(*pair, by)[figure] if telling else measured.NOTHING
        difference = {"gap": gap.value, "gap_low": gap.low, "gap_high": gap.high, "telling": telling}
        rows += [{**_side(run, by), **_three(figures[run.name][figure]), **difference} for run in pair]
    return pd.DataFrame(rows)


def _side(run: Run, by: Column) -> dict[str, object]:
    told = run.record
    title = f"{drawing.capital(told.title)} ({starting_weights(told)})"
    origin = origins.of(told).line
    return {"title": title, "edition": told.edition, "origin": origin, "judged_by": by, "split": told.split}


def _three(found: Figure) -> dict[str, object]:
    return {"figure": found.value, "low": found.low, "high": found.high}
