"""Tables of records in Markdown, for docs/experiments.md: written between markers by a command, never typed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from models.experiments.deferral import REASONS, area_under_risk, deferred, surely_right, wrong_cases
from models.experiments.figures import Column, Figure, at_passes, figures, gap
from models.experiments.record import ExperimentName, Record, Split

_MARKED = re.compile(r"(<!-- (?P<name>[a-z0-9-]+): begin[^>]*-->\n).*?(<!-- (?P=name): end -->)", re.DOTALL)
_SPLITS: tuple[Split, ...] = ("as published", "by case")
_FIGURES = ("sensitivity", "precision", "auc")
_NOTHING = "-"


def updated(document: str, records: Sequence[Record]) -> str:
    """Return a document with the tables between its markers made anew from records.

    Raises:
        ValueError: a marker names no table.
    """

    def table(match: re.Match[str]) -> str:
        if match["name"] not in TABLES:
            raise ValueError(f"markers must name one of {', '.join(TABLES)}, got {match['name']!r}")
        return f"{match[1]}\n{TABLES[match['name']](records)}\n{match[3]}"

    return _MARKED.sub(table, document)


def comparison(records: Sequence[Record], experiments: Sequence[ExperimentName] = ("table-5-1",)) -> str:
    """Return table 5.1 side by side with ours, one for each edition and start, both splits in a line."""
    return _each_start([record for record in records if record.experiment in experiments], _side_by_side)


def calibrated(records: Sequence[Record]) -> str:
    """Return table 5.1 by the calibrated probability: one for each edition and start, both splits in a line."""
    return _each_start([record for record in records if record.experiment == "table-5-1"], _by_calibrated)


def _each_start(records: Sequence[Record], table: Callable[[Sequence[Record]], str]) -> str:
    parts = []
    for edition, start in sorted({(record.edition, record.configuration.start) for record in records}, reverse=True):
        group = [item for item in records if (item.edition, item.configuration.start) == (edition, start)]
        parts.append(f"**{edition.capitalize()} edition, starting weights: {start}**\n\n{table(group)}")
    return "\n\n".join(parts) or _none()


def _by_calibrated(records: Sequence[Record]) -> str:
    shown = {"sensitivity": "sensitivity", "specificity": "specificity", "triage": "triage_sensitivity"}
    titles = ["network and conditions", *(f"{split}: {title}" for split in _SPLITS for title in shown)]
    rows = [[title, *_in_splits(by_split, tuple(shown.values()), "calibrated")] for title, by_split in _by_row(records)]
    return _markdown(titles, rows)


def _side_by_side(records: Sequence[Record]) -> str:
    figures_of = (f"{split}: {figure}" for split in _SPLITS for figure in ("sensitivity", "precision", "AUC"))
    titles = ["network and conditions", "thesis: recall, precision, AUC", *figures_of, "AUC by leakage"]
    rows = []
    for title, by_split in _by_row(records):
        printed = next(iter(by_split.values())).printed
        thesis = f"{printed.recall:.2f}, {printed.precision:.2f}, {printed.auc:.2f}" if printed else _NOTHING
        rows.append([title, thesis, *_in_splits(by_split, _FIGURES, "probability"), _leakage(by_split)])
    return _markdown(titles, rows)


def _by_row(records: Iterable[Record]) -> list[tuple[str, dict[Split, Record]]]:
    """Group records by what they are but for the split, in the order of the thesis' tables, then of the names."""
    rows: dict[str, dict[Split, Record]] = {}
    for record in sorted(records, key=_order):
        rows.setdefault(record.title, {})[record.split] = record
    return list(rows.items())


def _order(record: Record) -> tuple[bool, bool, int, str]:
    chosen = record.configuration
    parts = ("head", "one block", "two blocks", "all")
    return (
        chosen.data == "processed",
        chosen.trained != "head",
        parts.index(chosen.trained),
        _last_first(chosen.network),
    )


def _last_first(network: str) -> str:
    return f"0{network}" if network == "vgg16" else network


def _in_splits(by_split: Mapping[Split, Record], names: Sequence[str], by: Column) -> list[str]:
    cells = []
    for split in _SPLITS:
        found = figures(by_split[split].predictions, by) if split in by_split else {}
        cells += [_said(found[name]) if found else _NOTHING for name in names]
    return cells


