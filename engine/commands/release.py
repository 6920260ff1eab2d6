"""``python -m engine release NAME``: let another account have the name of somebody."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console

from engine.access import sign_ins
from engine.records.database import connect, open_session, upgrade
from engine.settings import Settings

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION = """\
A name belongs to the account that first signed in under it, and any other account is refused under this name. Where a
laboratory has changed its identity provider, everybody has a new account: release their names, and the next account
that signs in under each of them has it from then on. It stands in the audit trail. The exit code is 1 where no account
has the name.
"""


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("release", help="let another account have a name", description=_DESCRIPTION)
    parser.add_argument(
        "name", metavar="NAME", help='as it stands in the records, such as "Anna Berg (anna@lab.example)"'
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Release a name; returns 1 where no account has it."""
    engine, console = connect(settings.database_url), Console()
    upgrade(engine)
    with open_session(engine) as session:
        released = sign_ins.release(session, args.name, datetime.now(UTC))
        session.commit()
    told = "free for the next account that signs in under it" if released else "not the name of any account"
    console.print(f"{args.name} is {told}.", highlight=False, markup=False, soft_wrap=True)
    return 0 if released else 1
