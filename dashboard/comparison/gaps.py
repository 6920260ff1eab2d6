"""What leakage is worth as data: experiments that were run with both splits. Pure functions but for what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.comparison import drawing, measured
from dashboard.comparison.leakage import BY_CASE, PUBLISHED
from dashboard.comparison.measured import Figures
from dashboard.comparison.runs import Run, experiment_key, starting_weights
from models.experiments.figures import Column

Pair = tuple[Run, Run]
"""The same experiment with the split as published, and by case."""


def pairs(runs: Sequence[Run]) -> list[Pair]:
    """Every experiment that was run with both splits, in the order of the runs."""
    by_case = {experiment_key(run.record): run for run in runs if run.record.split == BY_CASE}
    published = [run for run in runs if run.record.split == PUBLISHED]
    return [(run, by_case[key]) for run in published if (key := experiment_key(run.record)) in by_case]


def frame(pairs: Sequence[Pair], figures: Mapping[str, Figures], figure: str, by: Column) -> pd.DataFrame:
    """One figure of some pairs, two rows a pair, all judged ``by`` one column; see ``leakage.gap``."""
    rows: list[dict[str, object]] = []
    for pair in pairs:
        gap = measured.gap(*pair, by)[figure]
        for run in pair:
            title = f"{drawing.capital(run.record.title)} ({starting_weights(run.record)})"
            found = figures[run.name][figure]
            names = {"title": title, "edition": run.record.edition, "judged_by": by, "split": run.record.split}
            difference = {"gap": gap.value, "gap_low": gap.low, "gap_high": gap.high}
            rows.append({**names, "figure": found.value, "low": found.low, "high": found.high, **difference})
    return pd.DataFrame(rows)
