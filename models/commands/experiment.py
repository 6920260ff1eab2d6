"""``python -m models experiment``: run the thesis' experiments, and write the tables of what they showed."""

from __future__ import annotations

import argparse
import logging
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from models.commands.options import share, whole_from
from models.experiments.record import RECORDS, Edition, ExperimentName, Split, Start, read_all
from models.registry import Registry
from models.training.phases import TrainingError

if TYPE_CHECKING:
    from models.experiments.materials import Bench
    from models.experiments.plan import Scope

_DESCRIPTION = """\
Run experiments, and write one record for each run; docs/experiments.md says what they are and what they cost. Runs that
have a record of the same configuration are skipped, so that the same command goes on where it stopped. The simulated
edition is painted from the seed; the real one needs --karyograms and --crops, of which validation cases are used (case
number modulo 3 is 2). Runs whose starting weights are not at hand are left out: ImageNet weights must be files of Keras
in the folder --imagenet.

--turn, --mirror and --close-gaps change processed data beyond the thesis (its section 5.3). Such runs have names of
their own and stand beside the others; with one of these options, only they are run.

--again does runs anew that have a record; a search then begins a new study. To share that one with other machines, or
to go on with it, give all of them the same --study NAME.

--tables writes the tables of docs/experiments.md anew from the records that there are.

--compare tells, figure by figure, whether the records of a folder lie within the 95 % intervals of those of --out, by
the calibrated probability and at one half of the plain one; if more than 5 % of those by the calibrated one do not, the
exit code is 1.
"""
_NAMES: tuple[ExperimentName, ...] = get_args(ExperimentName)
_DOCUMENT = Path(__file__).parents[2] / "docs" / "experiments.md"
_QUICK_OUT = Path("data/experiments/quick")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Describe the command."""
    parser = subparsers.add_parser(
        "experiment",
        help="run the thesis' experiments",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of {', '.join(_NAMES)}")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--quick", action="store_true", help="a few seconds' runs that only show that all works")
    parser.add_argument("--again", action="store_true", help="runs that have a record too")
    parser.add_argument("--dry-run", action="store_true", help="only list the runs")
    parser.add_argument("--tables", action="store_true", help=f"write the tables of {_DOCUMENT.name} anew")
    parser.add_argument("--compare", type=Path, metavar="FOLDER", help="with records of runs that were done again")
    _add_scope(parser.add_argument_group("which runs"))
    _add_augmentation(parser.add_argument_group("processed data beyond the thesis"))
    _add_places(parser.add_argument_group("where"))
    parser.set_defaults(run=run)


def _add_scope(group: argparse._ArgumentGroup) -> None:
    editions: tuple[Edition, ...] = get_args(Edition)
    group.add_argument("--edition", choices=editions, help="default: simulated, and real with --karyograms and --crops")
    group.add_argument("--split", choices=get_args(Split), help="default: both")
    group.add_argument("--start", choices=get_args(Start), help="starting weights (default: all that are at hand)")
    group.add_argument("--row", metavar="ROW", help="only runs whose name begins so")
    group.add_argument("--seed", type=whole_from(0), default=1, help="of data, split and training (default: 1)")


def _add_augmentation(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--turn", type=_degrees, default=0.0, metavar="DEGREES", help="each chromosome by at most so many (0 to 180)"
    )
    group.add_argument(
        "--mirror",
        type=share,
        default=0.0,
        metavar="SHARE",
        help="of the copies, one chromosome mirrored (0 to 1)",
    )
    group.add_argument("--close-gaps", action="store_true", help="pack chromosomes side by side, for the test too")


def _degrees(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0.0 <= value <= 180.0:
        raise argparse.ArgumentTypeError(f"must be a number from 0 to 180, got {text!r}")
    return value


def _add_places(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--karyograms", type=Path, metavar="FOLDER", help="labels.csv and real pictures")
    group.add_argument("--crops", type=Path, metavar="ZIP", help="<case>_c<cell>/<chromosome>_<i>.png, grey, upright")
    group.add_argument("--imagenet", type=Path, metavar="FOLDER", help="weights of Keras (default: ~/.keras/models)")
    group.add_argument(
        "--out", type=Path, metavar="FOLDER", help=f"for records (default: {RECORDS.name} of the package)"
    )
    group.add_argument(
        "--work", type=Path, default=Path("data/experiments"), metavar="FOLDER", help="for features and trials"
    )
    group.add_argument("--storage", metavar="URL", help="of the trials of searches, for several machines to share")
    group.add_argument(
        "--study",
        default="",
        metavar="NAME",
        help="of searches (default: that of the configuration; --again: a new one)",
    )
    group.add_argument(
        "--precision", choices=("auto", "float32", "bfloat16"), default="auto", help="to compute in (default: auto)"
    )


def run(options: argparse.Namespace, registry: Registry) -> int:
    """Run what is asked for."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow's greetings are not news
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options.out = options.out or (_QUICK_OUT if options.quick else RECORDS)
    unknown = [name for name in options.names if name not in _NAMES]
    if unknown or not (options.names or options.all or options.tables or options.compare):
        raise TrainingError(
            f"expected one or more of {', '.join(_NAMES)}, --all, --tables or --compare, "
            f"got {' '.join(unknown) or 'none'}"
        )
    if options.names or options.all:
        _run(options, registry)
    if options.tables:
        _write_tables(options.out)
    return _compare(options.out, options.compare) if options.compare else 0


