"""``python -m models ablate-reader``: what each part of the reader is worth."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import track

from models.commands.options import whole_from
from models.datasets.labels import load, read_labels
from models.datasets.simulated_set import Recipe
from models.datasets.simulated_test import ABNORMAL_SHARE, TEST_SEED, simulated, words_for
from models.registry import Registry
from models.simulation.pages.families import Variety

_DESCRIPTION = """\
Read karyograms with the whole reader, and without one part of it at a time: the order of the page, layouts, areas,
gaps, passes, the comparison of homologues. With --model also by that model alone and together with the reader. On
simulated karyograms of validation cases, or on the real ones of --karyograms (validation cases). Prints a table in
Markdown.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "ablate-reader", help="what each part of the reader is worth", description=_DESCRIPTION
    )
    parser.add_argument("--model", metavar="NAME", help="one to put beside the reader")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures")
    source.add_argument("--simulated", type=whole_from(10), default=300, metavar="N", help="default: 300")
    parser.add_argument(
        "--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png; painted without"
    )
    parser.add_argument(
        "--variety",
        type=Variety,
        choices=list(Variety),
        default=Variety.HELD_OUT,
        help="of simulated pages (default: held_out)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Read, and print the table."""
    if options.karyograms:
        split = Recipe(0).split
        chosen = [item for item in read_labels(options.karyograms) if split.is_validation(item.case_id)]
        words, number, pages = (
            f"validation cases of {options.karyograms}",
            len(chosen),
            load(options.karyograms, chosen),
        )
    else:
        recipe = Recipe(
            TEST_SEED, options.crops, validation=True, abnormal_share=ABNORMAL_SHARE, variety=options.variety
        )
        words, number = words_for(recipe), options.simulated
        pages = simulated(recipe, number)
    # late: --help and wrong arguments need no network
    from models.measuring.reader_ablation import ablate_reader, table
    from models.predicting.page_reader import PageReader
    from models.predicting.predictor import Predictor

    reader = PageReader.load(registry)
    model = Predictor.load(registry, options.model) if options.model else None
    counted = track(pages, "reading", total=number, console=Console(stderr=True))
    print(f"{words}\n\n{table(ablate_reader(reader, counted, model))}", end="")
    return 0
