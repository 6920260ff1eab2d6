"""``python -m engine check``: is everything in the record store as it was written?"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console
from rich.text import Text

from engine.operations.checks import faults, sizes
from engine.records.database import connect, open_session, upgrade
from engine.settings import Settings

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION = """\
Read the whole record store and tell what is not as it was written: pictures against their hashes, references,
verdicts, decisions, and the audit trail, in which a changed, missing or inserted entry is named. Nothing is changed.
The exit code is 1 where something is wrong.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("check", help="is everything as it was written?", description=_DESCRIPTION)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print every fault and how much was read; returns 1 where there is one."""
    engine, console, found = connect(settings.database_url), Console(), 0
    upgrade(engine)
    with open_session(engine) as session:
        for fault in faults(session):
            found += 1
            console.print(Text(f"{fault.subject}: {fault.problem}", style="red"), soft_wrap=True)
        read = ", ".join(f"{count:,} {name}" for name, count in sizes(session).items())
    end = "all as they were written" if not found else f"{found:,} faults"
    console.print(f"{read}: {end}", highlight=False, markup=False, soft_wrap=True)
    return 1 if found else 0
