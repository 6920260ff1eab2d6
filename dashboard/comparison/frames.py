"""What the charts of the chosen runs draw: records become data frames here. Pure but for what is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial

import pandas as pd

from dashboard.comparison import filters, measured, origins
from dashboard.comparison.confusion import CLEARED, FALSE_ALARM, FOUND, MISSED
from dashboard.comparison.passes import FIGURES
from dashboard.comparison.reasons import every
from dashboard.comparison.runs import Chosen, label, starting_weights
from dashboard.comparison.training import METRICS, TRAINING, VALIDATION
from models.experiments import deferral, figures
from models.experiments.deferral import Class
from models.experiments.figures import Column
from models.experiments.record import Predictions, Record, Trial

_LABEL_AT = 0.5
_PARTS = {TRAINING: "", VALIDATION: "val_"}
_CELLS = {FOUND: ("tp", "fn"), MISSED: ("fn", "tp"), FALSE_ALARM: ("fp", "tn"), CLEARED: ("tn", "fp")}


def _joined(chosen: Sequence[Chosen], make: Callable[[Chosen], pd.DataFrame]) -> pd.DataFrame:
    """The rows of all runs, with the columns that tell which run it is: ``letter``, ``run`` and those of ``_made``."""
    parts = [pd.DataFrame(columns=["letter", "run", "edition", "origin", "split", "network", "weights"])]
    for run in chosen:
        rows = make(run)
        names = {"letter": run.look.letter, "run": run.label, **_made(run.record)}
        parts.append(pd.concat([pd.DataFrame(names, index=rows.index), rows], axis=1))
    return pd.concat(parts[1:] or parts, ignore_index=True)


def _made(run: Record) -> dict[str, str]:
    """On which data a run was made, and how."""
    return {
        "edition": run.edition,
        "origin": origins.of(run).line,
        "split": run.split,
        "network": filters.said(run.configuration.network),
        "weights": starting_weights(run),
    }


def curves(chosen: Sequence[Chosen], by: Column) -> pd.DataFrame:
    """Every threshold of each run with the shares that it gives; see ``curves.roc``."""
    return _joined(chosen, partial(_thresholds, by=by)).assign(judged_by=by)


def _thresholds(run: Chosen, by: Column) -> pd.DataFrame:
    said = run.record.predictions
    roc, recall = figures.roc_curve(said, by), figures.precision_recall_curve(said, by)
    precision = {point.threshold: point.y for point in recall}
    # what reaches one half is called abnormal: the lowest threshold that is not below it gives the same labels
    used = min(point.threshold for point in roc if point.threshold >= _LABEL_AT)
    rows = [
        (place, point.threshold, point.y, point.x, precision.get(point.threshold), point.threshold == used)
        for place, point in enumerate(roc)
    ]
    columns = ["place", "threshold", "sensitivity", "false_alarms", "precision", "used"]
    return pd.DataFrame(rows, columns=columns).astype({"precision": "float64"})


def confusion(chosen: Sequence[Chosen], by: Column) -> pd.DataFrame:
    """The four cells of each run; see ``confusion.matrices``."""
    return _joined(chosen, partial(_cells, by=by)).assign(judged_by=by)


def _cells(run: Chosen, by: Column) -> pd.DataFrame:
    counts = figures.confusion(run.record.predictions, by)
    wholes = {kind: counts[one] + counts[other] for kind, (one, other) in _CELLS.items()}
    rows = [
        (kind, counts[cell], counts[cell] / wholes[kind] if wholes[kind] else None)
        for kind, (cell, _) in _CELLS.items()
    ]
    return pd.DataFrame(rows, columns=["kind", "count", "share"]).astype({"share": "float64"})


def training(chosen: Sequence[Chosen]) -> pd.DataFrame:
    """The curves of training, one row an epoch and side of the split; see ``training.curves``."""
    return _joined(chosen, _epochs)


def _epochs(run: Chosen) -> pd.DataFrame:
    rows = [
        (epoch["epoch"], part, *(epoch[f"{prefix}{metric}"] for metric in METRICS))
        for part, prefix in _PARTS.items()
        for epoch in map(asdict, run.record.curves)
    ]
    return pd.DataFrame(rows, columns=["epoch", "part", *METRICS])


def reliability(chosen: Sequence[Chosen]) -> pd.DataFrame:
    """The bins of each run; see ``probabilities.reliability``."""
    return _joined(chosen, _bins)


def _bins(run: Chosen) -> pd.DataFrame:
    bins = figures.reliability_of(run.record.predictions).bins
    rows = [(part.mean, part.abnormal, *part.interval, part.n) for part in bins]
    return pd.DataFrame(rows, columns=["mean", "abnormal", "low", "high", "n"])


def coverage(chosen: Sequence[Chosen], of: Class, reason: str) -> pd.DataFrame:
    """Coverage and risk of one class, ordered by one reason to defer; see ``probabilities.risk_coverage``."""
    return _joined(chosen, lambda run: _steps(run.record.predictions, of, reason))


def reasons(run: Chosen, of: Class) -> pd.DataFrame:
    """Coverage and risk of one class by every reason that a run has; see ``probabilities.reasons``."""
    parts = [_steps(reason.run.record.predictions, of, reason.key).assign(reason=reason.name) for reason in every(run)]
    return _joined([run], lambda _: pd.concat(parts, ignore_index=True))


def _steps(said: Predictions, of: Class, reason: str) -> pd.DataFrame:
    points = deferral.risk_coverage(said, reason, of)
    # the most certain ones may all be of the other class: of none there is no risk
    rows = [(point.coverage, point.risk) for point in points if point.coverage]
    return pd.DataFrame(rows, columns=["coverage", "risk"])


def passes(chosen: Sequence[Chosen]) -> pd.DataFrame:
    """How figures move with the number of passes, for runs that tell; see ``passes.by_passes``."""
    return _joined(chosen, _by_passes)


def _by_passes(run: Chosen) -> pd.DataFrame:
    rows = [
        (number, name, found[name].value, found[name].low, found[name].high)
        for name in FIGURES
        for number, found in measured.by_passes(run.run).items()
    ]
    return pd.DataFrame(rows, columns=["passes", "figure", "value", "low", "high"])


def wrong(run: Record) -> pd.DataFrame:
    """The wrongly predicted cases of a run, missed abnormal ones first, as in tables 4.1 and 4.2 of the thesis."""
    rows = [
        (case.file, case.case_id, case.predicted, case.actual, case.mean, case.agreement)
        for case in deferral.wrong_cases(run.predictions)
    ]
    frame = pd.DataFrame(rows, columns=["file", "case", "predicted", "actual", "mean", "agreement"])
    return frame.sort_values("actual", kind="stable", ignore_index=True)


def trials(run: Record) -> pd.DataFrame:
    """The trials of a search that are complete and have figures, one row each; see ``search.trials``."""
    complete = [asdict(trial) for trial in run.trials if _complete(trial)]
    return pd.DataFrame(complete, columns=list(Trial.__dataclass_fields__)).assign(run=label(run), **_made(run))


def failed_trials(run: Record) -> list[Trial]:
    """The trials of a search that failed, or have no figures to draw."""
    return [trial for trial in run.trials if not _complete(trial)]


def _complete(trial: Trial) -> bool:
    return trial.state == "complete" and trial.val_loss is not None and trial.val_accuracy is not None
