"""The sweep: what the record store says is unfinished and the stream has lost is put on the stream again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from engine.jobs.stream import JobStream
from engine.records import store
from engine.records.database import open_session
from engine.vocabulary import Priority

# Intake commits first and puts the job on the stream next: what is younger than this may be between the two.
_GRACE: Final = timedelta(seconds=5)


def sweep(sql_engine: Engine, stream: JobStream, now: datetime, grace: timedelta = _GRACE) -> int:
    """Put lost jobs back.

    Args:
        sql_engine: the record store.
        stream: the job stream, with its group.
        now: timezone-aware time.
        grace: younger karyograms are left alone.

    Returns:
        How many were put back.

    Raises:
        StreamLostError: the stream has no group.
    """
    with open_session(sql_engine) as session:
        unfinished = {one: store.unfinished(session, older_than=now - grace, priority=one) for one in Priority}
    if not any(unfinished.values()):
        return 0
    # asked after the record store, so that what an engine finishes in between is put back needlessly at worst
    held = stream.recount()
    lost = {
        priority: [karyogram_id for karyogram_id in ids if karyogram_id not in held]
        for priority, ids in unfinished.items()
    }
    for priority, ids in lost.items():
        stream.put(ids, priority)
    return sum(map(len, lost.values()))
