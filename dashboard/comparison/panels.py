"""The charts of the chosen runs as panels: each with its data, and in words what can be seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from dashboard.comparison import confusion, curves, frames, measured, passes, probabilities, training
from dashboard.comparison.drawing import TELLS_NOTHING, Panel, data_line, judged_line
from dashboard.comparison.reasons import every
from dashboard.comparison.runs import Chosen
from models.experiments.figures import Column

_NOTHING = f"{TELLS_NOTHING}, every picture has the same probability"


def roc(chosen: Sequence[Chosen], by: Column) -> Panel:
    """The ROC curves."""
    frame = frames.curves(chosen, by)
    each = _each(chosen, by, "auc", "area")
    return Panel("roc", curves.roc(frame), frame, _sentences("ROC curves", frame, each))


def precision_recall(chosen: Sequence[Chosen], by: Column) -> Panel:
    """The precision-recall curves."""
    frame = frames.curves(chosen, by)
    each = _each(chosen, by, "average_precision", "average precision")
    alt = _sentences("Precision-recall curves", frame, each)
    return Panel("precision_recall", curves.precision_recall(frame), frame, alt)


def matrices(chosen: Sequence[Chosen], by: Column) -> Panel:
    """The confusion matrices."""
    frame = frames.confusion(chosen, by)
    each = [f"run {run.look.letter}, {run.label}: {_counts(frame, run)}" for run in chosen]
    alt = _sentences("Confusion matrices", frame, each)
    return Panel("confusion", confusion.matrices(frame), frame, alt, confusion.width_of(len(chosen)))


def _counts(frame: pd.DataFrame, run: Chosen) -> str:
    rows = frame[frame["letter"] == run.look.letter]
    return ", ".join(f"{count} {kind}" for count, kind in zip(rows["count"], rows["kind"], strict=True))


def training_curves(chosen: Sequence[Chosen], metric: str) -> Panel:
    """One metric of training over the epochs."""
    frame = frames.training(chosen)
    last = frame[frame["part"] == training.VALIDATION].groupby("letter")[metric].last()
    each = [f"run {letter}: {value:.2f} on the validation set after the last epoch" for letter, value in last.items()]
    alt = _sentences(f"{training.METRICS[metric]} over the epochs of training", frame, each)
    return Panel(f"training_{metric}", training.curves(frame, metric), frame, alt)


def reliability(chosen: Sequence[Chosen]) -> Panel:
    """Whether the calibrated probabilities hold."""
    frame = frames.reliability(chosen)
    alt = _sentences("Share of abnormal karyograms against their calibrated probability", frame, _each_bin(frame))
    return Panel("calibration", probabilities.reliability(frame), frame, alt)


def _each_bin(frame: pd.DataFrame) -> list[str]:
    bins = [
        (letter, ", ".join(f"{row.abnormal:.0%} of those at {row.mean:.0%}" for row in rows.itertuples()))
        for letter, rows in frame.groupby("letter")
    ]
    return [f"run {letter}: {told}" for letter, told in bins]


def risk_coverage(chosen: Sequence[Chosen], of: Literal["normal", "abnormal"], reason: str) -> Panel:
    """What is left of the errors in one class when the most doubtful karyograms go to people."""
    frame = frames.coverage(chosen, of, reason)
    full = frame.groupby("letter")["risk"].last()
    each = [f"run {letter}: {risk:.0%} wrong when it keeps all" for letter, risk in full.items()]
    alt = _sentences(f"Risk against coverage of {of} karyograms, ordered by {reason}", frame, each)
    return Panel(f"risk_coverage_{of}", probabilities.risk_coverage(frame, of, reason), frame, alt)


def reasons(run: Chosen, of: Literal["normal", "abnormal"]) -> Panel:
    """The same for one run by each of its reasons to defer."""
    frame = frames.reasons(run, of)
    found = {reason.name: measured.areas(reason.run, reason.key)[of] for reason in every(run)}
    each = [f"{name}: mean risk {measured.text(area)}" for name, area in found.items()]
    alt = _sentences(f"Risk against coverage of {of} karyograms by reason to defer, run {run.look.letter}", frame, each)
    return Panel(f"reasons_{of}", probabilities.reasons(frame, of), frame, alt)


def by_passes(chosen: Sequence[Chosen], figure: str) -> Panel:
    """One figure against the number of passes."""
    frame = frames.passes(chosen)
    rows = frame[frame["figure"] == figure]
    ends = [(letter, of_run.iloc[0], of_run.iloc[-1]) for letter, of_run in rows.groupby("letter")]
    each = [
        f"run {letter}: {one['value']:.2f} with {one['passes']} and {last['value']:.2f} with {last['passes']} passes"
        for letter, one, last in ends
    ]
    alt = _sentences(f"{passes.FIGURES[figure]} against the number of passes", rows, each)
    return Panel(f"passes_{figure}", passes.by_passes(frame, figure), rows, alt)


def _each(chosen: Sequence[Chosen], by: Column, figure: str, word: str) -> list[str]:
    found = measured.of([run.run for run in chosen], by)
    said = {
        name: _NOTHING if measured.tells_nothing(figures) else f"{word} {measured.text(figures[figure])}"
        for name, figures in found.items()
    }
    return [f"run {run.look.letter}, {run.label}: {said[run.run.name]}" for run in chosen]


def _sentences(what: str, frame: pd.DataFrame, each: Sequence[str]) -> str:
    """An alternative text: what is drawn, where the data come from, by what they are judged, and each run."""
    return ". ".join(filter(None, [what, data_line(frame), judged_line(frame), "; ".join(each)])) + "."
