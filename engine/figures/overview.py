"""What happened in a period: counts, turnaround, throughput and confidence. All is counted by the database.

The outcome of a karyogram is told by its risk, see ``engine.reviews.risk``: it stands in the row, so that a year is
counted from one index without a look at any verdict. Known cases (``engine.records.seeds``) are in none of the
figures, and what a candidate says in the shadow is not the laboratory's own either.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import Session

from engine.figures.periods import Period, Seconds, Whole
from engine.records import schema, seeds
from engine.reviews import OPEN, Review, risk
from engine.vocabulary import KaryogramState
from models.judging.triage import Reason, TriageOutcome

BINS: Final = 20
"""Bins of the histograms between 0 and 1."""

_K: Final = schema.karyograms.c
_V: Final = schema.verdicts.c
_D: Final = schema.decisions.c
_DECIDED: Final = (Review.SECOND, Review.THIRD, Review.SIGNED)
_SCREENED_BELOW: Final = risk(TriageOutcome.FLAGGED_UNCERTAIN, 0.0)
"""Karyograms of less risk are screened, all others flagged or failed."""

_OF_PATIENTS: Final = seeds.of_patients(_K.id)
IS_SCREENED: Final = _K.risk < _SCREENED_BELOW
"""SQL: a karyogram was screened by the model of its batch."""


@dataclass(frozen=True)
class Counts:
    """What became of the karyograms that were received in a period.

    ``by_outcome``: of the model of the batch, failed ones included. ``decided``: at least one person has decided.
    """

    received: int
    waiting: int
    by_outcome: dict[TriageOutcome, int]
    decided: int
    signed: int

    @property
    def flagged(self) -> int:
        """How many a person has to read because of what the model says."""
        return sum(number for outcome, number in self.by_outcome.items() if outcome.value.startswith("flagged"))


def counts(session: Session, period: Period) -> Counts:
    """Count what became of the karyograms that were received in a period."""
    place = Whole(_K.risk / 2)
    query = select(_K.state, _K.review, place, func.count()).where(period.holds(_K.created_at), _OF_PATIENTS)
    rows = session.execute(query.group_by(_K.state, _K.review, place)).all()
    by_outcome: Counter[TriageOutcome] = Counter()
    for state, _, rank, number in rows:
        if state is not KaryogramState.QUEUED and rank is not None:
            by_outcome[_OUTCOMES[rank]] += number
    return Counts(
        received=sum(row[3] for row in rows),
        waiting=sum(row[3] for row in rows if row[0] is KaryogramState.QUEUED),
        by_outcome=dict(by_outcome),
        decided=sum(row[3] for row in rows if row[1] in _DECIDED),
        signed=sum(row[3] for row in rows if row[1] is Review.SIGNED),
    )


_OUTCOMES: Final = {int(risk(outcome, 0.0) // 2): outcome for outcome in TriageOutcome}


def reasons(session: Session, period: Period) -> dict[Reason, int]:
    """Count why karyograms were flagged by verdicts of a period; one may have several reasons.

    Only verdicts of the model of the batch count.
    """
    words = cast(_V.reasons, Text)
    own = (
        select(words.label("reasons"))
        .join(schema.karyograms, _K.id == _V.karyogram_id)
        .join(schema.batches, and_(schema.batches.c.id == _K.batch_id, schema.batches.c.model == _V.model))
        .where(period.holds(_V.created_at), _V.outcome != TriageOutcome.SCREENED_NORMAL, _OF_PATIENTS)
        .subquery()
    )
    found: Counter[Reason] = Counter()
    for text, number in session.execute(select(own.c.reasons, func.count()).group_by(own.c.reasons)):
        found.update({Reason(word): number for word in json.loads(text)})
    return dict(found)


@dataclass(frozen=True)
class Turnaround:
    """How long it took from the receipt of a karyogram until it was signed; None where none was.

    ``signed``: how many were signed in the period. Quantiles are of the nearest rank: one that did occur.
    """

    signed: int
    median: timedelta | None
    ninetieth: timedelta | None


def turnaround(session: Session, period: Period) -> Turnaround:
    """Measure how long it took to sign the karyograms that were signed in a period; amendments do not count."""
    signed = _signed(period).subquery()
    ranked = select(
        signed.c.seconds,
        func.row_number().over(order_by=signed.c.seconds).label("rank"),
        func.count().over().label("number"),
    ).subquery()
    wanted = [_rank(ranked.c.number, share) for share in (50, 90)]
    query = select(ranked.c.seconds, ranked.c.number, *(ranked.c.rank == rank for rank in wanted))
    rows = session.execute(query.where(ranked.c.rank.in_(wanted))).all()
    if not rows:
        return Turnaround(0, None, None)
    median, ninetieth = (timedelta(seconds=next(row[0] for row in rows if row[place])) for place in (2, 3))
    return Turnaround(rows[0][1], median, ninetieth)


def _rank(number: Any, percent: int) -> Any:
    """The nearest rank, from 1: the share of the number, rounded up."""
    return (number * percent + 99) // 100


def _signed(period: Period) -> Select[Any, int]:
    """Those signed in a period: when, and how many seconds after their receipt."""
    last = func.max(_D.created_at)
    return (
        select(last.label("signed_at"), (Seconds(last) - Seconds(_K.created_at)).label("seconds"))
        .join_from(schema.decisions, schema.karyograms, _K.id == _D.karyogram_id)
        .where(_K.review == Review.SIGNED, _D.amends.is_(None), _D.created_at >= period.start, _OF_PATIENTS)
        .group_by(_K.id, _K.created_at)
        .having(last < period.end)
    )


def oldest_open(session: Session) -> datetime | None:
    """Tell since when the oldest karyogram that waits for a person has been here; None where none waits."""
    query = select(func.min(_K.created_at)).where(_K.review.in_(OPEN), _OF_PATIENTS)
    oldest: datetime | None = session.scalar(query)
    return oldest


@dataclass(frozen=True)
class Throughput:
    """How many karyograms came and how many were signed in each bin of a period."""

    moments: Sequence[datetime]
    received: Sequence[int]
    signed: Sequence[int]


def throughput(session: Session, period: Period) -> Throughput:
    """Count what came and what was signed, bin by bin."""
    moment = period.bin_of(_K.created_at)
    received = select(moment, func.count()).where(period.holds(_K.created_at), _OF_PATIENTS)
    came = session.execute(received.group_by(moment))
    signed = _signed(period).subquery()
    done_in = period.bin_of(signed.c.signed_at)
    done = session.execute(select(done_in, func.count()).group_by(done_in))
    moments = period.moments
    return Throughput(moments, *(_filled(rows.all(), len(moments)) for rows in (came, done)))


def _filled(rows: Sequence[Any], bins: int) -> list[int]:
    """Counts of all bins, also of those in which nothing was found."""
    found = {int(number): int(count) for number, count in rows}
    return [found.get(number, 0) for number in range(bins)]


@dataclass(frozen=True)
class Bar:
    """How many verdicts with one outcome have a figure in a bin; ``bin`` counts from 0 to ``BINS`` - 1."""

    outcome: TriageOutcome
    bin: int
    count: int


def confidence(session: Session, period: Period, model: str, figure: str) -> list[Bar]:
    """Count the readable verdicts of a model in a period by outcome and bins of a figure.

    Args:
        session: see ``engine.records.database.open_session``.
        period: in which they were made.
        model: whose verdicts.
        figure: ``calibrated_probability`` or ``pass_agreement``.
    """
    scaled = Whole(_V[figure] * BINS)
    number = case((scaled >= BINS, BINS - 1), else_=scaled)
    query = (
        select(_V.outcome, number, func.count())
        .where(period.holds(_V.created_at), _V.model == model, ~_V.shadow, seeds.of_patients(_V.karyogram_id))
        .where(_V.outcome != TriageOutcome.FLAGGED_UNREADABLE)
        .group_by(_V.outcome, number)
        .order_by(_V.outcome, number)
    )
    return [Bar(*row) for row in session.execute(query)]
