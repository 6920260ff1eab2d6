"""``python -m models evaluate``: how good a model is on labelled karyograms."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from models import evaluation
from models.registry import Registry

_DESCRIPTION = """\
Judge the labelled karyograms of a folder by a stored model and its triage policy, and print the figures; sensitivity
leads. FOLDER holds labels.csv (columns file, case_id, label = normal or abnormal) and the pictures. Each interval is
a 95 % bootstrap over the cases. "--split validation" keeps the cases the model was not trained on, by
training.validation_rule on its card: {"modulus": 3, "remainder": 2} keeps P002, P005 and so on.
"""
_NAMES = {
    "sensitivity": "sensitivity (abnormal voted abnormal)",
    "specificity": "specificity (normal voted normal)",
    "triage_sensitivity": "abnormal that triage did not screen out",
    "missed_abnormal": "missed abnormal (among screened normal)",
    "screened_fraction": "screened as normal, of all",
    "auc": "area under the ROC curve",
    "average_precision": "average precision",
    "precision": "precision",
    "negative_predictive_value": "negative predictive value",
    "accuracy": "accuracy",
    "ece": "expected calibration error",
    "brier": "Brier score",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("evaluate", help="measure a model on labelled karyograms", description=_DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="the model")
    parser.add_argument("--data", type=Path, required=True, metavar="FOLDER", help="labels.csv and the pictures")
    parser.add_argument(
        "--split", choices=("all", "validation"), default="all", help="which cases (default: all of the folder)"
    )
    parser.add_argument("--passes", type=_passes, metavar="T", help="1 to 1000 (default: the number on the card)")
    parser.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write one row for each picture there")
    parser.set_defaults(run=run)


def _passes(text: str) -> int:
    passes = int(text) if text.isdecimal() else 0
    if not 1 <= passes <= 1000:
        raise argparse.ArgumentTypeError(f"must be a number from 1 to 1000, got {text!r}")
    return passes


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Judge, print, and write the files that were asked for."""
    card = registry.card(options.name)
    labelled = evaluation.read_labels(options.data)
    if options.split == "validation":
        labelled = evaluation.validation_cases(labelled, card)
    # late: the checks above are quick and need no network
    from models.predictor import Predictor

    model = Predictor.load(registry, options.name, options.precision)
    judging = evaluation.judge(model, options.data, labelled, options.passes)
    judged = list(track(judging, "judging", total=len(labelled), console=Console(stderr=True)))
    summary = {
        "model": card.name,
        "weights_sha256": card.weights_sha256,
        "data": str(options.data),
        "split": options.split,
        "passes": options.passes or card.passes,
        "computed_in": model.precision.value,
        **evaluation.report(judged),
    }
    _print(summary)
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    if options.csv:
        _write_csv(options.csv, judged)
    return 0


def _print(summary: dict[str, Any]) -> None:
    counts = f"{summary['n']} karyograms of {summary['n_cases']} cases, {summary['n_abnormal']} abnormal"
    table = Table("", "figure", "95 % interval by case", title=f"{summary['model']}: {counts}")
    for key, words in _NAMES.items():
        low, high = (_number(end) for end in summary[f"{key}_interval"])
        table.add_row(words, _number(summary[key]), f"{low} to {high}")
    console = Console()
    console.print(table)
    for name in ("confusion", "outcomes"):
        console.print(f"{name}: " + ", ".join(f"{key} {count}" for key, count in summary[name].items()))
    if summary["missed_abnormal_files"]:
        console.print("missed: " + ", ".join(summary["missed_abnormal_files"]), markup=False)


def _number(value: float | None) -> str:
    if value is None:
        return "not defined"
    return str(value) if isinstance(value, int) else f"{value:.3f}"


def _write_csv(path: Path, judged: Sequence[evaluation.JudgedPicture]) -> None:
    rows = [evaluation.row(item) for item in judged]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
