"""``python -m models train-reader``: train the reader of single chromosomes, measure it, and register it."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from models.commands.options import whole_from
from models.registry import READER, Registry
from models.training.reader_plan import Part, ReaderPlan

_DESCRIPTION = """\
Train the reader from nothing on simulated pages of training cases (case number modulo 3 is not 2): first to tell
chromosomes from everything else, then on what it cuts out itself to tell them apart, then to compare homologues.
Without --crops the chromosomes are painted; with it three quarters are recombined from real crops. Measured on
simulated karyograms of validation cases, and on the real ones of --karyograms, if given. Models that judge with the
reader are refused until they are calibrated with the new one (python -m models card NAME --renew); those whose pages it
arranges may be better trained anew. With --further the stored reader goes on learning from other pages (another --seed
and --work) in the parts that are named: segmentation tells chromosomes from everything else, crops tells which they
are, homologues compares them.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "train-reader",
        help="train the reader of single chromosomes",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    parser.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures, to measure on")
    parser.add_argument("--work", type=Path, default=Path("data/training/reader"), metavar="FOLDER", help="for lessons")
    parser.add_argument("--pages", type=whole_from(50), default=6_800, metavar="N", help="simulated (default: 6800)")
    parser.add_argument(
        "--patches", type=whole_from(8), default=88_000, metavar="N", help="of pages seen (default: 88000)"
    )
    parser.add_argument(
        "--views", type=whole_from(64), default=1_000_000, metavar="N", help="crops seen (default: 1000000)"
    )
    parser.add_argument(
        "--test-pages", type=whole_from(10), default=500, metavar="N", help="of each variety, to measure on"
    )
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of all randomness (default: 1)")
    parser.add_argument(
        "--further",
        nargs="+",
        choices=[part.value for part in Part],
        metavar="PART",
        help=f"teach the stored reader: {', '.join(Part)}",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Train, measure and register."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # late: --help and wrong arguments need no network
    from models.training.progress import Reporter
    from models.training.reader_release import release_reader
    from models.training.reader_teaching import teach_further

    plan = ReaderPlan(
        crops=options.crops,
        karyograms=options.karyograms,
        work=options.work,
        pages=options.pages,
        patches=options.patches,
        views=options.views,
        test_pages=options.test_pages,
        seed=options.seed,
    )
    if options.further:
        card = teach_further(plan, registry, Reporter(), [Part(name) for name in options.further])
    else:
        card = release_reader(plan, registry, Reporter())
    for data, figures in card.metrics.items():
        said = f"{data.replace('_', ' ')}, n {figures['n']}"
        print(f"{said}: all numbers right {figures['exact']:.3f}, X and Y {figures['sexes']:.3f}")
    print(f"reader: weights {card.weights_sha256[:12]}, in {registry.folder / READER}")
    return 0
