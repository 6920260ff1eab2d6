"""The audit trail: who did what, when, and what it was before and after; each entry holds the hash of the one before.

Entries are only ever added; triggers of the database refuse anything else. Whoever goes round the triggers leaves a
chain that ``broken`` finds: a changed entry no longer has its hash, a missing or inserted one breaks the numbers. The
row of ``audit_head`` names the last entry, so that entries cannot vanish from the end either; adding to the trail
locks that row, and so the entries of several processes stand in one order.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, insert, or_, select, update
from sqlalchemy.orm import Session

from engine.records import schema
from engine.records.rows import digest

NOBODY: Final = "system"
"""Who did what no person did, such as an engine that judged."""

SHELL: Final = "shell"
"""Who used a command on the machine itself, where nobody signs in."""

_FIRST: Final = "0" * 64  # the hash before the first entry
_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Entry:
    """One thing that was done.

    ``sequence`` counts from 1 without gaps. ``action`` is a verb such as "decide", ``subject`` what it was done to,
    such as "karyogram 5f…". ``details`` is a JSON object, with what was before and after where something changed.
    """

    sequence: int
    at: datetime
    person: str
    action: str
    subject: str
    details: str
    previous: str
    hash: str


@dataclass(frozen=True)
class Break:
    """Where the chain does not hold: the number of the entry, and what is wrong with it."""

    sequence: int
    problem: str


def record(
    session: Session,
    now: datetime,
    *,
    person: str,
    action: str,
    subject: str,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry; it is kept or lost together with what the session does besides.

    Args:
        session: see ``engine.records.database.open_session``. From here to its commit others wait to add theirs.
        now: timezone-aware time.
        person: the name of who did it, or ``NOBODY``.
        action: what was done, as a verb.
        subject: what it was done to, such as "karyogram 5f…".
        details: what JSON can hold; never pictures, and no secret.
    """
    head = schema.audit_head
    moved = update(head).values(sequence=head.c.sequence + 1).returning(head.c.sequence, head.c.hash)
    sequence, previous = session.execute(moved).one()
    text = json.dumps(details or {}, sort_keys=True, separators=(",", ":"))
    fields = {"at": now.astimezone(UTC), "person": person, "action": action, "subject": subject, "details": text}
    digest = _digest(sequence, previous, **fields)
    session.execute(insert(schema.audit).values(sequence=sequence, previous=previous, hash=digest, **fields))
    session.execute(update(head).values(hash=digest))


def judged(session: Session, row: Mapping[str, Any]) -> None:
    """Enter a verdict, given as its row."""
    record(
        session,
        row["created_at"],
        person=NOBODY,
        action="judge",
        subject=f"karyogram {row['karyogram_id']}",
        details={"model": row["model"], "outcome": row["outcome"], "verdict": digest(row)},
    )


def _digest(sequence: int, previous: str, **fields: Any) -> str:
    moment = fields["at"].astimezone(UTC).isoformat(timespec="microseconds")
    parts = [sequence, previous, moment, *(fields[name] for name in ("person", "action", "subject", "details"))]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def entries(session: Session, after: int = 0, *, text: str = "", but: Collection[str] = ()) -> Iterator[Entry]:
    """Give the entries behind a sequence number, in order, a thousand at a time; ``text`` and ``but`` as ``latest``."""
    while page := _page(session, after, text, but):
        yield from page
        after = page[-1].sequence


def _page(session: Session, after: int, text: str, but: Collection[str]) -> list[Entry]:
    table = schema.audit
    query = select(table).where(table.c.sequence > after, *_matching(text, but))
    return [_to_entry(row) for row in session.execute(query.order_by(table.c.sequence).limit(_AT_ONCE)).mappings()]


def latest(
    session: Session, limit: int, *, before: int | None = None, text: str = "", but: Collection[str] = ()
) -> list[Entry]:
    """Return the newest entries first.

    Args:
        session: see ``engine.records.database.open_session``.
        limit: at most this many.
        before: only entries with smaller numbers: how one goes on to the next page.
        text: only entries whose person, action or subject contain it, in capitals or not.
        but: no entries of these actions.
    """
    table = schema.audit
    query = select(table).where(*_matching(text, but)).order_by(table.c.sequence.desc()).limit(limit)
    if before is not None:
        query = query.where(table.c.sequence < before)
    return [_to_entry(row) for row in session.execute(query).mappings()]


def _matching(text: str, but: Collection[str]) -> list[ColumnElement[bool]]:
    columns = schema.audit.c
    found: list[ColumnElement[bool]] = [columns.action.not_in(but)] if but else []
    if text:
        fields = columns.person, columns.action, columns.subject
        found.append(or_(*(field.icontains(text, autoescape=True) for field in fields)))
    return found


def breaks(found: Iterable[Entry], *, whole: bool = True) -> Iterator[Break]:
    """Follow entries in their order and give every place where the chain does not hold.

    Args:
        found: the entries, the oldest first.
        whole: whether these are all from the first one on; else some may be missing.
    """
    sequence, previous = 0, _FIRST
    for entry in found:
        yield from _breaks(entry, sequence, previous, whole=whole)
        sequence, previous = entry.sequence, entry.hash


def broken(session: Session) -> Iterator[Break]:
    """Follow the chain from its beginning and give every place where it does not hold."""
    sequence, previous = 0, _FIRST
    for entry in entries(session):
        yield from _breaks(entry, sequence, previous, whole=True)
        sequence, previous = entry.sequence, entry.hash
    head = session.execute(select(schema.audit_head)).mappings().one_or_none()
    if head is None:
        yield Break(sequence, "the row that names the last entry is missing")
    elif (head["sequence"], head["hash"]) != (sequence, previous):
        yield Break(head["sequence"], f"the last entry must be this one, found {sequence}")


def _breaks(entry: Entry, sequence: int, previous: str, *, whole: bool) -> Iterator[Break]:
    """Give what is wrong with an entry that follows one of this number and hash."""
    if entry.sequence <= sequence:
        yield Break(entry.sequence, f"it stands behind entry {sequence}")
    elif entry.sequence != sequence + 1 and whole:
        yield Break(sequence + 1, f"missing: the entry before {entry.sequence} is {sequence}")
    elif entry.sequence == sequence + 1 and entry.previous != previous:
        yield Break(entry.sequence, "it does not follow the entry before it: one of the two was changed or inserted")
    fields = {name: getattr(entry, name) for name in ("at", "person", "action", "subject", "details")}
    if entry.hash != _digest(entry.sequence, entry.previous, **fields):
        yield Break(entry.sequence, "changed: it no longer has the hash that was kept with it")


def _to_entry(row: RowMapping) -> Entry:
    return Entry(**{name: row[name] for name in Entry.__dataclass_fields__})
