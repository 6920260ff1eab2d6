"""``python -m engine retain``: remove the pictures that need not be kept any longer."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeAlias

from rich.console import Console
from sqlalchemy import Engine, func, select

from engine.records import audit, retention, schema
from engine.records.database import connect, open_session, upgrade
from engine.records.rows import in_chunks
from engine.settings import Settings, SettingsError

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION: Final = """\
Remove the pictures, and their heat maps, of karyograms that are screened or signed and of which nothing was said for
a number of days. Hashes, verdicts, decisions and the audit trail stay for good; the trail tells what was removed.
Engines do the same by themselves where KARYOTRIAGE_KEEP_PICTURES_DAYS is set. A backup from before still has them.
"""
_VARIABLE: Final = "KARYOTRIAGE_KEEP_PICTURES_DAYS"


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("retain", help="remove pictures after their period", description=_DESCRIPTION)
    parser.add_argument("--days", type=_days, metavar="N", help=f"keep them for N days (default: {_VARIABLE})")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be removed")
    parser.set_defaults(run=run)


def _days(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 36_500:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to 36500, got {text!r}")
    return int(text)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Remove what is due, some at a time, or only say what it is; returns 0.

    Raises:
        SettingsError: pictures are kept for good, and no other number of days was asked for.
    """
    days = args.days or settings.keep_pictures_days
    if not days:
        raise SettingsError(_VARIABLE, "the number of days to keep pictures, or give --days", "0, that is for good")
    engine, now = connect(settings.database_url), datetime.now(UTC)
    try:
        upgrade(engine)
        pictures, size = _look(engine, now, days) if args.dry_run else _remove(engine, now, days)
    finally:
        engine.dispose()
    would = "would be" if args.dry_run else "are"
    told = f"{pictures:,} pictures ({size / 1e6:,.1f} MB) with which all were done {days} days ago {would} removed"
    Console().print(told, highlight=False, markup=False, soft_wrap=True)
    return 0


def _look(engine: Engine, now: datetime, days: int) -> tuple[int, int]:
    table, size = schema.pictures, 0
    with open_session(engine) as session:
        due = retention.due(session, retention.end_of_period(now, days))
        for some in in_chunks(due):
            size += session.scalar(select(func.sum(table.c.size)).where(table.c.sha256.in_(some))) or 0
    return len(due), size


def _remove(engine: Engine, now: datetime, days: int) -> tuple[int, int]:
    pictures = size = 0
    while True:
        with open_session(engine) as session:
            gone = retention.remove(session, now, days, person=audit.SHELL)
            session.commit()
        if not gone.karyograms:
            break
        pictures, size = pictures + len(gone.karyograms), size + gone.size
    _fold_log(engine)
    return pictures, size


def _fold_log(engine: Engine) -> None:
    """Fold SQLite's write-ahead log, which still has what it was told earlier, into the file with its zeros."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
