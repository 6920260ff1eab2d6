"""How an engine goes about its work: how much at once, how often, how long it waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from engine.jobs.stream import MAX_BLOCK_MS

LEAST: Final = 8
"""Fewer karyograms at once save nothing: ``models.predicting.predictor`` fills them up to so many on a CPU."""

_MOST_SECONDS: Final = 1.0
"""What is urgent waits for the micro-batch that is being judged, so none should take longer than this."""


@dataclass(frozen=True)
class Pace:
    """What a worker is told.

    ``micro_batch``: most karyograms taken at once. ``look_ahead``: micro-batches that are read while one is judged, 0
    does one thing at a time. ``max_deliveries``: after so many a job is given up. ``reclaim_seconds``: how long an
    entry lies still before its engine counts as gone. ``sweep_seconds``: how often the record store is compared with
    the stream. ``block_ms``: how long a step waits for a first job, 0..2000. ``keep_pictures_days``: see
    ``engine.records.retention``; 0 for good.
    """

    micro_batch: int = 32
    look_ahead: int = 2
    max_deliveries: int = 3
    reclaim_seconds: float = 30
    sweep_seconds: int = 60
    block_ms: int = MAX_BLOCK_MS
    keep_pictures_days: int = 0


class MicroBatch:
    """How many karyograms are taken at once: more as long as that many wait, fewer where judging them takes long.

    ``size`` is what the next one may have.
    """

    def __init__(self, most: int) -> None:
        """Begin small; ``most`` is at least 1."""
        self._least, self._most = min(LEAST, most), most
        self.size = self._least

    def judged(self, count: int, seconds: float) -> None:
        """So many karyograms were judged at once, in so many seconds."""
        if seconds > _MOST_SECONDS:
            self.size = max(self._least, self.size // 2)
        elif count >= self.size and seconds < _MOST_SECONDS / 2:
            self.size = min(self._most, self.size * 2)


def is_due(when: datetime, now: datetime, pause: timedelta) -> bool:
    """Tell whether its time has come; further away than a pause it is only where the clock has been set back."""
    return not now < when <= now + pause
