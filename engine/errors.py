"""What goes wrong outside of us, and how to say it in one line."""

from __future__ import annotations

from typing import Final

from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import OutOfMemoryError, ReadOnlyError, RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError
from sqlalchemy.exc import DBAPIError

from engine.records.backup import BackupError
from engine.records.store import NotFoundError
from engine.settings import SettingsError
from models.card import CardError
from models.registry import UnknownModelError, WeightsHashError

# Redis is down, or up but full or a read-only copy: in each case it takes no jobs now and will again later.
REDIS_AWAY: Final = (RedisConnectionError, RedisTimeoutError, ReadOnlyError, OutOfMemoryError)

# The record store does not answer, or refuses what it was asked.
STORE_AWAY: Final = (DBAPIError,)

# Errors that the person at the shell can do something about; any other is ours and keeps its traceback.
EXPECTED: Final = (
    BackupError,
    SettingsError,
    NotFoundError,
    UnknownModelError,
    WeightsHashError,
    CardError,
    OSError,
    *STORE_AWAY,
    *REDIS_AWAY,
)


def one_line(error: BaseException) -> str:
    """Say in one line what an error is about, without the statement or the traceback that would follow."""
    if isinstance(error, RedisError):
        return f"Redis does not answer: {_first_line(error)}"
    if isinstance(error, DBAPIError):
        return f"the record store does not answer: {_first_line(error.orig or error)}"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return _first_line(error)


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
