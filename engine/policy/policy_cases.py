"""Karyograms of this laboratory by which a policy can be tried: those that are signed, and those that came lately.

They are read as columns of a few figures and never as whole verdicts. Nothing is written. Known cases are left out: how
many of them are abnormal was chosen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, RowMapping, Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import Session, aliased

from engine.records import schema, seeds
from engine.reviews import QUALITY_SHARE, Call, Place, Review
from models.judging.triage import TriageOutcome
from models.judging.uncertainty import Label
from models.measuring.screening import Cohort

MOST: Final = 20_000
"""So many karyograms at most are looked at that came lately."""

MOST_SIGNED: Final = 5_000
"""So many signed karyograms at most are looked at, those that were judged last."""

_CHUNK: Final = 500  # ids in one statement; SQLite allows some thousand variables at most

WINDOW: Final = timedelta(days=28)
"""How far back the work of a laboratory is looked at."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Signed:
    """Signed karyograms with the verdicts of one model.

    ``cohort``: of the screened ones only the quality sample was read, so each of these stands for as many as its share
    has left unread. ``in_full``: those that were judged while all were to be read, screened or not; they alone can be
    promised by, because what was read does not depend on what the model said.
    """

    cohort: Cohort
    in_full: Cohort


def signed(session: Session, model: str) -> Signed:
    """Return the signed karyograms that a model has judged and people found normal or abnormal, the latest of them."""
    query = with_reading(_figures(model)).where(schema.karyograms.c.review == Review.SIGNED).limit(MOST_SIGNED)
    found = list(session.execute(query).mappings())
    calls = signed_calls(session, [row["id"] for row in found])
    weights = [stands_for(row["read_as"], row["share"], sampled=row["sampled"]) for row in found]
    counted = [
        (row, weight)
        for row, weight in zip(found, weights, strict=True)
        if weight and calls.get(row["id"]) in (Call.NORMAL, Call.ABNORMAL)
    ]
    cohort = _cohort([row for row, _ in counted], calls, [weight for _, weight in counted])
    return Signed(cohort, cohort.where(np.array([row["share"] == 1.0 for row, _ in counted], bool)))


def with_reading(query: Select[Any]) -> Select[Any]:
    """Add to a query over karyograms why people read each.

    ``read_as`` is what the model says that the batch asked for, ``sampled`` whether it was drawn into the quality
    sample, and ``share`` how many of the screened were to be drawn when it was judged.
    """
    karyograms, batches, routine = schema.karyograms, schema.batches, aliased(schema.verdicts, name="routine")
    policies = schema.policies
    share = func.coalesce(policies.c.quality_share, QUALITY_SHARE)
    asked = and_(routine.c.karyogram_id == karyograms.c.id, routine.c.model == batches.c.model)
    made_by = and_(policies.c.model == routine.c.model, policies.c.version == routine.c.policy_version)
    return (
        query.add_columns(routine.c.outcome.label("read_as"), karyograms.c.sampled, share.label("share"))
        .join(batches, batches.c.id == karyograms.c.batch_id)
        .join(routine, asked)
        .outerjoin(policies, made_by)
    )


def stands_for(read_as: TriageOutcome, share: float, *, sampled: bool) -> float:
    """Return for how many karyograms a signed one stands; see ``with_reading``.

    Of the screened ones only the quality sample is read, and each of it stands for the others too. One that somebody
    read of their own accord stands for nothing.
    """
    if read_as is not TriageOutcome.SCREENED_NORMAL:
        return 1.0
    return 1 / max(share, 1e-6) if sampled else 0.0


def recent(session: Session, model: str, now: datetime) -> Cohort:
    """Return what a model has judged in the last ``WINDOW``, the latest of it; nobody knows the truth of it."""
    query = _figures(model).where(schema.verdicts.c.created_at >= now - WINDOW)
    found = list(session.execute(query).mappings())
    return _cohort(found, {}, [1.0] * len(found))


def throughput(session: Session, now: datetime) -> float | None:
    """Return how many karyograms come in a day, over the last ``WINDOW`` or since the first; None where none came."""
    table = schema.karyograms
    query = select(func.count(), func.min(table.c.created_at)).where(table.c.created_at >= now - WINDOW)
    query = query.where(seeds.of_patients(table.c.id))
    number, first = session.execute(query).one()
    return number / max(1, math.ceil((now - first) / _DAY)) if number else None


def _figures(model: str) -> Select[Any]:
    """Start a query for what the triage rule looks at, of the verdicts of one model."""
    verdicts, karyograms = schema.verdicts, schema.karyograms
    columns = (
        karyograms.c.id,
        karyograms.c.case_id,
        verdicts.c.outcome,
        verdicts.c.label,
        (cast(verdicts.c.findings, Text) != "[]").label("found"),
        verdicts.c.pass_agreement,
        verdicts.c.calibrated_probability,
        verdicts.c.mutual_information,
    )
    query = select(*columns).join_from(verdicts, karyograms, karyograms.c.id == verdicts.c.karyogram_id)
    query = query.where(verdicts.c.model == model, seeds.of_patients(verdicts.c.karyogram_id))
    return query.order_by(verdicts.c.created_at.desc()).limit(MOST)


def signed_calls(session: Session, karyogram_ids: Sequence[str]) -> dict[str, Call]:
    """Return what the people say who signed each of these karyograms; one that is not signed is left out.

    Of the decisions that stand, the last reader's counts.
    """
    found: dict[str, Call] = {}
    for start in range(0, len(karyogram_ids), _CHUNK):
        some = karyogram_ids[start : start + _CHUNK]
        found.update((row.karyogram_id, row.call) for row in session.execute(_standing().where(_of(some))))
    return found


def _of(karyogram_ids: Sequence[str]) -> ColumnElement[bool]:
    return schema.decisions.c.karyogram_id.in_(karyogram_ids)


def _standing() -> Select[Any]:
    """Start a query for the decisions of signed karyograms that no other amends, the last reader's last."""
    decisions, karyograms, later = schema.decisions, schema.karyograms, aliased(schema.decisions)
    place = case({Place.FIRST.value: 0, Place.SECOND.value: 1}, value=decisions.c.place, else_=2)
    return (
        select(decisions.c.karyogram_id, decisions.c.call)
        .join(karyograms, karyograms.c.id == decisions.c.karyogram_id)
        .outerjoin(later, later.c.amends == decisions.c.id)
        .where(karyograms.c.review == Review.SIGNED, later.c.id.is_(None))
        .order_by(place)
    )


def _cohort(rows: list[RowMapping], calls: dict[str, Call], weights: list[float]) -> Cohort:
    numbers: dict[str, int] = {}
    unreadable = TriageOutcome.FLAGGED_UNREADABLE
    return Cohort(
        case=np.array([numbers.setdefault(row["case_id"], len(numbers)) for row in rows], np.int64),
        abnormal=np.array([calls.get(row["id"]) is Call.ABNORMAL for row in rows], bool),
        flagged=np.array(
            [row["outcome"] is unreadable or row["label"] is Label.ABNORMAL or bool(row["found"]) for row in rows], bool
        ),
        agreement=np.array([row["pass_agreement"] for row in rows], float),
        probability=np.array([row["calibrated_probability"] for row in rows], float),
        information=np.array([row["mutual_information"] for row in rows], float),
        weight=np.array(weights, float),
    )
