"""How far people agree with the model: what was signed, beside what the model of the batch said.

People read every flagged karyogram, but of the screened ones only the quality sample. So the negative predictive value
is that of the signed ones of the sample, and the sensitivity of triage counts the missed ones as the sample tells their
share among all screened ones. Signed as not assessable is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, not_, select
from sqlalchemy.orm import Session, aliased

from engine.figures.overview import IS_SCREENED
from engine.figures.periods import Period
from engine.figures.shares import Estimate, Share
from engine.records import schema, seeds
from engine.reviews import Call, Place, Review
from engine.vocabulary import KaryogramState

_K: Final = schema.karyograms.c
_D: Final = schema.decisions.c
_COUNTS: Final = ("screened", "sampled", "sampled_cases", "missed", "flagged", "found")


@dataclass(frozen=True)
class Agreement:
    """What people say of karyograms that came from ``moment`` on.

    ``screened``: all that were screened; ``sampled``: those of them that were signed, of ``sampled_cases`` cases, and
    ``missed`` of these are abnormal. ``flagged``: signed ones that were flagged, of which ``found`` are abnormal.
    """

    moment: datetime
    screened: int
    sampled: int
    sampled_cases: int
    missed: int
    flagged: int
    found: int

    @property
    def negative_predictive_value(self) -> Estimate | None:
        """Share of normal ones among the screened ones of the sample, None where none was signed.

        The interval is Wilson's, as if each case had counted once.
        """
        return Share(self.sampled - self.missed, self.sampled, self.sampled_cases).estimate

    @property
    def sensitivity(self) -> Estimate | None:
        """Share of the abnormal ones that triage flagged, None where none was found or nothing sampled.

        The missed ones are estimated from the negative predictive value; the interval follows from its, end by end.
        """
        normal = self.negative_predictive_value
        if normal is None or not self.found:
            return None
        value, low, high = (
            self.found / (self.found + self.screened * (1 - share)) for share in (normal.value, normal.low, normal.high)
        )
        return Estimate(value, low, high)


def agreement(session: Session, period: Period) -> list[Agreement]:
    """Compare people and model, bin by bin of when the karyograms came; bins in which nothing counts are left out."""
    conditions = period.holds(_K.created_at), _K.state == KaryogramState.JUDGED, IS_SCREENED, seeds.of_patients(_K.id)
    came = select(_K.created_at).where(*conditions)
    screened = _counted(session, came.subquery(), [func.count()], period)
    results = signed_results(period.holds(_K.created_at)).subquery()
    signed = _counted(session, results, _comparison(results), period)
    moments, nothing = period.moments, [0] * len(_COUNTS[1:])
    return [
        Agreement(moments[number], *screened.get(number, [0]), *signed.get(number, nothing))
        for number in sorted(screened.keys() | signed.keys())
    ]


def together(parts: Sequence[Agreement]) -> Agreement | None:
    """Add bins up; the cells of a case come at once, so that no case lies in two bins. None without a bin."""
    if not parts:
        return None
    counted = (sum(getattr(part, name) for part in parts) for name in _COUNTS)
    return Agreement(parts[0].moment, *counted)


def _counted(
    session: Session, rows: Subquery, columns: Sequence[ColumnElement[Any]], period: Period
) -> dict[int, list[int]]:
    """Count rows by the bins of their ``created_at``."""
    moment = period.bin_of(rows.c.created_at)
    query = select(moment, *columns).select_from(rows).group_by(moment)
    return {int(number): [int(each) for each in counted] for number, *counted in session.execute(query)}


def _comparison(signed: Subquery) -> list[ColumnElement[Any]]:
    """What is counted of signed rows: sampled, their cases, missed, flagged and found."""
    screened, abnormal = signed.c.screened == 1, signed.c.call == Call.ABNORMAL
    return [
        how_many(screened),
        func.count(case((screened, signed.c.case_id)).distinct()),
        how_many(and_(screened, abnormal)),
        how_many(not_(screened)),
        how_many(and_(not_(screened), abnormal)),
    ]


def how_many(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """SQL: the number of rows for which a condition holds; NULL without a row."""
    return func.sum(case((condition, 1), else_=0))


def signed_results(*conditions: ColumnElement[bool]) -> Select[Any]:
    """SQL: signed karyograms with the call that counts: that of the third reader, else of the first.

    Of those who amended a decision the last one counts. Where it is signed without a third, first and second agree.
    Known cases are left out.

    Args:
        conditions: which karyograms.

    Returns:
        Columns ``id``, ``case_id``, ``created_at``, ``screened`` (1 or 0) and ``call``, without those that are signed
        as not assessable.
    """
    later = aliased(schema.decisions)
    amended = select(later.c.id).where(later.c.amends == _D.id).exists()
    call = func.coalesce(*(func.max(case((_D.place == place, _D.call))) for place in (Place.THIRD, Place.FIRST)))
    query: Select[Any] = (
        select(_K.id, _K.case_id, _K.created_at, case((IS_SCREENED, 1), else_=0).label("screened"), call.label("call"))
        .join_from(schema.karyograms, schema.decisions, _D.karyogram_id == _K.id)
        .where(_K.state == KaryogramState.JUDGED, _K.review == Review.SIGNED, not_(amended), *conditions)
        .where(seeds.of_patients(_K.id))
        .group_by(_K.id, _K.case_id, _K.created_at, _K.risk)
        .having(call != Call.NOT_ASSESSABLE)
    )
    return query
