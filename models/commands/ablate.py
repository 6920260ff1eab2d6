"""``python -m models ablate``: what each part of a training is worth."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from models.commands.options import budget, whole_from
from models.registry import Registry

_DESCRIPTION = """\
Train small networks that differ in one thing (painted, real or both chromosomes; one layout or many; pages arranged or
framed; with and without mosaics, and the source task), all on as many pictures, and measure each on simulated
karyograms of validation cases with pages that no training shows, and on real karyograms of validation cases. Writes
ablation.csv and ablation.md. Each of seven trainings takes some six minutes on two cores, and longer where the reader
arranges its pages first. The same command goes on where it stopped.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("ablate", help="compare small trainings", description=_DESCRIPTION)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="data, checkpoints and results")
    parser.add_argument(
        "--crops", type=Path, required=True, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright"
    )
    parser.add_argument("--karyograms", type=Path, required=True, metavar="FOLDER", help="labels.csv and pictures")
    parser.add_argument("--architecture", choices=("vgg16", "inceptionv3"), default="vgg16", help="default: vgg16")
    parser.add_argument(
        "--budget", type=budget, default=1.0, metavar="FACTOR", help="as many pictures in each phase (default: 1)"
    )
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of all randomness (default: 1)")
    parser.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Train, measure, and print the table."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # late: --help and wrong arguments need no network
    from models.networks.devices import choose_precision
    from models.training.ablation import PHASES, Bench, ablate, table, variants
    from models.training.phases import rescaled

    precision = choose_precision(options.precision)
    bench = Bench(options.architecture, options.crops, options.karyograms, options.seed, precision)
    phases = rescaled(PHASES, PHASES[-1].size, options.budget)
    print(table(ablate(options.out, bench, variants(bench, phases))), end="")
    return 0
