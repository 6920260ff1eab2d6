"""How the verdicts of a batch are spread, known cases left out, counted by the database without loading the batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Column, case, func, select
from sqlalchemy.orm import Session

from engine.records import schema, seeds
from engine.vocabulary import Batch
from models.judging.triage import TriageOutcome

STEPS: Final = 20
"""How many bars a histogram has between 0 and 1."""


@dataclass(frozen=True)
class Bin:
    """How many verdicts of an outcome lie in one step, from 0; the last one has both its ends."""

    outcome: TriageOutcome
    step: int
    count: int

    @property
    def low(self) -> float:
        """Where the step begins, 0..1."""
        return self.step / STEPS

    @property
    def high(self) -> float:
        """Where it ends."""
        return (self.step + 1) / STEPS


def probability(session: Session, batch: Batch) -> list[Bin]:
    """Return how the calibrated probability of abnormal is spread in a batch, unreadable pictures left out."""
    return _bins(session, batch, schema.verdicts.c.calibrated_probability)


def agreement(session: Session, batch: Batch) -> list[Bin]:
    """Return how the pass agreement is spread in a batch, unreadable pictures left out."""
    return _bins(session, batch, schema.verdicts.c.pass_agreement)


def _bins(session: Session, batch: Batch, measure: Column[float]) -> list[Bin]:
    verdicts, karyograms = schema.verdicts, schema.karyograms
    # compared with the edges one by one: databases do not round alike
    steps = case(*((measure < (step + 1) / STEPS, step) for step in range(STEPS - 1)), else_=STEPS - 1).label("step")
    query = (
        select(verdicts.c.outcome, steps, func.count())
        .join(karyograms, karyograms.c.id == verdicts.c.karyogram_id)
        .where(
            karyograms.c.batch_id == batch.id,
            verdicts.c.model == batch.model,
            verdicts.c.outcome != TriageOutcome.FLAGGED_UNREADABLE,
            seeds.of_patients(karyograms.c.id),
        )
        .group_by(verdicts.c.outcome, steps)
        .order_by(verdicts.c.outcome, steps)
    )
    return [Bin(*row) for row in session.execute(query)]
