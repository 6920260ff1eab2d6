"""The supply: which jobs an engine takes next."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from engine.jobs.hands import Hands
from engine.jobs.pace import is_due
from engine.jobs.stream import Job, JobStream

_log = logging.getLogger(__name__)
_RECLAIM_CHECK: Final = timedelta(seconds=5)


class Supply:
    """Chooses jobs: first what failed before, then what dead engines left, then what is new.

    What was delivered before may be what ends engines. So it comes only when nothing else is in hand, and everything
    else waits for that.
    """

    def __init__(self, stream: JobStream, engine: str, hands: Hands, reclaim_seconds: float) -> None:
        """Set up.

        Args:
            stream: the jobs.
            engine: name of this engine.
            hands: what it holds.
            reclaim_seconds: how long an entry lies still before its engine counts as gone.
        """
        self._stream = stream
        self._engine = engine
        self._hands = hands
        self._idle_ms = int(reclaim_seconds * 1000)
        self._pause = min(_RECLAIM_CHECK, timedelta(seconds=reclaim_seconds / 2))
        self._next_reclaim = datetime.min.replace(tzinfo=UTC)

    def next(self, now: datetime, count: int, block_ms: int, *, only_urgent: bool = False) -> list[Job]:
        """Take jobs.

        Args:
            now: timezone-aware time; taking over from dead engines goes by it.
            count: at most so many.
            block_ms: how long to wait for a first one, where nothing is in hand; 0 does not wait.
            only_urgent: nothing else, where something is in hand.

        Returns:
            None of them where nothing is to be done, or what is in hand has to be finished first.

        Raises:
            StreamLostError: the stream has lost its group.
        """
        if self._hands.jobs:
            take = self._stream.take_urgent if only_urgent else self._stream.take
            return [] if self._suspects_wait(now) else take(self._engine, count, block_ms=0)
        if failed := self._hands.next_retry():
            job = self._stream.again(self._engine, failed)
            return [job] if job else []
        if is_due(self._next_reclaim, now, self._pause):
            jobs = self._stream.reclaim(self._engine, self._idle_ms, count)
            if jobs:  # there may be more, so the next one asks again
                _log.warning("took over %d jobs of an engine that is gone", len(jobs))
                return jobs
            self._next_reclaim = now + self._pause
        return self._stream.take(self._engine, count, block_ms)

    def _suspects_wait(self, now: datetime) -> bool:
        """Tell whether there is something to do that must be alone."""
        if self._hands.retries:
            return True
        if not is_due(self._next_reclaim, now, self._pause):
            return False
        if self._stream.has_abandoned(self._idle_ms):
            return True
        self._next_reclaim = now + self._pause
        return False
