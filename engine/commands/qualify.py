"""``python -m engine qualify``: is the installation right, does it work, and a paper about it to sign."""

from __future__ import annotations

import argparse
import getpass
import hashlib
import logging
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.console import Console
from rich.text import Text
from sqlalchemy import Engine

from engine.commands.work import load_predictor
from engine.names import visible
from engine.policy import promotions
from engine.qualification import expectation, installation, operation
from engine.qualification.paper import Run, write_pdf
from engine.qualification.step import Result, Step
from engine.records import audit
from engine.records.database import connect, is_current, open_session
from engine.settings import Settings
from engine.worker.judging import Predictor
from models.registry import Registry

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

SAMPLES: Final = Path(__file__).parents[2] / "dashboard" / "samples"
_STYLES: Final = {Result.PASSED: "green", Result.FAILED: "bold red", Result.NOT_COMPARED: "yellow"}
_DESCRIPTION: Final = """\
Check the installation (versions, hashes of the weights, record store, Redis, disk), judge the shipped simulated samples
on their real way in a place that is thrown away afterwards, compare with what is written down for these weights, try
the checks, a backup and the refusals, and write a PDF with all of it and lines to sign. The record store gets one entry
in its audit trail. Ends with 1 where a step failed.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("qualify", help="check installation and operation", description=_DESCRIPTION)
    parser.add_argument("--out", metavar="FILE", type=Path, default=Path("qualification.pdf"), help="the PDF to write")
    parser.add_argument("--by", metavar="NAME", help="who performs it (default: the user)")
    parser.add_argument("--samples", metavar="FOLDER", type=Path, default=SAMPLES, help=argparse.SUPPRESS)
    parser.add_argument(
        "--expected", metavar="FILE", type=Path, default=expectation.SHIPPED, help="what the samples must give"
    )
    parser.add_argument(
        "--write-expected", metavar="FILE", type=Path, help="write down what they gave, for a model of your own"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Qualify; returns 1 where a step failed.

    Raises:
        OSError: the PDF cannot be written.
        UnknownModelError: the model in use is not in the registry.
    """
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return qualify(args, settings, partial(load_predictor, Registry(settings.registry), settings.precision))


def qualify(args: argparse.Namespace, settings: Settings, load: Callable[[str], Predictor]) -> int:
    """Qualify with a way to load models; see ``run``."""
    sql_engine, now = connect(settings.database_url), datetime.now(UTC)
    try:
        installed = installation.examine(settings, sql_engine)
        model = _model_in_use(settings, sql_engine)
        weights = Registry(settings.registry).card(model).weights_sha256
        asked = expectation.read(args.expected, weights, settings.default_passes)
        tried = operation.examine(settings, args.samples, model, load, asked)
        if args.write_expected:
            expectation.write(args.write_expected, weights, settings.default_passes, tried.seen)
        by, machine = visible(args.by or _user()), platform.node()
        made = Run(by, now, machine, model, weights, installed, tried.steps)
        with args.out.open("wb") as stream:
            write_pdf(made, stream)
        _record(sql_engine, made, args.out)
    finally:
        sql_engine.dispose()
    _tell(made, args.out)
    return 0 if made.passed else 1


def _user() -> str:
    """Who runs the command; in a container the user may have no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # the first until Python 3.12, the second since
        return f"user {os.getuid()}"


def _model_in_use(settings: Settings, sql_engine: Engine) -> str:
    """The model in use; nothing is migrated here, because that is what the installation is looked at for."""
    if not is_current(sql_engine):
        return settings.default_model
    with open_session(sql_engine) as session:
        return promotions.in_use(session, settings.default_model, Registry(settings.registry).names())


def _record(sql_engine: Engine, made: Run, file: Path) -> None:
    """Enter it into the audit trail, where there is one to enter it into."""
    if not is_current(sql_engine):
        return
    counts = {result.value: sum(step.result is result for step in made.steps) for result in Result}
    told = {**counts, "model": made.model, "weights": made.weights_sha256, "machine": made.machine, "by": made.person}
    told["pdf"] = hashlib.sha256(file.read_bytes()).hexdigest()
    with open_session(sql_engine) as session:
        audit.record(session, made.at, person=audit.SHELL, action="qualify", subject="installation", details=told)
        session.commit()


def _tell(made: Run, file: Path) -> None:
    console = Console()
    for step in made.steps:
        console.print(_line(step), soft_wrap=True)
    end = "nothing failed" if made.passed else "NOT PASSED"
    console.print(f"{end}; {file} is to be signed", highlight=False, markup=False, soft_wrap=True)


def _line(step: Step) -> Text:
    told = "" if step.result is Result.PASSED else f" (expected: {step.expected})"
    return Text(f"{step.result.value:<13}", style=_STYLES[step.result]) + Text(
        f"{step.what}: {step.found}{told}", style=""
    )
