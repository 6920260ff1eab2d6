"""What somebody had written when they had to sign in again: kept until they are back. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.records import schema, store

_KEPT_FOR: Final = timedelta(hours=1)
_T: Final = schema.drafts


@dataclass(frozen=True)
class Draft:
    """A decision that is not made yet: on which karyogram, in which form of its page, and what stands in its fields."""

    karyogram_id: str
    turn: str
    fields: Mapping[str, Any]


def keep(session: Session, person: str, draft: Draft, now: datetime) -> None:
    """Keep what somebody has written, in place of an earlier draft of theirs."""
    session.execute(delete(_T).where(_T.c.person == person))
    store.insert_once(session, _T, {"person": person, **vars(draft), "created_at": now})


def take(session: Session, person: str, now: datetime) -> Draft | None:
    """Give somebody their draft back and forget it; None where there is none, or only one that is an hour old."""
    row = session.execute(select(_T).where(_T.c.person == person)).mappings().one_or_none()
    if row is None:
        return None
    session.execute(delete(_T).where(_T.c.person == person))
    return Draft(row["karyogram_id"], row["turn"], row["fields"]) if now - row["created_at"] < _KEPT_FOR else None
