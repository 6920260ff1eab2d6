"""Retention: pictures that everybody is done with are removed after a period; what was said of them stays for good.

A picture is one's to remove once every karyogram on it is screened or signed and nothing was said of any of them
during the period. Its bytes and its heat maps go; its hash, size and type, the verdicts, the decisions and the audit
trail stay, and the trail tells which pictures went and when. The same bytes uploaded anew are kept anew.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Engine, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from engine.records import audit, schema
from engine.records.database import open_session
from engine.records.rows import in_chunks
from engine.reviews import Review
from engine.vocabulary import KaryogramState
from models.pictures import PictureError, PictureFault

AT_ONCE: Final = 200
"""So many pictures at most are removed in one transaction, with one entry in the audit trail."""

_log = logging.getLogger(__name__)
_FINISHED: Final = (Review.NOT_NEEDED, Review.SIGNED)
_EVERY: Final = timedelta(hours=1)  # to find that nothing is due takes a look at all that is old


class RemovedPictureError(PictureError):
    """The picture was removed after the time for which it had to be kept; ``at`` is when."""

    def __init__(self, at: datetime) -> None:
        """Say when, for people."""
        day = at.astimezone(UTC)
        super().__init__(PictureFault.EMPTY, f"the picture was removed on {day.day} {day:%b %Y} by retention")
        self.at = at


@dataclass(frozen=True)
class Removed:
    """The pictures that went, by their hash, each with the ids of its karyograms, and how many bytes that were."""

    karyograms: dict[str, list[str]]
    size: int


def removed(session: Session, sha256s: Iterable[str]) -> dict[str, datetime]:
    """Tell which of these pictures were removed, and when."""
    table, found = schema.pictures, {}
    for some in in_chunks(list(dict.fromkeys(sha256s))):
        query = select(table.c.sha256, table.c.removed_at)
        rows = session.execute(query.where(table.c.sha256.in_(some), table.c.removed_at.is_not(None)))
        found.update({row.sha256: row.removed_at for row in rows})
    return found


def due(session: Session, before: datetime, limit: int | None = None) -> list[str]:
    """Return the hashes of the pictures with which everybody was done before a moment, the oldest first."""
    table, pictures = schema.karyograms, schema.pictures
    query = (
        select(table.c.image_sha256)
        .join(pictures, pictures.c.sha256 == table.c.image_sha256)
        .where(table.c.created_at < before, table.c.review.in_(_FINISHED), pictures.c.removed_at.is_(None))
        .where(~_still_needed(table.c.image_sha256, before))
        .group_by(table.c.image_sha256)
        .order_by(func.min(table.c.created_at), table.c.image_sha256)
        .limit(limit)
    )
    return list(session.scalars(query))


def remove(session: Session, now: datetime, days: int, *, person: str, limit: int = AT_ONCE) -> Removed:
    """Remove pictures that are due, and enter it into the audit trail; the caller commits.

    Args:
        session: see ``engine.records.database.open_session``.
        now: timezone-aware time.
        days: for how long a picture is kept after the last that was said of it, 1 or more.
        person: the name of who does it, ``engine.records.audit.NOBODY`` for the engines.
        limit: at most so many pictures.

    Raises:
        ValueError: ``days`` is not positive.
    """
    before = end_of_period(now, days)
    wanted, size, gone = due(session, before, limit), 0, []
    for some in in_chunks(wanted):
        for row in _empty(session, some, before, now):
            gone.append(row.sha256)
            size += row.size
    if not gone:
        return Removed({}, 0)
    karyograms = _karyograms(session, gone)
    _remove_heat_maps(session, [key for keys in karyograms.values() for key in keys])
    told = {"days": days, "done_before": before.isoformat(), "bytes": size, "pictures": karyograms}
    subject = f"{len(gone)} {'picture' if len(gone) == 1 else 'pictures'}"
    audit.record(session, now, person=person, action="remove", subject=subject, details=told)
    return Removed(karyograms, size)


def end_of_period(now: datetime, days: int) -> datetime:
    """Return the moment before which everything must have been said of a picture that is removed now."""
    if days < 1:
        raise ValueError(f"days must be at least 1, got {days!r}")
    return now.astimezone(UTC) - timedelta(days=days)


def _still_needed(sha256: ColumnElement[Any], before: datetime) -> ColumnElement[bool]:
    """Whether a karyogram on this picture is not finished yet, or something was said of it since."""
    one = schema.karyograms.alias()
    verdicts, decisions = schema.verdicts, schema.decisions
    judged = exists().where(verdicts.c.karyogram_id == one.c.id, verdicts.c.created_at >= before, ~verdicts.c.shadow)
    decided = exists().where(decisions.c.karyogram_id == one.c.id, decisions.c.created_at >= before)
    waits = or_(one.c.review.not_in(_FINISHED), one.c.state == KaryogramState.QUEUED)
    return exists().where(and_(one.c.image_sha256 == sha256, or_(waits, one.c.created_at >= before, judged, decided)))


def _empty(session: Session, sha256s: Sequence[str], before: datetime, now: datetime) -> Sequence[Any]:
    """Take the bytes out of pictures; one that was uploaded anew in between is looked at again and stays."""
    table = schema.pictures
    mine = table.c.sha256.in_(sha256s), table.c.removed_at.is_(None)
    session.execute(select(table.c.sha256).where(*mine).order_by(table.c.sha256).with_for_update())
    emptied = update(table).where(*mine, ~_still_needed(table.c.sha256, before)).values(bytes=b"", removed_at=now)
    return session.execute(emptied.returning(table.c.sha256, table.c.size)).all()


def _karyograms(session: Session, sha256s: Sequence[str]) -> dict[str, list[str]]:
    """The karyograms of each picture."""
    table, found = schema.karyograms, {key: list[str]() for key in sorted(sha256s)}
    for some in in_chunks(sha256s):
        query = select(table.c.id, table.c.image_sha256).where(table.c.image_sha256.in_(some)).order_by(table.c.id)
        for row in session.execute(query):
            found[row.image_sha256].append(row.id)
    return found


def _remove_heat_maps(session: Session, karyogram_ids: Sequence[str]) -> None:
    for some in in_chunks(karyogram_ids):
        session.execute(delete(schema.heat_maps).where(schema.heat_maps.c.karyogram_id.in_(some)))


class Retention:
    """What an engine does about it: looks once an hour, and goes on at its next turn while there is more."""

    def __init__(self, sql_engine: Engine, days: int, at_once: int = AT_ONCE) -> None:
        """Keep pictures of this record store for so many days, 0 for good, and remove so many at a turn."""
        self._sql, self._days, self._at_once = sql_engine, days, at_once
        self._next = datetime.min.replace(tzinfo=UTC)

    def step(self, now: datetime) -> int:
        """Remove some pictures if it is time to; returns how many."""
        if not self._days or now < self._next:
            return 0
        with open_session(self._sql) as session:
            gone = remove(session, now, self._days, person=audit.NOBODY, limit=self._at_once)
            session.commit()
        if gone.karyograms:
            _log.info("%d pictures were kept for %d days and are removed", len(gone.karyograms), self._days)
        self._next = now if len(gone.karyograms) == self._at_once else now + _EVERY
        return len(gone.karyograms)
