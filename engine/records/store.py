"""The record store: everything that is written, and reads of single objects.

The record store is the truth; the job stream only wakes engines up. Every function takes the session first, and
nothing is kept until the caller commits it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Table, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import reviews
from engine.records import audit, schema, turns
from engine.records.retention import RemovedPictureError
from engine.records.rows import from_verdict, in_chunks, select_karyograms, to_batch, to_case, to_karyogram, to_verdict
from engine.vocabulary import Batch, Case, FileProblem, Karyogram, KaryogramState, Priority, Verdict


class NotFoundError(LookupError):
    """There is no such object in the record store."""

    def __init__(self, kind: str, key: str) -> None:
        """Say what was looked for, such as "batch", and by which id."""
        super().__init__(f"there is no {kind} with the id {key!r}")
        self.kind, self.key = kind, key


def insert_once(session: Session, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row unless one with the same unique key is there; tell whether it was inserted.

    The database decides, not a look beforehand: two processes may try at the same moment.
    """
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key)
    return session.execute(statement).first() is not None


def add_batch(
    session: Session,
    name: str,
    model: str,
    passes: int,
    now: datetime,
    *,
    priority: Priority = Priority.ROUTINE,
    sent: int | None = None,
    person: str | None = None,
) -> Batch:
    """Open a batch.

    Args:
        session: see ``engine.records.database.open_session``.
        name: what the technician calls it.
        model: name of the model that judges it.
        passes: number of passes, 1 or more.
        now: timezone-aware time.
        priority: urgent batches are judged before all others.
        sent: how many files are on their way, where that is known.
        person: who sends them through the dashboard.

    Raises:
        ValueError: ``passes`` is not positive.
    """
    if passes < 1:
        raise ValueError(f"passes must be at least 1, got {passes!r}")
    batch = Batch(uuid.uuid4().hex, name, model, passes, created_at=now, priority=priority, sent=sent)
    session.execute(schema.batches.insert().values(**vars(batch), person=person))
    return batch


def batch(session: Session, batch_id: str) -> Batch:
    """Return a batch; raises ``NotFoundError`` where there is none."""
    row = session.execute(select(schema.batches).where(schema.batches.c.id == batch_id)).mappings().one_or_none()
    if row is None:
        raise NotFoundError("batch", batch_id)
    return to_batch(row)


def find_or_add_case(session: Session, batch_id: str, name: str) -> Case:
    """Return the case of this name in the batch, made now if it is not there yet."""
    insert_once(session, schema.cases, {"id": uuid.uuid4().hex, "batch_id": batch_id, "name": name})
    query = select(schema.cases).where(schema.cases.c.batch_id == batch_id, schema.cases.c.name == name)
    return to_case(session.execute(query).mappings().one())


def add_picture(session: Session, data: bytes, media_type: str) -> str:
    """Keep the bytes of a file as they came; the same bytes are kept once.

    Args:
        session: see ``engine.records.database.open_session``.
        data: the original file.
        media_type: its type by content, such as "image/png".

    Returns:
        The SHA-256 of the bytes, under which ``picture`` finds them.
    """
    sha256, table = hashlib.sha256(data).hexdigest(), schema.pictures
    # locked, so that retention does not remove it before the karyogram for which it came is kept
    query = select(table.c.removed_at).where(table.c.sha256 == sha256)
    known = session.execute(query.with_for_update(key_share=True)).first()
    if known is None:  # asked first, so that megabytes are not sent only to be refused
        row = {"sha256": sha256, "bytes": data, "media_type": media_type, "size": len(data)}
        insert_once(session, table, row)
    elif known.removed_at is not None:
        session.execute(update(table).where(table.c.sha256 == sha256).values(bytes=data, removed_at=None))
    return sha256


def picture(session: Session, sha256: str) -> bytes:
    """Return the bytes of a file.

    Raises:
        NotFoundError: there is none of this SHA-256.
        RemovedPictureError: its time is over, see ``engine.records.retention``.
    """
    table = schema.pictures
    row = session.execute(select(table.c.bytes, table.c.removed_at).where(table.c.sha256 == sha256)).first()
    if row is None:
        raise NotFoundError("picture", sha256)
    if row.removed_at is not None:
        raise RemovedPictureError(row.removed_at)
    return cast(bytes, row.bytes)


def add_karyogram(
    session: Session,
    *,
    batch: Batch,
    case: Case,
    cell: str,
    file_name: str,
    page: int,
    image_sha256: str,
    width: int,
    height: int,
    now: datetime,
) -> Karyogram:
    """Add a karyogram, ready to be judged (state ``QUEUED``); the arguments are the fields of ``Karyogram``.

    ``image_sha256`` is what ``add_picture`` returned, and ``page`` counts from 0.

    Raises:
        ValueError: the case belongs to another batch.
    """
    if case.batch_id != batch.id:
        raise ValueError(f"case must belong to batch {batch.id!r}, got one of batch {case.batch_id!r}")
    karyogram = Karyogram(
        id=uuid.uuid4().hex,
        batch_id=batch.id,
        case_id=case.id,
        case_name=case.name,
        cell=cell,
        file_name=file_name,
        page=page,
        image_sha256=image_sha256,
        width=width,
        height=height,
        state=KaryogramState.QUEUED,
        failure=None,
        created_at=now,
    )
    values = {name: value for name, value in vars(karyogram).items() if name != "case_name"}
    session.execute(schema.karyograms.insert().values(**values))
    return karyogram


