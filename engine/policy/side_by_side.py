"""Two models on the same karyograms: where they agree, where they differ, and what people decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from engine.policy import policy_cases
from engine.records import schema, seeds
from engine.reviews import Call
from models.judging.triage import TriageOutcome

MOST: Final = 5_000
"""So many karyograms at most are compared, those that the candidate has judged last."""


@dataclass(frozen=True)
class Pair:
    """One karyogram that both models have judged.

    ``call``: what people signed, None where they have not. ``weight``: for how many karyograms a signed one stands; of
    those that triage screened only the quality sample is read, and each of it stands for the others too.
    """

    karyogram_id: str
    case_id: str
    case_name: str
    file_name: str
    outcome: TriageOutcome
    candidate: TriageOutcome
    call: Call | None
    weight: float = 1.0


def pairs(session: Session, model: str, candidate: str) -> list[Pair]:
    """Return the karyograms of patients that two models have judged, the latest first.

    Args:
        session: see ``engine.records.database.open_session``.
        model: the one in use, whose verdicts readers see.
        candidate: the other one.
    """
    ours, theirs, table, cases = schema.verdicts, aliased(schema.verdicts), schema.karyograms, schema.cases
    query = (
        select(
            table.c.id,
            table.c.case_id,
            cases.c.name,
            table.c.file_name,
            ours.c.outcome,
            theirs.c.outcome.label("candidate"),
        )
        .join_from(theirs, ours, and_(ours.c.karyogram_id == theirs.c.karyogram_id, ours.c.model == model))
        .join(table, table.c.id == ours.c.karyogram_id)
        .join(cases, cases.c.id == table.c.case_id)
        .where(theirs.c.model == candidate, seeds.of_patients(table.c.id))
        .order_by(theirs.c.created_at.desc())
        .limit(MOST)
    )
    rows = session.execute(policy_cases.with_reading(query)).all()
    calls = policy_cases.signed_calls(session, [row.id for row in rows])
    return [
        Pair(
            karyogram_id=row.id,
            case_id=row.case_id,
            case_name=row.name,
            file_name=row.file_name,
            outcome=row.outcome,
            candidate=row.candidate,
            call=calls.get(row.id),
            weight=policy_cases.stands_for(row.read_as, row.share, sampled=row.sampled),
        )
        for row in rows
    ]