def _run(options: argparse.Namespace, registry: Registry) -> None:
    # late: --help and wrong arguments need no network
    from models.experiments.catalogue import is_done, perform_all, planned

    bench = _bench(options, registry)
    plans = planned(_NAMES if options.all else tuple(options.names), _scope(options), bench)
    plans = [plan for plan in plans if plan.name.startswith(options.row or "")]
    if options.dry_run:
        for plan in plans:
            print(f"{plan.experiment} {plan.name}: {'done' if is_done(plan, bench, options.out) else 'to do'}")
        return
    done = 0
    for plan, record in perform_all(plans, bench, options.out, again=options.again):
        done += 1
        print(f"{plan.experiment} {plan.name}: {record.seconds:.0f} seconds")
    print(f"{done} of {len(plans)} runs done, {len(plans) - done} were there; records in {options.out}")


def _bench(options: argparse.Namespace, registry: Registry) -> Bench:
    from models.experiments.materials import Bench
    from models.experiments.nets import IMAGENET, Weights
    from models.networks.devices import choose_precision

    return Bench(
        Weights(registry, options.imagenet or IMAGENET),
        options.work,
        choose_precision(options.precision),
        options.karyograms,
        options.crops,
        options.storage,
        options.study,
    )


def _scope(options: argparse.Namespace) -> Scope:
    from models.experiments.augmentation import Augmentation
    from models.experiments.plan import Scope

    has_real = options.karyograms is not None and options.crops is not None
    at_hand: tuple[Edition, ...] = ("simulated", "real") if has_real else ("simulated",)
    editions = (options.edition,) if options.edition else at_hand
    splits = (options.split,) if options.split else get_args(Split)
    starts = (options.start,) if options.start else get_args(Start)
    how = Augmentation(turn=options.turn, mirror=options.mirror, close_gaps=options.close_gaps)
    return Scope(editions, splits, starts, options.seed, options.quick, how)


def _write_tables(records: Path) -> None:
    from models.experiments.tables import updated

    known = read_all(records)
    before = _DOCUMENT.read_text(encoding="utf-8")
    _DOCUMENT.write_text(updated(before, known), encoding="utf-8")
    print(f"{_DOCUMENT.name}: tables of {len(known)} records")


def _compare(before: Path, after: Path) -> int:
    from models.experiments.reproduction import compared, holds, lines

    old, new = read_all(before), read_all(after)
    calibrated = list(compared(old, new, "calibrated"))
    if not calibrated:
        raise TrainingError(f"expected records of runs that {before} has too in {after}, found none")
    for line in lines(calibrated, list(compared(old, new, "probability"))):
        print(line)
    return 0 if holds(calibrated) else 1
