"""Second chances: a failed karyogram goes back into the queue."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from engine.errors import REDIS_AWAY
from engine.jobs.stream import JobStream
from engine.people import Action, Person, require
from engine.records import audit, store

_log = logging.getLogger(__name__)


def retry(session: Session, stream: JobStream, karyogram_id: str, *, person: Person | None = None) -> bool:
    """Let a failed karyogram be judged again, and remove its dead letter.

    It is committed here, before the stream hears of it: an engine must not see the job before the state.

    Args:
        session: see ``engine.records.database.open_session``.
        stream: where engines take their jobs.
        karyogram_id: of the karyogram; nothing happens unless it failed.
        person: who asks; None for the shell of the machine.

    Returns:
        True when an engine can take it at once. False when it had not failed, or when Redis is away: it waits in the
        record store then, and the next sweep puts it on the stream.

    Raises:
        NotFoundError: there is no such karyogram.
        NotAllowedError: their role may not.
    """
    if person is not None:
        require(person, Action.RETRY)
    if not store.requeue(session, karyogram_id):
        return False
    batch = store.batch(session, store.karyogram(session, karyogram_id).batch_id)
    who, subject = person.name if person else audit.SHELL, f"karyogram {karyogram_id}"
    audit.record(session, datetime.now(UTC), person=who, action="try again", subject=subject)
    session.commit()
    try:
        stream.revive(karyogram_id, batch.priority)
    except REDIS_AWAY as error:
        concerns = {"karyogram": karyogram_id}
        _log.warning("karyogram %s waits for the next sweep, Redis is away: %s", karyogram_id, error, extra=concerns)
        return False
    return True
