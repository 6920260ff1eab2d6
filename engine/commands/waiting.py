"""Watching a batch from the shell until every karyogram of it is done."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final

import redis
from rich.progress import Progress, TaskID
from sqlalchemy import Engine

from engine.errors import REDIS_AWAY
from engine.jobs import heartbeat
from engine.records import reports
from engine.records.database import open_session
from engine.vocabulary import Batch

_POLL_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 5.0  # an engine that has just started needs some time for its first heartbeat


def wait(engine: Engine, client: redis.Redis, batch: Batch, bars: Progress) -> bool:
    """Show how a batch comes on until nothing of it waits any more.

    Args:
        engine: of the record store.
        client: Redis, to see whether any engine lives.
        batch: which one.
        bars: where to show it.

    Returns:
        True when the batch is done, False when Ctrl-C ended the waiting.
    """
    bar = bars.add_task("Judging", total=None, note="")
    started = time.monotonic()
    try:
        while not _look(engine, client, batch, bars, bar=bar, waited=time.monotonic() - started):
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        return False
    return True


def _look(engine: Engine, client: redis.Redis, batch: Batch, bars: Progress, *, bar: TaskID, waited: float) -> bool:
    """Bring the bar up to date and tell whether the batch is done."""
    with open_session(engine) as session:
        now = reports.progress(session, batch.id, datetime.now(UTC))
    note = speed(now) or ("" if now.finished or waited < _PATIENCE_SECONDS else obstacle(client))
    bars.update(bar, total=now.accepted, completed=now.accepted - now.waiting, note=note)
    return now.finished


def speed(now: reports.Progress) -> str:
    """Say how fast a batch comes on; nothing as long as it does not."""
    if now.pictures_per_second is None or now.seconds_left is None:
        return ""
    return f"{now.pictures_per_second:.1f} per second, {now.seconds_left:.0f} s left"


def obstacle(client: redis.Redis) -> str:
    """Say why nothing moves, as far as Redis can tell."""
    try:
        engines = heartbeat.alive(client)
    except REDIS_AWAY:
        return "Redis does not answer; the batch goes on when it is back"
    return "" if engines else "no engine is running; start one with: python -m engine work"
