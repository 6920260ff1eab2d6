"""``python -m engine export``: the report of a batch, what people corrected as training material, the audit trail."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, TypeAlias

from sqlalchemy.orm import Session

from engine.exports import coco, seal, trail
from engine.exports.batch_report.formats import Format, write
from engine.exports.export import COLUMNS
from engine.exports.redaction import Shown
from engine.records import reports
from engine.records.database import connect, open_session, upgrade
from engine.records.store import NotFoundError
from engine.settings import Settings
from engine.vocabulary import Batch
from models.pictures import Limits

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_STANDARD_OUTPUT: Final = "-"
_DESCRIPTION: Final = """\
Write the report of a batch. csv has one row for each karyogram, the riskiest first, with every field of its verdict
and what people decided; json has the same for programs, xlsx as a workbook, and pdf is for people, with pictures of the
flagged karyograms. fhir is an R4 bundle of the signed results alone. Decisions are told of signed karyograms only. In
csv, text that a spreadsheet would take for a formula gets an apostrophe in front.

Or write the karyograms that somebody has corrected as training material, of one batch or of all: annotations.json in
COCO format, and the pictures in the folder images beside it.

Or write the audit trail as a ZIP file that is signed by the key of this installation; see `verify`.
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
        self.args = ("a report needs a batch: its id or name, or the beginning of either",)


class MissingFileError(NotFoundError):
    """A report was asked for, and no file to write it to."""

    def __init__(self) -> None:
        """Say what is missing."""
        super().__init__("file", "")
        self.args = ("--format needs --out FILE, or --out - for standard output",)


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "export",
        help="write the report of a batch in any format, corrections in COCO format, or the audit trail",
        description=_DESCRIPTION,
        epilog="columns of csv: " + ", ".join(COLUMNS),
    )
    parser.add_argument(
        "batch",
        metavar="BATCH",
        nargs="?",
        help="id or name of a batch, or the beginning of one; none with --trail, and with --coco for all",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--format", choices=list(Format), type=Format, help="format of the report, with --out")
    what.add_argument("--csv", metavar="FILE", help="short for --format csv --out FILE")
    what.add_argument("--coco", metavar="FOLDER", type=Path, help="folder for corrected karyograms, made if missing")
    what.add_argument("--trail", metavar="FILE", type=Path, help="signed ZIP file of the audit trail")
    privacy = parser.add_mutually_exclusive_group()
    privacy.add_argument(
        "--without-names",
        action="store_true",
        help="call cases, files and batch by their ids, and leave out what readers wrote and the pictures of a report",
    )
    privacy.add_argument(
        "--whole-pictures",
        action="store_true",
        help="with whatever is burnt into them; else only what was read as chromosomes is left on pictures",
    )
    parser.add_argument("--out", metavar="FILE", help="file to write, - for standard output")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Export a batch, or the corrections of all; returns 0.

    Args:
        args: from the parser of ``add_parser``.
        settings: of this process.

    Raises:
        NotFoundError: there is no such batch, more than one (``UnclearBatchError``), or none was asked for, or no file
            (``MissingFileError``).
        OSError: the file cannot be written.
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    engine = connect(settings.database_url)
    try:
        upgrade(engine)
        with open_session(engine) as session:
            if args.trail is not None:
                _write_trail(session, args.trail, settings.signing_key)
            elif args.coco is not None:
                _write_corrections(session, args, _limits(settings))
            else:
                _write_report(session, args, _limits(settings))
    finally:
        engine.dispose()
    return 0


def _file(csv: str | None, out: str | None) -> str:
    file = csv or out
    if not file:
        raise MissingFileError
    return file


def _limits(settings: Settings) -> Limits:
    return Limits(max_pixels=settings.max_pixels, min_side=settings.min_side)


def _batch(session: Session, key: str | None) -> Batch:
    if key is None:
        raise MissingBatchError
    return find_batch(session, key)


def _write_report(session: Session, args: argparse.Namespace, limits: Limits) -> None:
    kind = args.format or Format.CSV
    file, batch = _file(args.csv, args.out), _batch(session, args.batch)
    if file == _STANDARD_OUTPUT:
        write(session, batch.id, kind, sys.stdout.buffer, limits, shown=_shown(args))
        return
    with _replacing(Path(file)) as stream:
        count = write(session, batch.id, kind, stream, limits, shown=_shown(args))
    print(f"{count} karyograms of batch {batch.id} {batch.name!r} written to {file}")


@contextmanager
def _replacing(file: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of another one only when it has been written as a whole."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    """What the system takes from the rights of a new file; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_corrections(session: Session, args: argparse.Namespace, limits: Limits) -> None:
    batch_id = None if args.batch is None else find_batch(session, args.batch).id
    count = coco.write_folder(session, args.coco, limits, batch_id, _shown(args))
    print(f"{count} {'karyogram' if count == 1 else 'karyograms'} with corrections written to {args.coco}")


def _write_trail(session: Session, file: Path, key: Path) -> None:
    signer = seal.kept_in(key)
    with _replacing(file) as stream:
        count = trail.write(session, stream, signer)
    print(f"{count:,} entries of the audit trail written to {file}, signed by the key {signer.fingerprint}")


def _shown(args: argparse.Namespace) -> Shown:
    return Shown(names=not args.without_names, whole_pictures=args.whole_pictures)


def find_batch(session: Session, key: str) -> Batch:
    """Find the batch that a person means: by id, else by name, else by the beginning of either.

    Args:
        session: see ``engine.records.database.open_session``.
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
