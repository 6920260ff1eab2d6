"""``python -m models card``: the page of a model, and its trials anew."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.card_page import card_page
from models.commands.options import whole_from
from models.registry import Registry

_DESCRIPTION = """\
Print the page of a model: what it is for, what it was made of, how well it does, and where it fails. With --renew the
model is first calibrated anew, its limits are chosen anew, and it is measured, on simulated karyograms of its
validation cases and on the real ones of --karyograms; card and page are written, the weights stay. One that judges with
the reader is calibrated with the reader that is stored now.
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser("card", help="show what is known about a model", description=_DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help="the model")
    parser.add_argument("--renew", action="store_true", help="calibrate and measure it anew")
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    parser.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures, to measure on")
    parser.add_argument(
        "--pictures",
        type=whole_from(100),
        default=2000,
        metavar="N",
        help="simulated ones of each variety to measure on (default: 2000)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Print, after renewing if that was asked for."""
    card = registry.card(options.name)
    if options.renew:
        # late: printing needs no network
        from models.training.trials import Trial, try_out

        trial = Trial(options.crops, options.karyograms, test_pictures=options.pictures)
        card = try_out(registry, options.name, trial)
    print(card_page(card), end="")
    return 0
