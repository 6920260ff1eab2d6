"""Upkeep: what some engine does now and then for all of them, the sweep and the removal of pictures."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from engine.jobs.pace import is_due
from engine.jobs.stream import JobStream
from engine.jobs.sweep import sweep
from engine.records.retention import Retention

_log = logging.getLogger(__name__)


class Upkeep:
    """Does its turn when it comes; engines take turns by way of the stream."""

    def __init__(self, sql_engine: Engine, stream: JobStream, engine: str, *, seconds: int, keep_days: int) -> None:
        """Set up.

        Args:
            sql_engine: the record store.
            stream: the jobs.
            engine: name of this engine.
            seconds: how often the record store is compared with the stream.
            keep_days: see ``engine.records.retention``.
        """
        self._sql, self._stream, self._engine, self._seconds = sql_engine, stream, engine, seconds
        self._retention = Retention(sql_engine, keep_days)
        self._next = datetime.min.replace(tzinfo=UTC)

    def step(self, now: datetime) -> None:
        """Do what is due at a timezone-aware time.

        Raises:
            StreamLostError: the stream has no group.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        pause = timedelta(seconds=self._seconds)
        if not is_due(self._next, now, pause):
            return
        # half the time: with all of it, the engine's own last turn would often still bar its next one
        if self._stream.may_sweep(self._engine, max(1, self._seconds // 2)):
            count = sweep(self._sql, self._stream, now)
            if count:
                _log.warning("%d unfinished karyograms were not on the job stream; they are put back", count)
            self._retention.step(now)
        self._next = now + pause

    def at_once(self, now: datetime) -> None:
        """Make the stream's group and do a turn: the stream is new, or has lost everything."""
        self._stream.ensure_group()
        self._next = now
        self.step(now)