def _leakage(by_split: Mapping[Split, Record]) -> str:
    if len(by_split) < len(_SPLITS) or by_split["by case"].configuration.data == "original":
        return _NOTHING
    return _said(gap(by_split["as published"].predictions, by_split["by case"].predictions)["auc"])


def confidence(records: Sequence[Record]) -> str:
    """Return how the passes agree: of the right predictions, of the wrong ones, and what the 80 % rule sends away."""
    rows = [
        [
            *_where(record),
            f"{len(wrong_cases(record.predictions))} of {record.sizes.test.total}",
            str(sum(case.agreement > 0.98 for case in wrong_cases(record.predictions))),
            _said(surely_right(record.predictions)),
            _said(deferred(record.predictions)),
            _said(deferred(record.predictions, "abnormal")),
        ]
        for record in records
        if record.experiment == "confidence"
    ]
    titles = ["wrong", "of these above 98 %", "right ones above 98 %", "sent to people", "of the abnormal"]
    return _markdown(["run", "edition", "split", *titles], rows) if rows else _none()


def passes(records: Sequence[Record]) -> str:
    """Return how figures move with the number of passes."""
    rows = []
    for record in records:
        for part in record.by_passes:
            said = at_passes(record, part.passes)
            found = figures(said, "mean")
            shown = [_said(found[name]) for name in ("sensitivity", "auc", "ece")]
            rows.append([*_where(record), str(part.passes), *shown, _said(deferred(said))])
    titles = ["T", "sensitivity", "AUC", "ECE", "sent to people"]
    return _markdown(["run", "edition", "split", *titles], rows) if rows else _none()


def probabilities(records: Sequence[Record]) -> str:
    """Return how good each kind of probability is: of one pass or head, the mean over several, and calibrated."""
    columns: Mapping[str, Column] = {"one alone": "probability", "mean": "mean", "calibrated": "calibrated"}
    rows = []
    for record in records:
        if record.experiment in ("confidence", "ensemble"):
            for name, by in columns.items():
                found = figures(record.predictions, by)
                rows.append([*_where(record), name, *(_said(found[figure]) for figure in ("brier", "nll", "ece"))])
    titles = ["run", "edition", "split", "probability", "Brier", "NLL", "ECE"]
    return _markdown(titles, rows) if rows else _none()


def deferral(records: Sequence[Record]) -> str:
    """Return the area under risk and coverage of each reason to defer, for passes and for ensembles."""
    rows = [
        [
            *_where(record),
            reason,
            *(_said(area_under_risk(record.predictions, reason, of)) for of in ("all", "normal", "abnormal")),
        ]
        for record in records
        if record.experiment in ("confidence", "ensemble")
        for reason in REASONS
    ]
    return _markdown(["run", "edition", "split", "reason", "all", "normal", "abnormal"], rows) if rows else _none()


def search(records: Sequence[Record]) -> str:
    """Return what each search found best, and how many of its trials failed."""
    rows = []
    for record in records:
        if record.experiment == "search":
            failed = sum(trial.state == "failed" for trial in record.trials)
            losses = [trial.val_loss for trial in record.trials if trial.val_loss is not None]
            chosen = record.configuration
            best = [f"{chosen.learning_rate:.1e}", str(chosen.batch_size), f"{min(losses):.3f}"]
            rows.append([*_where(record), f"{len(record.trials)} ({failed})", *best])
    titles = ["trials (failed)", "best learning rate", "batch size", "validation loss"]
    return _markdown(["run", "edition", "split", *titles], rows) if rows else _none()


TABLES: Mapping[str, Callable[[Sequence[Record]], str]] = MappingProxyType(
    {
        "table-5-1": comparison,
        "calibrated": calibrated,
        "backbones": lambda records: comparison(records, ("backbones",)),
        "confidence": confidence,
        "passes": passes,
        "probabilities": probabilities,
        "deferral": deferral,
        "search": search,
    }
)
"""By the names of markers in a document."""


def _where(record: Record) -> list[str]:
    return [record.title, record.edition, record.split]


def _said(figure: Figure) -> str:
    if math.isnan(figure.value):
        return _NOTHING
    return f"{figure.value:.2f} ({figure.low:.2f} to {figure.high:.2f})"


def _none() -> str:
    return "No run has been done yet."


def _markdown(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles), *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)
