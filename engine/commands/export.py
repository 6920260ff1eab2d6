"""``python -m engine export``: every figure of a batch as CSV."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy.orm import Session

from engine import reports
from engine.database import connect, open_session, upgrade
from engine.export import COLUMNS, write_csv
from engine.settings import Settings
from engine.store import NotFoundError
from engine.vocabulary import Batch

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_STANDARD_OUTPUT: Final = "-"
_DESCRIPTION: Final = """\
Write a batch as CSV: one row for each karyogram, the riskiest first, with every field of its verdict. A karyogram
that still waits has empty fields. Text that a spreadsheet would take for a formula gets an apostrophe in front.
"""


class UnclearBatchError(NotFoundError):
    """Several batches could be meant; their ids are in the message."""

    def __init__(self, key: str, batches: list[Batch]) -> None:
        """Name what was asked for and what it could mean."""
        super().__init__("batch", key)
        choices = ", ".join(f"{batch.id} ({batch.name!r})" for batch in batches)
        self.args = (f"{key!r} could be any of these batches, give the id of one: {choices}",)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="write every figure of a batch as CSV",
        description=_DESCRIPTION,
        epilog="columns: " + ", ".join(COLUMNS),
    )
    parser.add_argument("batch", metavar="BATCH", help="id or name of a batch, or the beginning of one")
    parser.add_argument("--csv", metavar="FILE", required=True, help="file to write, - for standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Export a batch; returns 0.

    Args:
        args: from the parser of ``add_parser``.
        settings: of this process.

    Raises:
        NotFoundError: there is no such batch, or more than one (``UnclearBatchError``).
        OSError: the file cannot be written.
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    text = io.StringIO(newline="")  # whole before anything is written: a wrong batch must not empty a file
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        with open_session(engine) as session:
            batch = find_batch(session, args.batch)
            count = write_csv(session, batch.id, text)
    finally:
        engine.dispose()
    if args.csv == _STANDARD_OUTPUT:
        sys.stdout.write(text.getvalue())
    else:
        Path(args.csv).write_text(text.getvalue(), encoding="utf-8", newline="")
        print(f"{count} karyograms of batch {batch.id} {batch.name!r} written to {args.csv}")
    return 0


def find_batch(session: Session, key: str) -> Batch:
    """Find the batch that a person means: by id, else by name, else by the beginning of either.

    Args:
        session: see ``engine.database.open_session``.
        key: what was typed.

    Raises:
        NotFoundError: no batch fits.
        UnclearBatchError: several fit equally well.
    """
    batches = [summary.batch for summary in reports.batch_summaries(session)]
    fits = (
        [batch for batch in batches if batch.id == key]
        or [batch for batch in batches if batch.name == key]
        or [batch for batch in batches if key and (batch.id.startswith(key) or batch.name.startswith(key))]
    )
    if not fits:
        raise NotFoundError("batch", key)
    if len(fits) > 1:
        raise UnclearBatchError(key, fits)
    return fits[0]
