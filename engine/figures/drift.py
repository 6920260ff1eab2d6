"""Drift of the input: whether karyograms come that are unlike the earlier ones.

Control charts after Shewhart: the earlier period gives a mean, and a bin alarms beyond three standard errors of its
own size above it: p-chart for a share (binomial), X-bar chart for a mean. Cells of one case resemble each other, so
that the true spread is somewhat larger; a single alarm is a reason to look, a row of them is one to act.

Known cases and what a candidate says in the shadow are left out. A verdict without a distance counts for the others.

Source: Montgomery, Introduction to Statistical Quality Control, chapters 6 and 7.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import sqrt
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from engine.figures.periods import Period
from engine.records import schema, seeds
from models.judging.triage import TriageOutcome

EARLIER: Final = timedelta(days=90)
"""How long the earlier period is that gives the limits."""

ENOUGH: Final = 200
"""Karyograms that the earlier period must have, and fewer give no limits."""

ERRORS: Final = 3.0
"""Standard errors above the mean at which a bin alarms."""

_V: Final = schema.verdicts.c
_OWN: Final = (~_V.shadow, seeds.of_patients(_V.karyogram_id))
_READABLE: Final = _V.outcome != TriageOutcome.FLAGGED_UNREADABLE


class Signal(StrEnum):
    """What may drift."""

    UNREADABLE = "unreadable"  # share of the verdicts
    ENTROPY = "predictive_entropy"  # mean over the readable ones, in bits
    INFORMATION = "mutual_information"  # likewise
    DISTANCE = "distance"  # likewise: of ``models.judging.familiarity``, where the model has one


@dataclass(frozen=True)
class Point:
    """One bin: ``value`` of ``number`` karyograms, and the ``limit`` above which it alarms, None without one."""

    moment: datetime
    number: int
    value: float
    limit: float | None

    @property
    def alarms(self) -> bool:
        """Whether the value lies above the limit."""
        return self.limit is not None and self.value > self.limit


@dataclass(frozen=True)
class Drift:
    """The bins in which karyograms came; ``mean`` of the earlier period, None where that has too few."""

    mean: float | None
    points: Sequence[Point]


@dataclass(frozen=True)
class _Sums:
    """Number, sum and sum of squares of a signal."""

    number: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.number

    @property
    def deviation(self) -> float:
        return sqrt(max(0.0, self.squares / self.number - self.mean**2))


def models(session: Session, period: Period) -> list[str]:
    """Return the models with verdicts of a period, the busiest first; what a candidate says in the shadow is none."""
    query = select(_V.model).where(period.holds(_V.created_at), *_OWN).group_by(_V.model)
    return list(session.scalars(query.order_by(func.count().desc(), _V.model)))


def drift(session: Session, period: Period, model: str) -> dict[Signal, Drift]:
    """Follow the signals through a period, with limits from the time before it.

    Args:
        session: see ``engine.records.database.open_session``.
        period: which, with its bins.
        model: whose verdicts.
    """
    before = period.before(EARLIER)
    whole = Period(before.start, before.end, EARLIER)
    earlier, found = (_sums(session, each, model) for each in (whole, period))
    return {signal: _drift(period, earlier[signal].get(0), found[signal]) for signal in Signal}


def _drift(period: Period, earlier: _Sums | None, found: dict[int, _Sums]) -> Drift:
    known = earlier if earlier is not None and earlier.number >= ENOUGH else None
    moments = period.moments
    points = [
        Point(moments[number], sums.number, sums.mean, None if known is None else _limit(known, sums.number))
        for number, sums in sorted(found.items())
    ]
    return Drift(None if known is None else known.mean, points)


def _limit(earlier: _Sums, number: int) -> float:
    """Mean and three standard errors of ``number`` karyograms; of a share the deviation is the binomial one."""
    return earlier.mean + ERRORS * earlier.deviation / sqrt(number)


def _sums(session: Session, period: Period, model: str) -> dict[Signal, dict[int, _Sums]]:
    """Sum all signals up, bin by bin; what is not there in a bin is left out."""
    moment = period.bin_of(_V.created_at)
    columns = [column for signal in Signal for column in _columns(_value(signal))]
    query = select(moment, *columns).where(period.holds(_V.created_at), _V.model == model, *_OWN).group_by(moment)
    found: dict[Signal, dict[int, _Sums]] = {signal: {} for signal in Signal}
    for number, *sums in session.execute(query):
        for place, signal in enumerate(Signal):
            many, total, squares = sums[3 * place : 3 * place + 3]
            if many:
                found[signal][int(number)] = _Sums(int(many), float(total), float(squares))
    return found


def _columns(value: ColumnElement[Any]) -> tuple[ColumnElement[Any], ...]:
    return func.count(value), func.sum(value), func.sum(value * value)


def _value(signal: Signal) -> ColumnElement[Any]:
    """What is summed up of a verdict; NULL where it does not count."""
    if signal is Signal.UNREADABLE:
        return case((_READABLE, 0.0), else_=1.0)
    return case((_READABLE, _V[signal.value]))
