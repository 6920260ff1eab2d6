"""The record store's database: connecting, bringing the schema up to date, and sessions.

SQLite (one machine) and PostgreSQL (several) behave alike here: foreign keys are enforced, several processes may
read and write at once, and what is committed survives a power cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

# with what its callers name besides: who only hands a store or a session on needs no SQL of their own
__all__ = ["Engine", "Session", "ask", "connect", "is_current", "newest_revision", "open_session", "upgrade"]

_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK_SECONDS: Final = 30
_ADVISORY_LOCK: Final = 0x6B6172796F  # "karyo": one number that only our migrations lock


def connect(url: str) -> Engine:
    """Open the record store; the folder of a SQLite file is created.

    Args:
        url: an SQLAlchemy URL such as ``sqlite:///data/karyotriage.db`` or ``postgresql://user:password@host/name``.

    Raises:
        ValueError: the URL names another kind of database.
        OSError: the folder of the SQLite file cannot be created.
    """
    parsed = make_url(url)
    if parsed.drivername == "sqlite":
        return _connect_sqlite(parsed)
    if parsed.drivername in ("postgres", "postgresql", "postgresql+psycopg"):
        # pre-ping: a connection that died with its server is replaced before it is used
        return sqlalchemy.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise ValueError(f"database URL must be of sqlite or postgresql, got {parsed.drivername!r}")


def _connect_sqlite(url: sqlalchemy.URL) -> Engine:
    """Open a SQLite file, with every connection set up by ``_prepare_sqlite``."""
    if not url.database or url.database == ":memory:":
        raise ValueError(f"database URL must name a SQLite file, got {url}")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": _LOCK_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    """Wait for other writers instead of failing, let readers read meanwhile, and enforce foreign keys."""
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout = {_LOCK_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA secure_delete = ON")  # a picture that was removed must not stay in a free page
    finally:
        cursor.close()


def upgrade(engine: Engine) -> None:
    """Bring the schema up to date. Several processes may do so at once: one works, the others wait for it."""
    if is_current(engine):
        return
    config = _config()
    with engine.connect() as connection:
        _lock(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def is_current(engine: Engine) -> bool:
    """Tell whether the newest revision is in place, without taking any lock."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == newest_revision()


def newest_revision() -> str | None:
    """Return the revision of this version's tables."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def _lock(connection: Connection) -> None:
    """Let one process migrate at a time: the lock lasts as long as the transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(sqlalchemy.select(sqlalchemy.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))


def ask(session: Session) -> None:
    """Ask the record store for nothing, only whether it answers.

    Raises:
        sqlalchemy.exc.DBAPIError: it does not; see ``engine.errors.STORE_AWAY``.
    """
    session.execute(sqlalchemy.text("SELECT 1"))


@contextmanager
def open_session(engine: Engine) -> Iterator[Session]:
    """Open a session; nothing is kept unless the caller commits it.

    Example:
        ``with open_session(engine) as session: ...; session.commit()``
    """
    with Session(engine) as session:  # leaving it without a commit rolls back
        yield session
