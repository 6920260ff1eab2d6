"""A candidate in the shadow: it judges the same stream as the model in use, and no reader is shown what it says.

Its verdicts lie beside the others under its own name, marked. They change no state of a karyogram, nobody's turn and no
list. The caller commits.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from engine.people import Action, Person, require
from engine.policy.promotions import PromotionError
from engine.records import audit, schema, store
from engine.records.rows import from_verdict
from engine.vocabulary import KaryogramState, Verdict


@dataclass(frozen=True)
class Shadow:
    """A candidate that judges in the shadow: who lets it, why, and since when."""

    model: str
    author: str
    reason: str
    since: datetime


def running(session: Session) -> Shadow | None:
    """Return the candidate that judges in the shadow, None where there is none."""
    table = schema.shadows
    row = session.execute(select(table).order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()
    if row is None or row["model"] is None:
        return None
    return Shadow(row["model"], row["author"], row["reason"], row["created_at"])


def begin(
    session: Session, person: Person, model: str, *, in_use: str, installed: Collection[str], reason: str, now: datetime
) -> None:
    """Let a candidate judge what comes from now on; it takes the place of another one.

    Raises:
        NotAllowedError: their role may not.
        PromotionError: there is no reason, no such model, or it is the one in use.
    """
    require(person, Action.PROMOTE_MODEL)
    if not reason.strip():
        raise PromotionError("Please give the reason for trying this model.")
    if model not in installed or model == in_use:
        raise PromotionError(f"The candidate must be installed and not in use, got {model!r}.")
    _add(session, person, model, reason, now)


def end(session: Session, person: Person, now: datetime) -> None:
    """Let no candidate judge any more; what it has said stays.

    Raises:
        NotAllowedError: their role may not.
    """
    require(person, Action.PROMOTE_MODEL)
    _add(session, person, None, "", now)


def _add(session: Session, person: Person, model: str | None, reason: str, now: datetime) -> None:
    values = {"model": model, "author": person.name, "reason": reason.strip(), "created_at": now}
    session.execute(schema.shadows.insert().values(**values))
    action, subject = ("try", f"model {model}") if model else ("end the trial", "of a model")
    audit.record(session, now, person=person.name, action=action, subject=subject, details={"reason": reason.strip()})


def waiting(session: Session, shadow: Shadow, limit: int, *, but: Collection[str] = ()) -> list[str]:
    """Return the ids of some karyograms that a candidate has not judged: those of other models, judged since it began.

    Engines do not wait for each other here: each begins at another place, so that two seldom judge the same one.

    Args:
        session: see ``engine.records.database.open_session``.
        shadow: the candidate.
        limit: at most so many.
        but: these not.
    """
    table, batches, routine, own = schema.karyograms, schema.batches, schema.verdicts, aliased(schema.verdicts)
    pictures = schema.pictures
    judged = and_(routine.c.karyogram_id == table.c.id, routine.c.model == batches.c.model)
    by_candidate = and_(own.c.karyogram_id == table.c.id, own.c.model == shadow.model)
    query = (
        select(table.c.id)
        .join(batches, batches.c.id == table.c.batch_id)
        .join(routine, judged)
        .outerjoin(own, by_candidate)
        .where(routine.c.created_at >= shadow.since, batches.c.model != shadow.model, own.c.model.is_(None))
        .where(table.c.state == KaryogramState.JUDGED, table.c.id.not_in(but))
        .where(~exists().where(pictures.c.sha256 == table.c.image_sha256, pictures.c.removed_at.is_not(None)))
        .order_by(table.c.id)
        .limit(limit)
    )
    start = secrets.token_hex(16)
    return list(session.scalars(query.where(table.c.id >= start))) or list(session.scalars(query))


def keep(session: Session, verdict: Verdict) -> bool:
    """Keep a verdict of a candidate; False where it was there. Nothing else changes."""
    row = {**from_verdict(verdict), "shadow": True}
    if not store.insert_once(session, schema.verdicts, row):
        return False
    audit.judged(session, row)
    return True
