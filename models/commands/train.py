"""``python -m models train``: simulate, train, calibrate, measure, and put the model into the registry."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.registry import Registry, is_name

_DESCRIPTION = """\
Train one of the thesis' networks from nothing: a dense source task on simulated karyograms, then the thesis' head,
frozen and fine-tuned. Without --crops the chromosomes are painted; with it they are recombined from real crops, none
of a validation case (case number modulo 3 is 2). Calibrated on simulated karyograms of validation cases; measured on
the real karyograms of --karyograms, if given. An interrupted training goes on when the same command is given again.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("train", help="train a model and register it", description=_DESCRIPTION)
    parser.add_argument(
        "name", type=_name, metavar="NAME", help="of the model in the registry; an earlier one is replaced"
    )
    parser.add_argument("--architecture", choices=("vgg16", "inceptionv3"), default="vgg16", help="default: vgg16")
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    parser.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures, to measure on")
    parser.add_argument(
        "--work", type=Path, metavar="FOLDER", help="data and checkpoints (default: data/training/NAME)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of all randomness (default: 1)")
    parser.add_argument("--note", default="", metavar="TEXT", help="for the model card")
    parser.add_argument("--quick", action="store_true", help="a minute's training that only shows that all works")
    parser.set_defaults(run=run)


def _name(text: str) -> str:
    """Refuse a name before the training, not after it."""
    if not is_name(text):
        raise argparse.ArgumentTypeError(f"must be lower-case letters, digits, '.', '_' and '-', got {text!r}")
    return text


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Train and register."""
    # late: --help and wrong arguments need no network
    from models.datasets import Recipe
    from models.devices import building_in, choose_precision
    from models.releasing import Release, release
    from models.training import QUICK, SOURCE_THEN_THESIS, Trainer

    work = options.work or Path("data/training") / options.name
    phases = QUICK if options.quick else SOURCE_THEN_THESIS
    recipe = Recipe(seed=options.seed, crops=options.crops)
    with building_in(choose_precision("auto")):
        network = Trainer(options.architecture, recipe, work).run(phases)
        card = release(network, Release(options.name, recipe, phases, work, options.karyograms, options.note), registry)
    print(f"{card.name}: weights {card.weights_sha256[:12]}, in {registry.folder / card.name}")
    return 0
