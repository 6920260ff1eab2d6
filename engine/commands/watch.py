"""``python -m engine watch``: take in what a microscope saves into a folder."""

from __future__ import annotations

import argparse
import errno
import logging
import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from engine.commands import wishes
from engine.commands.signals import stop_on_signals
from engine.commands.wishes import Wishes
from engine.intake.intake import Intake
from engine.intake.watching import FolderWatch, Plan
from engine.jobs.stream import JobStream, connect_redis
from engine.operations import logs
from engine.records.database import connect
from engine.settings import Settings
from engine.worker.worker import utc_now

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_log = logging.getLogger(__name__)

_DESCRIPTION: Final = """\
Watch a folder, with all folders in it, and take in each picture and ZIP file that is saved there, as soon as it has
stopped growing. The files themselves are never changed, moved or deleted.

Each day becomes a batch; a file is sent once, also when the watch is started again. Case and cell come from the file
name or from a manifest.csv, as with "submit". A file that cannot be used is told once; saved anew, it is tried again.
While the record store is away, the watch waits for it. On SIGTERM or Ctrl-C it finishes the files in its hands and
stops.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "watch",
        help="take in what is saved into a folder",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="the folder to watch")
    parser.add_argument(
        "--batch-name",
        metavar="PATTERN",
        help="name of the batch, a pattern of strftime in local time: one batch for each name that comes out of it "
        '(default: the name of the folder and the day, "FOLDER %%Y-%%m-%%d")',
    )
    wishes.add_arguments(parser)
    parser.add_argument(
        "--every", metavar="SECONDS", type=_seconds, default=5.0, help="how often to look at the folder (default: 5)"
    )
    parser.add_argument(
        "--settle",
        metavar="SECONDS",
        type=_seconds,
        default=10.0,
        help="how long size and time of a file must stay the same before it is taken (default: 10)",
    )
    parser.set_defaults(run=run)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"must be a number of seconds from 0.1 to 86400, got {text!r}")
    return seconds


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Watch until told to stop; returns 0.

    Raises:
        OSError: there is no such folder.
        UnknownModelError: there is no such model.
    """
    logs.configure(settings.log_format)
    if not args.folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(args.folder))
    wish = Wishes.read(args, settings)
    plan = Plan(
        batch_name=args.batch_name or f"{args.folder.resolve().name.replace('%', '%%')} %Y-%m-%d",
        model=wish.model,
        passes=wish.passes,
        priority=wish.priority,
        settle=timedelta(seconds=args.settle),
    )
    stop = stop_on_signals()
    sql_engine = connect(settings.database_url)
    try:
        with connect_redis(settings.redis_url) as client:
            intake = Intake(sql_engine, JobStream(client), settings)
            _log.info("watching %s", args.folder)
            FolderWatch(sql_engine, intake, args.folder, plan).run(stop, utc_now, args.every)
            _log.info("the watch of %s ends", args.folder)
    finally:
        sql_engine.dispose()
    return 0
