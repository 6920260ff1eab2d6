"""Backup of the record store while everything runs, and restoring it into an empty one.

SQLite is copied by its own online backup, PostgreSQL by ``pg_dump``; either gives the state of one moment. The file is
named only once it is whole. Pictures, verdicts, decisions and the audit trail all lie in the record store, so one file
is all there is; what stands in Redis is made anew from it by the sweep.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import sqlalchemy
from sqlalchemy import Engine, inspect, make_url

from engine.records.database import connect

_DUMP_BEGINS: Final = b"PGDMP"


class BackupError(ValueError):
    """A backup cannot be made or restored; the text says which file, what was expected and what was found."""


def backup(database_url: str, file: Path) -> int:
    """Write the record store into a file.

    Args:
        database_url: of the record store, as ``engine.records.database.connect`` takes it; it may be in use.
        file: where to; an existing one is replaced once the new one is whole.

    Returns:
        The size of the file in bytes.

    Raises:
        BackupError: there is no record store, or its own program cannot read it.
        OSError: the file cannot be written.
    """
    url = make_url(database_url)
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    try:
        if url.drivername == "sqlite":
            _copy_sqlite(Path(str(url.database)), part)
        else:
            _run_postgres("pg_dump", url, "--format=custom", "--no-owner", f"--file={part}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return file.stat().st_size


def restore(file: Path, database_url: str) -> None:
    """Fill an empty record store from a backup.

    Raises:
        BackupError: the file is no backup of this kind of database, or the record store is not empty.
        OSError: a file cannot be read or written.
    """
    url = make_url(database_url)
    if not file.is_file():
        raise BackupError(f"{file} must be a backup, but there is no such file")
    _refuse_unless_empty(connect(database_url))
    if url.drivername == "sqlite":
        _restore_sqlite(file, Path(str(url.database)))
    else:
        _restore_postgres(file, url)


def _refuse_unless_empty(engine: Engine) -> None:
    """Nothing is ever written over: a store with tables must be moved away first."""
    try:
        tables = inspect(engine).get_table_names()
    finally:
        engine.dispose()
    if tables:
        raise BackupError(f"the record store to restore into must be empty, found {len(tables)} tables in it")


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise BackupError(f"{source} must be the record store, but there is no such file")
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it


def _restore_sqlite(file: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as reading:
            (state,) = reading.execute("PRAGMA integrity_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"{file} must be a backup of a SQLite record store: {error}") from error
    if state != "ok":
        raise BackupError(f"{file} must be a whole SQLite record store, found: {state}")
    _copy_sqlite(file, target)


def _restore_postgres(file: Path, url: sqlalchemy.URL) -> None:
    with file.open("rb") as opened:
        if opened.read(len(_DUMP_BEGINS)) != _DUMP_BEGINS:
            raise BackupError(f"{file} must be a backup of a PostgreSQL record store, as pg_dump writes it")
    arguments = ("--no-owner", "--exit-on-error", "--single-transaction", str(file))
    _run_postgres("pg_restore", url, *arguments, name_option=True)


def _run_postgres(program: str, url: sqlalchemy.URL, *arguments: str, name_option: bool = False) -> None:
    """Run a client of PostgreSQL; the password goes by its environment, where other users do not see it."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} must be installed for a record store in PostgreSQL, and was not found")
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    command: Sequence[str] = [found, *(["--dbname", address] if name_option else [address]), *arguments]
    secret = {} if url.password is None else {"PGPASSWORD": str(url.password)}
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        command, env={**os.environ, **secret}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip() or done.returncode}")
