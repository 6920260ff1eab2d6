"""Pictures that were there before: which ones they are, and what became of them. Known cases count as never seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session

from engine.records import schema, seeds, store
from engine.records.rows import in_chunks, select_karyograms, to_karyogram
from engine.vocabulary import Karyogram, KaryogramState
from models.judging.triage import TriageOutcome


@dataclass(frozen=True)
class Earlier:
    """What became of a karyogram whose picture came again; the outcome is None while it waits."""

    karyogram_id: str
    case: str
    cell: str
    outcome: TriageOutcome | None


def find_duplicate(session: Session, image_sha256: str, page: int, model: str, passes: int) -> Karyogram | None:
    """Return the earliest karyogram of the same bytes and page that is judged alike, if there is one.

    Judged alike is what belongs to a batch of this model and number of passes. A failed karyogram does not count: it
    has no verdict to point to.
    """
    query = (
        select_karyograms()
        .join(schema.batches, schema.karyograms.c.batch_id == schema.batches.c.id)
        .where(
            schema.karyograms.c.image_sha256 == image_sha256,
            schema.karyograms.c.page == page,
            schema.karyograms.c.state != KaryogramState.FAILED,
            schema.batches.c.model == model,
            schema.batches.c.passes == passes,
            seeds.of_patients(schema.karyograms.c.id),
        )
        .order_by(schema.karyograms.c.created_at, schema.karyograms.c.id)
        .limit(1)
    )
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else to_karyogram(row)


def is_known(session: Session, image_sha256: str, model: str, passes: int) -> bool:
    """Tell whether a picture of these bytes was ever taken in to be judged alike, whatever became of it."""
    karyograms, batches = schema.karyograms, schema.batches
    query = select(karyograms.c.id).join(batches, batches.c.id == karyograms.c.batch_id)
    wanted = (karyograms.c.image_sha256 == image_sha256, batches.c.model == model, batches.c.passes == passes)
    return bool(session.scalar(select(exists(query.where(*wanted, seeds.of_patients(karyograms.c.id))))))


def earlier(session: Session, karyogram_ids: Collection[str]) -> dict[str, Earlier]:
    """Tell what became of karyograms, by their ids; ids that do not exist are left out."""
    found = store.karyograms(session, karyogram_ids)
    outcomes = _outcomes(session, [one.id for one in found if one.state is KaryogramState.JUDGED])
    outcomes |= {one.id: TriageOutcome.FAILED for one in found if one.state is KaryogramState.FAILED}
    return {one.id: Earlier(one.id, one.case_name, one.cell, outcomes.get(one.id)) for one in found}


def _outcomes(session: Session, karyogram_ids: Collection[str]) -> dict[str, TriageOutcome]:
    """The outcomes of the verdicts of the models that the batches asked for."""
    karyograms, batches, verdicts = schema.karyograms, schema.batches, schema.verdicts
    query = (
        select(karyograms.c.id, verdicts.c.outcome)
        .join(batches, batches.c.id == karyograms.c.batch_id)
        .join(verdicts, and_(verdicts.c.karyogram_id == karyograms.c.id, verdicts.c.model == batches.c.model))
    )
    outcomes: dict[str, TriageOutcome] = {}
    for some in in_chunks(karyogram_ids):
        rows = session.execute(query.where(karyograms.c.id.in_(some)))
        outcomes.update((row.id, row.outcome) for row in rows)
    return outcomes
