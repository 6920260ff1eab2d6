"""Whose turn it is with a karyogram, in its row: set when a verdict comes, when it fails and when it is tried again."""

from __future__ import annotations

from typing import Final

from sqlalchemy import case, null, select, update
from sqlalchemy.orm import Session

from engine import reviews
from engine.records import schema, seeds
from engine.reviews import Review
from engine.vocabulary import Verdict
from models.judging.triage import TriageOutcome

_REVIEW: Final = schema.karyograms.c.review

OF_FAILED: Final = {"review": Review.FIRST, "risk": reviews.risk(TriageOutcome.FAILED, None)}
"""What changes in the row of a karyogram that no engine could judge: it stands first on the reading list."""

# what a person has decided stands, whatever an engine may say later
OF_REQUEUED: Final = {
    "review": case((_REVIEW == Review.FIRST, Review.WAITING.value), else_=_REVIEW),
    "risk": case((_REVIEW == Review.FIRST, null()), else_=schema.karyograms.c.risk),
}
"""What changes in the row of a failed karyogram that is tried again."""


def hand_to_readers(session: Session, verdict: Verdict, quality_share: float) -> None:
    """Put a karyogram on the reading list, or leave it out; what another model says changes nothing.

    A known case is always read: a screened one looks as if it had been drawn into the quality sample.
    Whose turn it is stays as it is where a person has decided already, on a karyogram that had failed.
    """
    table, batches = schema.karyograms, schema.batches
    asked = select(batches.c.model).where(batches.c.id == table.c.batch_id).scalar_subquery()
    mine = table.c.id == verdict.karyogram_id, asked == verdict.model
    if session.scalar(select(table.c.id).where(*mine)) is None:
        return
    screened = verdict.outcome is TriageOutcome.SCREENED_NORMAL
    drawn = reviews.is_sampled(verdict.karyogram_id, quality_share) or seeds.is_seed(session, verdict.karyogram_id)
    sampled = screened and drawn
    turn = reviews.after_verdict(verdict.outcome, sampled=sampled)
    values = {
        "review": case((_REVIEW == Review.WAITING, turn.value), else_=_REVIEW),
        "risk": reviews.risk(verdict.outcome, verdict.measures.calibrated_probability),
        "sampled": sampled,
    }
    session.execute(update(table).where(table.c.id == verdict.karyogram_id).values(**values))
    texts = dict.fromkeys(finding.text for finding in verdict.findings)
    if texts:
        rows = [{"karyogram_id": verdict.karyogram_id, "text": text} for text in texts]
        session.execute(schema.findings.insert(), rows)