def add_problem(session: Session, batch_id: str, problem: FileProblem, now: datetime) -> None:
    """Keep why a file of this batch was refused."""
    session.execute(schema.problems.insert().values(batch_id=batch_id, created_at=now, **vars(problem)))


def karyogram(session: Session, karyogram_id: str) -> Karyogram:
    """Return a karyogram; raises ``NotFoundError`` where there is none."""
    found = karyograms(session, [karyogram_id])
    if not found:
        raise NotFoundError("karyogram", karyogram_id)
    return found[0]


def karyograms(session: Session, ids: Iterable[str]) -> list[Karyogram]:
    """Return the karyograms of these ids, in the order of the ids; ids that do not exist are left out."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Karyogram] = {}
    for some in in_chunks(wanted):
        query = select_karyograms().where(schema.karyograms.c.id.in_(some))
        found.update((row["id"], to_karyogram(row)) for row in session.execute(query).mappings())
    return [found[key] for key in wanted if key in found]


def save_verdict(session: Session, verdict: Verdict, quality_share: float = reviews.QUALITY_SHARE) -> bool:
    """Keep a verdict and mark its karyogram as judged; the verdict of the batch's model decides whether people read it.

    Args:
        session: see ``engine.records.database.open_session``.
        verdict: what the model says.
        quality_share: the share of screened karyograms that people read all the same, 0..1.

    Returns:
        False, with nothing changed, when this karyogram already has a verdict of this model: a job can be
        delivered twice, and the second time must not matter.
    """
    row = from_verdict(verdict)
    if not insert_once(session, schema.verdicts, row):
        return False
    _set_state(session, verdict.karyogram_id, KaryogramState.JUDGED, None)
    turns.hand_to_readers(session, verdict, quality_share)
    audit.judged(session, row)
    return True


def verdict(session: Session, karyogram_id: str, model: str | None = None) -> Verdict | None:
    """Return the verdict of one model (by default the model of the batch), or None while there is none."""
    table = schema.verdicts
    query = select(table).where(table.c.karyogram_id == karyogram_id)
    if model is None:
        query = (
            query.join(schema.karyograms, schema.karyograms.c.id == table.c.karyogram_id)
            .join(schema.batches, schema.batches.c.id == schema.karyograms.c.batch_id)
            .where(table.c.model == schema.batches.c.model)
        )
    else:
        query = query.where(table.c.model == model)
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else to_verdict(row)


def verdicts_of(session: Session, karyogram_id: str) -> list[Verdict]:
    """Return the verdicts of all models on one karyogram, earliest first, but not of a candidate in the shadow."""
    table = schema.verdicts
    mine = table.c.karyogram_id == karyogram_id, ~table.c.shadow
    query = select(table).where(*mine).order_by(table.c.created_at, table.c.model)
    return [to_verdict(row) for row in session.execute(query).mappings()]


def fail(session: Session, karyogram_id: str, reason: str) -> bool:
    """Mark a karyogram that waits as failed, with a reason for people to read; tell whether it waited."""
    return _set_state(
        session, karyogram_id, KaryogramState.FAILED, reason, only_from=KaryogramState.QUEUED, **turns.OF_FAILED
    )


def requeue(session: Session, karyogram_id: str) -> bool:
    """Let a failed karyogram wait for an engine again; tell whether it was a failed one.

    Raises:
        NotFoundError: there is no such karyogram.
    """
    failed, queued = KaryogramState.FAILED, KaryogramState.QUEUED
    if _set_state(session, karyogram_id, queued, None, only_from=failed, **turns.OF_REQUEUED):
        return True
    karyogram(session, karyogram_id)
    return False


def _set_state(
    session: Session,
    karyogram_id: str,
    state: KaryogramState,
    failure: str | None,
    only_from: KaryogramState | None = None,
    **values: Any,
) -> bool:
    table = schema.karyograms
    statement = update(table).where(table.c.id == karyogram_id).values(state=state, failure=failure, **values)
    if only_from is not None:
        statement = statement.where(table.c.state == only_from)
    return cast("CursorResult[Any]", session.execute(statement)).rowcount > 0


def unfinished(
    session: Session, older_than: datetime | None = None, limit: int | None = None, priority: Priority | None = None
) -> list[str]:
    """Return the ids of the karyograms that wait for an engine, earliest first.

    Args:
        session: see ``engine.records.database.open_session``.
        older_than: leave out what was added at this time or in the minute after it. What seems to be added later
            still is from before the clock was set back.
        limit: at most this many.
        priority: only those of batches of this priority.
    """
    table = schema.karyograms
    query = select(table.c.id).where(table.c.state == KaryogramState.QUEUED).order_by(table.c.created_at, table.c.id)
    if older_than is not None:
        ahead = older_than + timedelta(minutes=1)
        query = query.where(or_(table.c.created_at < older_than, table.c.created_at > ahead))
    if priority is not None:
        query = query.join(schema.batches, schema.batches.c.id == table.c.batch_id)
        query = query.where(schema.batches.c.priority == priority)
    return list(session.scalars(query.limit(limit)))
