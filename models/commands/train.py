"""``python -m models train``: train a model from nothing, or adapt one to a laboratory, and register it."""

from __future__ import annotations

import argparse
import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from models.card_page import FIGURES, number, with_interval
from models.commands.options import budget, whole_from
from models.networks.choices import Trained
from models.predicting.preparing import WAYS
from models.registry import Registry, is_name
from models.training.phases import (
    LARGEST_SIZE,
    ON_FRAMED_PAGES,
    QUICK,
    QUICK_ON_FRAMED_PAGES,
    SMALLEST_SIZE,
    SOURCE_THEN_THESIS,
    Phase,
    TrainingError,
    rescaled,
)

if TYPE_CHECKING:
    from models.adaptation.site import SiteModel

_DESCRIPTION = """\
Without --from: train one of the thesis' networks from nothing. First a dense source task on simulated karyograms, then
the thesis' head, frozen and fine-tuned. Without --crops the chromosomes are painted; with it they are recombined from
real crops, none of a validation case (case number modulo 3 is 2). Calibrated on simulated karyograms of validation
cases; measured on these and on the real karyograms of --karyograms, if given. An interrupted training goes on where it
was when the same command is given again; curves.csv in the work folder shows how it goes.

With --preparation framed it learns both tasks at once, from 140,000 pages as they are, each time a little varied: in
minutes on a GPU (KERAS_BACKEND=jax, where JAX is installed), in a day or more without one.

With --from and --data: adapt a model to the karyograms of one laboratory, 40 or more, of which most or all may be
normal. FOLDER holds labels.csv (columns file, case_id, label = normal or abnormal and, if known, karyotype) and the
pictures. By cross-validation over the cases it is compared with the model it comes from; if it is not better on cases
that it has not seen, the figures are shown, nothing is stored, and the exit code is 1.
"""
_QUICK = "quick"
_FROM_NOTHING: dict[str, object] = {
    "architecture": "vgg16",
    "preparation": "arranged",
    "size": None,
    "budget": 1.0,
    "karyograms": None,
    "start": None,
    "quick": False,
}
_ADAPTING: dict[str, object] = {"data": None, "trained": Trained.HEADS, "even_if_worse": False}
_PARTS = [trained for trained in Trained if trained is not Trained.ALL]


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "train",
        help="train a model, or adapt one to a laboratory",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--name", type=_name, help="of the model in the registry; an earlier one is replaced (with --quick: quick)"
    )
    parser.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    parser.add_argument("--work", type=Path, metavar="FOLDER", help="for data in between (default: data/training/NAME)")
    parser.add_argument("--seed", type=whole_from(0), default=1, help="of all randomness (default: 1)")
    parser.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="for the model card")
    _add_from_nothing(parser.add_argument_group("from nothing"))
    _add_adapting(parser.add_argument_group("from another model"))
    parser.set_defaults(run=run)


def _add_from_nothing(group: argparse._ArgumentGroup) -> None:
    sizes, framed = (
        ", ".join(f"{phases[-1].size} for {name}" for name, phases in schedule.items())
        for schedule in (SOURCE_THEN_THESIS, ON_FRAMED_PAGES)
    )
    group.add_argument("--architecture", choices=tuple(SOURCE_THEN_THESIS), help="default: vgg16")
    group.add_argument(
        "--preparation", choices=tuple(WAYS), help="how pages are shown to it, always (default: arranged by the reader)"
    )
    group.add_argument(
        "--size",
        type=whole_from(SMALLEST_SIZE, LARGEST_SIZE),
        metavar="PIXELS",
        help=f"side of the pictures it will judge (default: {sizes}; framed: {framed})",
    )
    group.add_argument("--start", metavar="MODEL", help="begin with its weights (default: with random ones)")
    group.add_argument("--budget", type=budget, metavar="FACTOR", help="as many pictures in each phase (default: 1)")
    group.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and pictures, to measure on")
    group.add_argument(
        "--quick", action="store_true", default=None, help="a minute's training that only shows that all works"
    )


