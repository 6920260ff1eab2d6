"""``python -m models train``: train a model from nothing, and put it into the registry."""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

from models.phases import LARGEST_SIZE, SMALLEST_SIZE, TrainingError
from models.registry import Registry, is_name

_DESCRIPTION = """\
Train one of the thesis' networks from nothing: a dense source task on simulated karyograms, then the thesis' head,
frozen and fine-tuned. Without --crops the chromosomes are painted; with it they are recombined from real crops, none
of a validation case (case number modulo 3 is 2). Calibrated on simulated karyograms of validation cases; measured on
the real karyograms of --karyograms, if given. An interrupted training goes on where it was, whenever that was, when
the same command is given again; curves.csv in the work folder shows how it went.
"""
_QUICK = "quick"
_QUICK_TRIAL = {"calibration_pictures": 64, "test_pictures": 32}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("train", help="train a model and register it", description=_DESCRIPTION)
    parser.add_argument(
        "--name", type=_name, help="of the model in the registry; an earlier one is replaced (with --quick: quick)"
    )
    parser.add_argument("--architecture", choices=("vgg16", "inceptionv3"), default="vgg16", help="default: vgg16")
    parser.add_argument(
        "--size", type=_size, default=150, metavar="PIXELS", help="side of the pictures it will judge (default: 150)"
    )
    parser.add_argument(
        "--budget", type=_budget, default=1.0, metavar="FACTOR", help="as many pictures in each phase (default: 1)"
    )
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    parser.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures, to measure on")
    parser.add_argument("--quick", action="store_true", help="a minute's training that only shows that all works")
    parser.add_argument(
        "--work", type=Path, metavar="FOLDER", help="data and checkpoints (default: data/training/NAME)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all randomness (default: 1)")
    parser.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="for the model card")
    parser.set_defaults(run=run)


def _name(text: str) -> str:
    """Refuse a name before the training, not after it."""
    if not is_name(text):
        raise argparse.ArgumentTypeError(f"must be lower-case letters, digits, '.', '_' and '-', got {text!r}")
    return text


def _size(text: str) -> int:
    size = int(text) if text.isdecimal() else 0
    if not SMALLEST_SIZE <= size <= LARGEST_SIZE:
        raise argparse.ArgumentTypeError(f"must be a number from {SMALLEST_SIZE} to {LARGEST_SIZE}, got {text!r}")
    return size


def _budget(text: str) -> float:
    try:
        budget = float(text)
    except ValueError:
        budget = 0.0
    if not 0.01 <= budget <= 100.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0.01 to 100, got {text!r}")
    return budget


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Train and register."""
    name = options.name or (_QUICK if options.quick else None)
    if name is None:
        raise TrainingError("a training needs a --name for its model, got none")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # late: --help and wrong arguments need no network
    from models.datasets import Recipe
    from models.devices import building_in, choose_precision
    from models.phases import QUICK, SOURCE_THEN_THESIS, rescaled
    from models.progress import Reporter
    from models.releasing import Release, release
    from models.training import Trainer
    from models.trials import Trial

    work = options.work or Path("data/training") / name
    schedule = SOURCE_THEN_THESIS[options.architecture]
    phases = QUICK if options.quick else rescaled(schedule, options.size, options.budget)
    recipe = Recipe(seed=options.seed, crops=options.crops)
    with building_in(choose_precision(options.precision)):
        network = Trainer(options.architecture, recipe, work, Reporter()).run(phases)
        trial = Trial(options.crops, options.karyograms, **(_QUICK_TRIAL if options.quick else {}))
        card = release(network, Release(name, recipe, phases, work, trial, options.note), registry)
    print(f"{card.name}: weights {card.weights_sha256[:12]}, in {registry.folder / card.name}")
    return 0
