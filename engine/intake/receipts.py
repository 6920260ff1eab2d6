"""What was received of a batch against what was sent."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.records import schema, seeds
from engine.vocabulary import Batch


@dataclass(frozen=True)
class Receipt:
    """How many files of a batch were taken, refused and sent; ``karyograms`` has one for each page."""

    taken: int
    refused: int
    karyograms: int
    sent: int

    @property
    def lost(self) -> int:
        """How many files were sent and neither taken nor refused: still on their way, or cut off."""
        return max(0, self.sent - self.taken - self.refused)


def receipt(session: Session, batch: Batch) -> Receipt:
    """Count what came of a batch; where nobody counted what was sent, it is what came."""
    karyograms, problems = schema.karyograms, schema.problems
    mine = karyograms.c.batch_id == batch.id, seeds.of_patients(karyograms.c.id)  # nobody sent a known case with it
    of_batch = select(func.count()).select_from(karyograms).where(*mine)
    refused = select(func.count()).select_from(problems).where(problems.c.batch_id == batch.id)
    taken = session.scalar(of_batch.where(karyograms.c.page == 0)) or 0  # every file has a first page
    turned_away = session.scalar(refused) or 0
    came = taken + turned_away
    return Receipt(taken, turned_away, session.scalar(of_batch) or 0, came if batch.sent is None else batch.sent)