def _add_adapting(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--from", dest="base", metavar="MODEL", help="the model to adapt")
    group.add_argument("--data", type=Path, metavar="FOLDER", help="labels.csv and pictures, to learn from")
    group.add_argument(
        "--trained", type=Trained, choices=_PARTS, metavar="PART", help=f"{', '.join(_PARTS)} (default: heads)"
    )
    group.add_argument("--even-if-worse", action="store_true", default=None, help="store it in any case")


def _name(text: str) -> str:
    """Refuse a name before the training, not after it."""
    if not is_name(text):
        raise argparse.ArgumentTypeError(f"must be lower-case letters, digits, '.', '_' and '-', got {text!r}")
    return text


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Train or adapt, and register."""
    wanted, foreign = (_ADAPTING, _FROM_NOTHING) if options.base else (_FROM_NOTHING, _ADAPTING)
    _complete(options, wanted, foreign)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options.work = options.work or Path("data/training") / options.name
    return _adapt(options, registry) if options.base else _train(options, registry)


def _complete(options: argparse.Namespace, wanted: dict[str, object], foreign: dict[str, object]) -> None:
    """Fill in what was not said; refuse what has no meaning here, and what is missing."""
    misplaced = [f"--{name.replace('_', '-')}" for name in foreign if getattr(options, name) is not None]
    if misplaced:
        raise TrainingError(f"{', '.join(misplaced)} cannot be used {'with' if options.base else 'without'} --from")
    for name, default in wanted.items():
        if getattr(options, name) is None:
            setattr(options, name, default)
    options.name = options.name or (_QUICK if not options.base and options.quick else None)
    if options.name is None:
        raise TrainingError("a model needs a --name, got none")
    if options.base and options.data is None:
        raise TrainingError("--from needs --data, the karyograms to adapt to, got none")


def _train(options: argparse.Namespace, registry: Registry) -> int:
    # late: --help and wrong arguments need no network
    from models.datasets.simulated_set import Recipe
    from models.networks.devices import building_in, choose_precision
    from models.training.progress import Reporter
    from models.training.releasing import Release, release
    from models.training.trainer import Trainer
    from models.training.trials import Trial

    phases = _phases(options)
    start = None if options.start is None else registry.card(options.start)
    if start is not None and start.architecture != options.architecture:
        raise TrainingError(
            f"--start must be a model of {options.architecture}, got {start.name}: {start.architecture}"
        )
    recipe = Recipe(seed=options.seed, crops=options.crops, preparation=WAYS[options.preparation])
    trial = Trial(options.crops, options.karyograms)
    if options.quick:
        trial = replace(trial, calibration_pictures=16, test_pictures=12)
    with building_in(choose_precision(options.precision)):
        weights = None if start is None else registry.weights(start.name)
        network = Trainer(options.architecture, recipe, options.work, Reporter(), weights).run(phases)
        plan = Release(options.name, recipe, phases, options.work, trial, start, options.note)
        card = release(network, plan, registry)
    print(f"{card.name}: weights {card.weights_sha256[:12]}, in {registry.folder / card.name}")
    return 0


def _phases(options: argparse.Namespace) -> tuple[Phase, ...]:
    framed = options.preparation == "framed"
    if options.quick:
        return QUICK_ON_FRAMED_PAGES if framed else QUICK
    phases = (ON_FRAMED_PAGES if framed else SOURCE_THEN_THESIS)[options.architecture]
    return rescaled(phases, options.size or phases[-1].size, options.budget)


def _adapt(options: argparse.Namespace, registry: Registry) -> int:
    # late, as above
    from models.adaptation.site import SitePlan, adapt_to_site
    from models.networks.devices import choose_precision
    from models.training.progress import Reporter

    plan = SitePlan(
        base=options.base,
        name=options.name,
        data=options.data,
        work=options.work,
        trained=options.trained,
        crops=options.crops,
        seed=options.seed,
        note=options.note,
    )
    precision = choose_precision(options.precision)
    found = adapt_to_site(plan, registry, precision, Reporter(), even_if_worse=options.even_if_worse)
    _show(found, options.base)
    if not found.stored:
        print(f"{found.card.name} is not better than {options.base}: nothing stored")
        return 1
    print(f"{found.card.name}: weights {found.card.weights_sha256[:12]}, in {registry.folder / found.card.name}")
    return 0


def _show(found: SiteModel, base: str) -> None:
    site, before = found.card.metrics["site"], found.card.metrics["site before"]
    title = f"{site['n']} karyograms of {site['n_cases']} cases, {site['n_abnormal']} abnormal, each judged unseen"
    table = Table("", title=title)
    for heading in (base, found.card.name, "change, 95 % by case", "as it must be"):
        table.add_column(heading, no_wrap=True)
    for check in found.checks:
        said = (number(check.before), number(check.after), " to ".join(map(number, check.change)))
        table.add_row(check.words, *said, "yes" if check.holds else "[bold]no[/]")
    for key in ("auc", "sensitivity", "specificity", "screened_fraction"):
        values = [with_interval(figures[key], figures[f"{key}_interval"]) for figures in (before, site)]
        table.add_row(FIGURES.get(key, "screened, of all"), *values)
    Console().print(table)
