"""``python -m models ablate``: what each part of a training is worth."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from models.commands.options import budget, whole_from
from models.registry import Registry
from models.training.phases import LARGEST_SIZE, ON_FRAMED_PAGES, SMALLEST_SIZE

_SIZE, _BUDGET = 203, 0.08
_DESCRIPTION = """\
Train small networks that differ in one thing (painted, real or both chromosomes; one layout or many; pages that may be
spoilt or none; with and without the source task), all on as many pictures, and measure each on simulated karyograms of
validation cases, with pages as in training and with pages that no training shows, and on real karyograms of validation
cases. Writes ablation.csv and ablation.md. Each of six trainings takes some six minutes on a GPU (KERAS_BACKEND=jax,
where JAX is installed) and hours without one. The same command goes on where it stopped.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("ablate", help="compare small trainings", description=_DESCRIPTION)
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="data, checkpoints and results")
    parser.add_argument(
        "--crops", type=Path, required=True, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright"
    )
    parser.add_argument("--karyograms", type=Path, required=True, metavar="FOLDER", help="labels.csv and pictures")
    parser.add_argument(
        "--architecture", choices=tuple(ON_FRAMED_PAGES), default="inceptionv3", help="default: inceptionv3"
    )
    parser.add_argument(
        "--size",
        type=whole_from(SMALLEST_SIZE, LARGEST_SIZE),
        default=_SIZE,
        metavar="PIXELS",
        help=f"side of the pictures (default: {_SIZE})",
    )
    parser.add_argument(
        "--budget",
        type=budget,
        default=_BUDGET,
        metavar="FACTOR",
        help=f"as many pictures as a whole training has (default: {_BUDGET})",
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
    from models.training.ablation import Bench, ablate, phases_for, table, variants

    precision = choose_precision(options.precision)
    bench = Bench(options.architecture, options.crops, options.karyograms, options.seed, precision)
    phases = phases_for(options.architecture, options.size, options.budget)
    print(table(ablate(options.out, bench, variants(bench, phases))), end="")
    return 0
