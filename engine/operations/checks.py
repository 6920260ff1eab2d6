"""Is everything in the record store as it was written? Pictures, references, verdicts, decisions, the audit trail."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Column, and_, exists, func, select
from sqlalchemy.orm import Session

from engine import reviews
from engine.records import audit, schema
from engine.records.rows import digest, in_chunks, select_verdicts
from engine.reviewing import decisions
from engine.reviews import Decision
from engine.vocabulary import KaryogramState

_AT_ONCE: Final = 500
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_NOT_AS_TOLD: Final = "it is not as the audit trail tells, or the trail does not know it"


@dataclass(frozen=True)
class Fault:
    """Something that is not as it was written: what it is, such as "picture ab12…", and what is wrong with it."""

    subject: str
    problem: str


def faults(session: Session) -> Iterator[Fault]:
    """Give everything that is not as it should be; nothing is changed.

    Every picture is read and hashed, so this takes as long as reading the whole record store.
    """
    told = _Told.heard(session)
    yield from _pictures(session, told)
    yield from _references(session)
    yield from _verdicts(session)
    yield from _turns(session)
    yield from _trail(session, told)
    for found in audit.broken(session):
        yield Fault(f"audit entry {found.sequence}", found.problem)


def sizes(session: Session) -> dict[str, int]:
    """Return how many rows of each kind there are, for the report."""
    tables = schema.batches, schema.karyograms, schema.pictures, schema.verdicts, schema.decisions, schema.audit
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def _pictures(session: Session, told: _Told) -> Iterator[Fault]:
    """Find pictures whose bytes no longer have the hash under which they are kept, or went without an entry."""
    table = schema.pictures
    rows = session.execute(select(table.c.sha256, table.c.removed_at).order_by(table.c.sha256)).all()
    for key, removed_at in rows:  # one at a time: a picture may have fifty megabytes
        data = session.scalar(select(table.c.bytes).where(table.c.sha256 == key))
        if removed_at is None:
            if data is None or hashlib.sha256(data).hexdigest() != key:
                yield Fault(f"picture {key}", "its bytes no longer have this hash")
        elif data:
            yield Fault(f"picture {key}", "it counts as removed, but there are bytes")
        elif told.removed.get(key) != removed_at:
            yield Fault(f"picture {key}", f"it counts as removed, but {_NOT_AS_TOLD}")


def _references(session: Session) -> Iterator[Fault]:
    """Find rows that refer to rows which are not there."""
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                yield from _orphans(session, column, key.column)


def _orphans(session: Session, column: Column[object], target: Column[object]) -> Iterator[Fault]:
    other = target.table.alias()
    there = exists().where(other.c[target.name] == column)
    for value in session.scalars(select(column).where(column.is_not(None), ~there).distinct().limit(_AT_ONCE)):
        yield Fault(f"{column.table.name}.{column.name} {value}", f"there is no such row in {target.table.name}")


def _verdicts(session: Session) -> Iterator[Fault]:
    """Find karyograms that count as judged without a verdict, and verdicts on other bytes than those of the picture."""
    karyograms, batches, verdicts = schema.karyograms, schema.batches, schema.verdicts
    mine = and_(verdicts.c.karyogram_id == karyograms.c.id, verdicts.c.model == batches.c.model)
    judged = select(karyograms.c.id).join(batches, batches.c.id == karyograms.c.batch_id)
    judged = judged.where(karyograms.c.state == KaryogramState.JUDGED, ~exists().where(mine))
    for key in session.scalars(judged):
        yield Fault(f"karyogram {key}", "it counts as judged, but there is no verdict of its batch's model")
    other = select(karyograms.c.id, verdicts.c.model).join(verdicts, verdicts.c.karyogram_id == karyograms.c.id)
    for key, model in session.execute(other.where(verdicts.c.image_sha256 != karyograms.c.image_sha256)):
        yield Fault(f"karyogram {key}", f"the verdict of {model} is on another picture")


def _turns(session: Session) -> Iterator[Fault]:
    """Find karyograms whose turn is not what their decisions make it."""
    keys = session.scalars(select(schema.decisions.c.karyogram_id).distinct()).all()
    for some in in_chunks(keys):
        table = schema.karyograms
        rows = session.execute(select(table.c.id, table.c.review).where(table.c.id.in_(some))).all()
        kept = {row.id: row.review for row in rows}
        for key, made in decisions.of_many(session, some).items():
            turn = reviews.after_decisions(made)
            if kept.get(key) is not turn:
                yield Fault(f"karyogram {key}", f"its decisions make it {turn.value}, found {kept.get(key)}")


def _trail(session: Session, told: _Told) -> Iterator[Fault]:
    """Find verdicts and decisions that are not as the audit trail tells, or of which it does not tell."""
    rows = session.execute(select_verdicts().execution_options(yield_per=_AT_ONCE)).mappings()
    for row in rows:
        known = told.verdicts.get((row["karyogram_id"], row["model"]))
        if known != digest(dict(row)) and not (known is None and row["created_at"] < told.since):
            yield Fault(f"verdict of {row['model']} on karyogram {row['karyogram_id']}", _NOT_AS_TOLD)
    for decision in decisions.every(session):
        if told.decisions.get(decision.id) != decisions.told(decision) and not told.begins_after(decision):
            yield Fault(f"decision {decision.id}", _NOT_AS_TOLD)


@dataclass
class _Told:
    """What the audit trail tells: of verdicts by karyogram and model, of decisions by number, of removals by picture.

    ``since`` is when the trail began: it cannot know the verdicts and decisions of earlier versions.
    """

    verdicts: dict[tuple[str, str], str] = field(default_factory=dict)
    decisions: dict[int, dict[str, Any]] = field(default_factory=dict)
    removed: dict[str, datetime] = field(default_factory=dict)
    since: datetime = _NEVER

    @classmethod
    def heard(cls, session: Session) -> _Told:
        told = cls()
        for entry in audit.entries(session):
            told.hear(entry)
        return told

    def begins_after(self, decision: Decision) -> bool:
        """Tell whether a decision is older than the trail, and numbered before all that the trail knows."""
        return decision.created_at < self.since and decision.id < min(self.decisions, default=decision.id + 1)

    def hear(self, entry: audit.Entry) -> None:
        self.since = min(self.since, entry.at)
        details = json.loads(entry.details)
        if entry.action == "judge":
            self.verdicts[entry.subject.removeprefix("karyogram "), details["model"]] = details["verdict"]
        elif entry.action == "remove":
            self.removed |= dict.fromkeys(details["pictures"], entry.at)
        elif entry.action in ("decide", "amend"):
            number = details.pop("decision")
            self.decisions[number] = {name: details[name] for name in details.keys() - {"before", "after", "signature"}}
