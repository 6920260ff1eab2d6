"""``python -m models evaluate``: measure a model on labelled or on simulated karyograms."""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from models.card import Card
from models.card_page import FIGURES, kind_cells, with_interval
from models.commands.options import share, whole_from
from models.datasets import labels
from models.datasets.labels import LabelledPicture, Page
from models.datasets.simulated_test import TEST_SEED, recipe_for, simulated, words_for
from models.measuring import known_cases
from models.measuring.evaluation import JudgedPicture, judge, row
from models.measuring.metrics import PREVALENCE
from models.measuring.report import report
from models.registry import Registry
from models.simulation.karyotypes.profiles import PROFILES
from models.simulation.pages.families import Variety

_DESCRIPTION = """\
Judge karyograms by a stored model and its triage policy, and print the figures; what triage misses leads. --data names
a folder with labels.csv (columns file, case_id, label = normal or abnormal, and karyotype in ISCN if known) and the
pictures; "--split validation" keeps the cases the model was not trained on, by training.validation_rule on its card:
{"modulus": 3, "remainder": 2} keeps P002, P005 and so on. --simulated draws N karyograms, half of them abnormal, from
the crops of validation cases, on pages that no training shows or of another --variety. Each interval is 95 %, by case.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("evaluate", help="measure a model on labelled karyograms", description=_DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="the model")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", type=Path, metavar="FOLDER", help="labels.csv and the pictures")
    source.add_argument("--simulated", type=whole_from(1), metavar="N", help="so many simulated karyograms")
    parser.add_argument(
        "--split", choices=("all", "validation"), default="all", help="which cases of --data (default: all)"
    )
    parser.add_argument(
        "--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png; painted chromosomes without it"
    )
    parser.add_argument(
        "--seed", type=whole_from(0), default=TEST_SEED, help=f"of the simulated ones (default: {TEST_SEED})"
    )
    parser.add_argument(
        "--variety",
        type=Variety,
        choices=list(Variety),
        default=Variety.HELD_OUT,
        help="of their pages (default: held_out)",
    )
    parser.add_argument("--profile", choices=PROFILES, default=PROFILES[0], help="default: " + PROFILES[0])
    parser.add_argument(
        "--prevalence", type=share, default=PREVALENCE, metavar="SHARE", help="abnormal karyograms in the laboratory, "
        f"for the predictive values (default: {PREVALENCE})"
    )  # fmt: skip
    parser.add_argument("--passes", type=whole_from(1, 1000), metavar="T", help="default: the number on the card")
    parser.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write one row for each picture there")
    parser.add_argument(
        "--keep", action="store_true", help="keep the predictions beside the model, without pictures and names: the "
        "page Policy shows by them what a change would do"
    )  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Judge, print, and write the files that were asked for."""
    card = registry.card(options.name)
    data, number, labelled = _pictures(options, card)
    # late: the checks above are quick and need no network
    from models.predicting.predictor import Predictor

    model = Predictor.load(registry, options.name, options.precision)
    judging = judge(model, labelled, options.passes)
    judged = list(track(judging, "judging", total=number, console=Console(stderr=True)))
    summary = {
        "model": card.name,
        "weights_sha256": card.weights_sha256,
        "data": data,
        "passes": options.passes or card.passes,
        "computed_in": model.precision.value,
        **report(judged, card.calibration.prevalence, options.prevalence),
    }
    _print(summary)
    if options.json:
        options.json.write_text(json.dumps(summary, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    if options.csv:
        _write_csv(options.csv, judged)
    if options.keep:
        kept = data if options.simulated else f"real karyograms, {options.split} cases"
        path = registry.folder / card.name / known_cases.FILE
        path.write_text(known_cases.text(card, kept, judged), encoding="utf-8", newline="\n")
    return 0


def _pictures(options: argparse.Namespace, card: Card) -> tuple[str, int, Iterable[tuple[LabelledPicture, Page]]]:
    """Return what the pictures are, how many, and the pictures."""
    if options.simulated:
        recipe = recipe_for(card, options.crops, options.seed, options.variety, options.profile)
        return words_for(recipe), options.simulated, simulated(recipe, options.simulated)
    labelled = labels.read_labels(options.data)
    if options.split == "validation":
        labelled = labels.validation_cases(labelled, card)
    return f"{options.split} cases of {options.data}", len(labelled), labels.load(options.data, labelled)


def _print(summary: dict[str, Any]) -> None:
    console = Console()
    console.print(f"{summary['model']} on {summary['data']}", markup=False)
    counts = f"{summary['n']} karyograms of {summary['n_cases']} cases, {summary['n_abnormal']} abnormal"
    table = Table("figure", "value (95 % interval by case)", title=counts)
    for key, words in FIGURES.items():
        table.add_row(words, with_interval(summary[key], summary[f"{key}_interval"]))
    console.print(table)
    _print_rows(console, "kind of abnormality", "kind", summary["by_kind"])
    _print_rows(console, "changed share of the arm", "size", summary["by_size"])
    for name in ("confusion", "outcomes", "flags_of_normal"):
        console.print(f"{name}: " + ", ".join(f"{key} {count}" for key, count in summary[name].items()))
    for label, found in summary["copy_numbers"].items():
        shares = (f"{part} {found[part]['share']:.3f}" for part in ("autosomes", "x", "y", "all_24", "findings"))
        console.print(f"right numbers and findings, {label}: " + ", ".join(shares))
    if summary["missed_abnormal_files"]:
        console.print("missed: " + ", ".join(summary["missed_abnormal_files"]), markup=False)


def _print_rows(console: Console, title: str, name: str, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    table = Table(title, "n", "AUC", "by numbers", "flagged", "named")
    for found in rows:
        table.add_row(found[name], *kind_cells(found))
    console.print(table)


def _write_csv(path: Path, judged: Sequence[JudgedPicture]) -> None:
    rows = [row(item) for item in judged]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
