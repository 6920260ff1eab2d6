"""The quality of the reading: what the sample of screened karyograms shows, and how far readers agree.

All is of the karyograms that were received in a period; known cases (``engine.known_cases.seed_results``) are left
out. Readers are compared by what each said first, before any amendment: that was said without a look at the other's
decision.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.figures.agreement import how_many, signed_results
from engine.figures.overview import IS_SCREENED
from engine.figures.periods import Period
from engine.figures.shares import Estimate, Share
from engine.records import schema, seeds
from engine.records.rows import select_karyograms, to_karyogram
from engine.reviews import OPEN, Call, Opinion, Place, Review, overrides
from engine.vocabulary import Karyogram
from models.judging.triage import TriageOutcome
from models.measuring.kappa import kappa

_K: Final = schema.karyograms.c
_OF_PATIENTS: Final = seeds.of_patients(_K.id)
_D: Final = schema.decisions.c
Table = dict[tuple[Call, Call], int]
"""How many karyograms the first reader gave the one call and the second the other."""


@dataclass(frozen=True)
class Sample:
    """The quality sample: of ``screened`` karyograms ``drawn`` were, of which ``waiting`` wait for a reader."""

    screened: int
    drawn: int
    waiting: int
    signed: int


def sample(session: Session, period: Period) -> Sample:
    """Count the quality sample of a period."""
    drawn = case((_K.sampled, 1), else_=0)
    waiting, signed = (
        case((and_(_K.sampled, chosen), 1), else_=0) for chosen in (_K.review.in_(OPEN), _K.review == Review.SIGNED)
    )
    query = select(func.count(), *(func.sum(each) for each in (drawn, waiting, signed)))
    row = session.execute(query.where(period.holds(_K.created_at), IS_SCREENED, _OF_PATIENTS)).one()
    return Sample(*(int(number or 0) for number in row))


def missed(session: Session, period: Period, limit: int) -> list[Karyogram]:
    """Return screened karyograms that were signed as abnormal, newest first, at most ``limit``."""
    found = signed_results(period.holds(_K.created_at), IS_SCREENED).subquery()
    query = select_karyograms().join(found, found.c.id == _K.id).where(found.c.call == Call.ABNORMAL)
    rows = session.execute(query.order_by(_K.created_at.desc(), _K.id).limit(limit)).mappings()
    return [to_karyogram(row) for row in rows]


def calls(session: Session, period: Period) -> Table:
    """Count what first and second readers said of the same karyograms."""
    first, second = aliased(schema.decisions), aliased(schema.decisions)
    query = (
        select(first.c.call, second.c.call, func.count())
        .join_from(schema.karyograms, first, _said_first(first, Place.FIRST))
        .join(second, _said_first(second, Place.SECOND))
        .where(period.holds(_K.created_at), _OF_PATIENTS)
        .group_by(first.c.call, second.c.call)
    )
    return {(one, other): number for one, other, number in session.execute(query)}


def _said_first(decision: Any, place: Place) -> Any:
    return and_(decision.c.karyogram_id == _K.id, decision.c.place == place, decision.c.amends.is_(None))


def two_readers(table: Table) -> Estimate | None:
    """Cohen's kappa of a table of calls with its 95 % interval; None where it is not defined."""
    value, low, high = kappa(np.array([[table.get((one, other), 0) for other in Call] for one in Call]))
    return None if np.isnan(value) else Estimate(value, low, high)


@dataclass(frozen=True)
class Reader:
    """What one person did as first or second reader: ``read`` karyograms, beside what was signed in the end.

    ``found``: of the signed ones that count as abnormal those that this reader did not call normal. ``alarms``: of
    those that count as normal the ones called abnormal. ``overrides``: said the contrary of the model.
    """

    name: str
    read: int
    found: Share
    alarms: Share
    overrides: int


@dataclass(frozen=True)
class _Said:
    """What one person said of the karyograms that were signed with one result: how many, and of how many cases."""

    read: int = 0
    cases: int = 0
    normal: int = 0
    abnormal: int = 0
    overrides: int = 0


def readers(session: Session, period: Period) -> list[Reader]:
    """Compare each reader with what was signed in the end, by name; the result rests in part on their own call."""
    came = period.holds(_K.created_at)
    result = signed_results(came).subquery()
    called = (how_many(each) for each in (_D.call == Call.NORMAL, _D.call == Call.ABNORMAL, _overrides()))
    query = (
        select(_D.person, result.c.call, func.count(), func.count(_K.case_id.distinct()), *called)
        .join_from(schema.karyograms, schema.decisions, _D.karyogram_id == _K.id)
        .outerjoin(result, result.c.id == _K.id)
        .where(came, _OF_PATIENTS, _D.amends.is_(None), _D.place != Place.THIRD)
        .group_by(_D.person, result.c.call)
    )
    said: dict[str, dict[Call | None, _Said]] = defaultdict(dict)
    for person, end, *numbers in session.execute(query):
        said[person][None if end is None else Call(end)] = _Said(*map(int, numbers))
    return [_reader(name, said[name]) for name in sorted(said)]


def _overrides() -> ColumnElement[bool]:
    """SQL: whether a decision says the contrary of the model."""
    return or_(
        *(
            and_(_D.call == call, _D.outcome == outcome)
            for call in Call
            for outcome in TriageOutcome
            if overrides(Opinion(call), outcome)
        )
    )


def _reader(name: str, said: Mapping[Call | None, _Said]) -> Reader:
    abnormal, normal = (said.get(end, _Said()) for end in (Call.ABNORMAL, Call.NORMAL))
    return Reader(
        name,
        read=sum(part.read for part in said.values()),
        found=Share(abnormal.read - abnormal.normal, abnormal.read, abnormal.cases),
        alarms=Share(normal.abnormal, normal.read, normal.cases),
        overrides=sum(part.overrides for part in said.values()),
    )
