"""``python -m engine backup`` and ``restore``: the whole record store in one file, and back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console

from engine.records.backup import backup, restore
from engine.settings import Settings, without_password

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_BACKUP = """\
Write the whole record store (pictures, verdicts, decisions, audit trail) into one file, while everything runs. It is
the state of one moment. SQLite is copied by itself; for PostgreSQL pg_dump must be installed.
"""
_RESTORE = """\
Fill an empty record store, named by DATABASE_URL, from a backup. Nothing is ever written over: move the old one away
first, and stop engines and dashboard. Afterwards 'check' tells whether everything is as it was.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add both commands to the command line."""
    for name, words, description, run in (
        ("backup", "write the record store into a file", _BACKUP, _run_backup),
        ("restore", "fill an empty record store from a backup", _RESTORE, _run_restore),
    ):
        parser = subparsers.add_parser(name, help=words, description=description)
        parser.add_argument("file", type=Path, metavar="FILE", help="the backup")
        parser.set_defaults(run=run)


def _run_backup(args: argparse.Namespace, settings: Settings) -> int:
    size = backup(settings.database_url, args.file)
    Console().print(f"{args.file}: {size / 1e6:,.1f} MB", highlight=False, markup=False, soft_wrap=True)
    return 0


def _run_restore(args: argparse.Namespace, settings: Settings) -> int:
    restore(args.file, settings.database_url)
    told = f"{without_password(settings.database_url)} is filled from {args.file}. Now run: python -m engine check"
    Console().print(told, highlight=False, markup=False, soft_wrap=True)
    return 0
