"""What one person may send: files and bytes in 24 hours, and batches that are not judged yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.people import Person
from engine.records import schema
from engine.settings import Settings
from engine.vocabulary import KaryogramState

_DAY: Final = timedelta(hours=24)
_MIB: Final = 1024 * 1024
_FIRST_PAGE: Final = 0  # every file has one


class QuotaError(ValueError):
    """Somebody sends more than one person may; the text says which limit it is and what to do."""


@dataclass
class Allowance:
    """What somebody may still send: so many files, and so many bytes. It is counted down while files come in."""

    files: int
    size: int
    settings: Settings

    def refusal(self, size: int) -> str | None:
        """Say why a file of this many bytes is too much, None where it is not."""
        if self.files < 1:
            return f"one person may send {self.settings.day_files:,} files in 24 hours, and that many are there"
        if size > self.size:
            return f"one person may send {self.settings.day_bytes // _MIB:,} MiB in 24 hours, and this would be more"
        return None

    def take(self, size: int) -> None:
        """Count a file that was accepted."""
        self.files -= 1
        self.size -= size


def allowance(session: Session, person: Person, settings: Settings, now: datetime) -> Allowance:
    """Return what somebody may still send, by what was accepted from them in the last 24 hours."""
    karyograms, batches, pictures = schema.karyograms, schema.batches, schema.pictures
    query = (
        select(func.count(), func.coalesce(func.sum(pictures.c.size), 0))
        .select_from(batches)
        .join(karyograms, karyograms.c.batch_id == batches.c.id)
        .join(pictures, pictures.c.sha256 == karyograms.c.image_sha256)
        .where(batches.c.person == person.name, karyograms.c.created_at > now - _DAY, karyograms.c.page == _FIRST_PAGE)
    )
    files, size = session.execute(query).one()
    return Allowance(settings.day_files - files, settings.day_bytes - int(size), settings)


def require_room(session: Session, person: Person, settings: Settings) -> None:
    """Raise ``QuotaError`` where so many batches of somebody wait for their verdicts that they may open no other."""
    karyograms, batches = schema.karyograms, schema.batches
    waiting = select(func.count(karyograms.c.batch_id.distinct())).join(batches, batches.c.id == karyograms.c.batch_id)
    mine = karyograms.c.state == KaryogramState.QUEUED, batches.c.person == person.name
    if (session.scalar(waiting.where(*mine)) or 0) >= settings.open_batches:
        raise QuotaError(
            f"{settings.open_batches} of your batches wait for their verdicts, and one person may have no more. "
            "Send the next one when one of them is done."
        )
