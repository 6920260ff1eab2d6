"""``python -m engine export``: every figure of a batch as CSV, and what people corrected as training material."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from sqlalchemy.orm import Session

from engine import coco, reports
from engine.database import connect, open_session, upgrade
from engine.export import COLUMNS, write_csv
from engine.settings import Settings
from engine.store import NotFoundError
from engine.vocabulary import Batch
from models.pictures import Limits

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_STANDARD_OUTPUT: Final = "-"
_DESCRIPTION: Final = """\
Write a batch as CSV: one row for each karyogram, the riskiest first, with every field of its verdict. A karyogram
that still waits has empty fields. Text that a spreadsheet would take for a formula gets an apostrophe in front.

Or write the karyograms that somebody has corrected as training material, of one batch or of all: annotations.json in
COCO format, and the pictures in the folder images beside it.
"""


class UnclearBatchError(NotFoundError):
    """Several batches could be meant; their ids are in the message."""

    def __init__(self, key: str, batches: list[Batch]) -> None:
        """Name what was asked for and what it could mean."""
        super().__init__("batch", key)
        choices = ", ".join(f"{batch.id} ({batch.name!r})" for batch in batches)
        self.args = (f"{key!r} could be any of these batches, give the id of one: {choices}",)


class MissingBatchError(NotFoundError):
    """Figures were asked for, and no batch."""

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__("batch", "")
        self.args = ("--csv needs a batch: its id or name, or the beginning of either",)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="write every figure of a batch as CSV, or corrections in COCO format",
        description=_DESCRIPTION,
        epilog="columns: " + ", ".join(COLUMNS),
    )
    parser.add_argument(
        "batch", metavar="BATCH", nargs="?", help="id or name of a batch, or the beginning of one; all with --coco only"
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--csv", metavar="FILE", help="file to write, - for standard output")
    what.add_argument("--coco", metavar="FOLDER", type=Path, help="folder for corrected karyograms, made if missing")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Export a batch, or the corrections of all; returns 0.

    Args:
        args: from the parser of ``add_parser``.
        settings: of this process.

    Raises:
        NotFoundError: there is no such batch, more than one (``UnclearBatchError``), or none was asked for.
        OSError: the file cannot be written.
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        with open_session(engine) as session:
            if args.coco is not None:
                _write_corrections(session, args.batch, args.coco, settings)
            else:
                _write_figures(session, args.batch, args.csv)
    finally:
        engine.dispose()
    return 0


def _write_figures(session: Session, key: str | None, file: str) -> None:
    if key is None:
        raise MissingBatchError
    text = io.StringIO(newline="")  # whole before anything is written: a wrong batch must not empty a file
    batch = find_batch(session, key)
    count = write_csv(session, batch.id, text)
    if file == _STANDARD_OUTPUT:
        sys.stdout.write(text.getvalue())
    else:
        Path(file).write_text(text.getvalue(), encoding="utf-8", newline="")
        print(f"{count} karyograms of batch {batch.id} {batch.name!r} written to {file}")


def _write_corrections(session: Session, key: str | None, folder: Path, settings: Settings) -> None:
    batch_id = None if key is None else find_batch(session, key).id
    limits = Limits(max_pixels=settings.max_pixels, min_side=settings.min_side)
    count = coco.write_folder(session, folder, limits, batch_id)
    print(f"{count} {'karyogram' if count == 1 else 'karyograms'} with corrections written to {folder}")


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
