"""What the system runs on: versions of its parts, the revision of the record store, and how much room is left."""

from __future__ import annotations

import platform
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

PARTS: Final = ("keras", "tensorflow", "numpy", "pillow", "streamlit", "redis", "sqlalchemy")
"""The libraries whose versions matter for a verdict or its record."""


@dataclass(frozen=True)
class Room:
    """How many bytes the record store takes, and how many are left on its disk; None where another machine has it."""

    used: int
    free: int | None


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries; nothing is imported for it."""
    return {"python": platform.python_version(), **{part: version(part) for part in PARTS}}


def revision(session: Session) -> str:
    """Return the revision of the record store's tables."""
    return str(session.scalar(text("SELECT version_num FROM alembic_version")))


def room(session: Session, database_url: str) -> Room:
    """Return how large the record store is, and how much it can still grow.

    Raises:
        OSError: the disk of the SQLite file does not tell.
    """
    if session.get_bind().dialect.name == "postgresql":
        return Room(int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0), None)
    pages = session.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"))
    return Room(int(pages or 0), shutil.disk_usage(Path(str(make_url(database_url).database)).parent).free)
