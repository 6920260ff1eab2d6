"""Which model is in use: what batches are judged by unless they ask for another. The caller commits.

Nothing is changed or deleted: a promotion is one more row, a return too, and the newest counts. Before the first of
them, the setting ``KARYOTRIAGE_MODEL`` holds. Batches keep the model that they were opened with.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.people import Action, Person, require
from engine.records import audit, schema


class PromotionError(ValueError):
    """A model that cannot be put in use; the text says why, for the supervisor to see."""


@dataclass(frozen=True)
class Promotion:
    """A model was put in use: which, by whom, why and when."""

    id: int
    model: str
    author: str
    reason: str
    created_at: datetime


def in_use(session: Session, default: str, installed: Collection[str]) -> str:
    """Return the model in use.

    Args:
        session: see ``engine.records.database.open_session``.
        default: what the settings name.
        installed: the models of the registry; one that was promoted and then taken away is not in use.
    """
    newest = next(iter(history(session, limit=1)), None)
    return newest.model if newest and newest.model in installed else default


def history(session: Session, limit: int | None = None) -> list[Promotion]:
    """Return the promotions, newest first."""
    table = schema.promotions
    rows = session.execute(select(table).order_by(table.c.id.desc()).limit(limit)).mappings()
    return [Promotion(**{field.name: row[field.name] for field in fields(Promotion)}) for row in rows]


def promote(
    session: Session, person: Person, model: str, *, before: str, installed: Collection[str], reason: str, now: datetime
) -> None:
    """Put a model in use.

    Args:
        session: see ``engine.records.database.open_session``.
        person: who does so.
        model: which.
        before: the model in use.
        installed: the models of the registry.
        reason: why; it stands in the list.
        now: timezone-aware time.

    Raises:
        NotAllowedError: their role may not.
        PromotionError: there is no reason, no such model, or it is in use already.
    """
    require(person, Action.PROMOTE_MODEL)
    if not reason.strip():
        raise PromotionError("Please give the reason for using this model.")
    if model not in installed:
        raise PromotionError(f"The model {model!r} is not installed.")
    if model == before:
        raise PromotionError(f"The model {model!r} is in use already.")
    values = {"model": model, "author": person.name, "reason": reason.strip(), "created_at": now}
    session.execute(schema.promotions.insert().values(**values))
    told = {"before": before, "after": model, "reason": reason.strip()}
    audit.record(session, now, person=person.name, action="put in use", subject=f"model {model}", details=told)
