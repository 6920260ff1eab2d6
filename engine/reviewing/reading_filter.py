"""What somebody wants to see of the reading list, as conditions that the database answers from its indexes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from engine import reviews
from engine.people import Action, Person, may
from engine.records import schema
from engine.reviews import Review
from models.judging.triage import TriageOutcome

FEW: Final = 4_000
"""So many karyograms may be looked at one by one; where there may be more, the list is walked in its order."""

_LAST_LETTER: Final = chr(0x10FFFF)


class Turn(StrEnum):
    """Which part of the work a list shows: by whose turn it is."""

    MINE = "mine"  # what the person who looks may decide now
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    SIGNED = "signed"
    ALL = "all"  # with those that wait for a verdict and those that nobody has to read


@dataclass(frozen=True)
class Filter:
    """What a reading list shows; what is empty or None lets everything pass.

    ``finding`` is the text of one, such as ``+21``; ``case`` is how the name of a case begins; ``decided_by`` is the
    name of a person; ``received_before`` is timezone-aware.
    """

    turn: Turn = Turn.MINE
    batch_id: str = ""
    outcomes: tuple[TriageOutcome, ...] = ()
    finding: str = ""
    case: str = ""
    decided_by: str = ""
    received_before: datetime | None = None


def reviews_of(turn: Turn, reader: Person) -> tuple[Review, ...]:
    """Return the reviews that a list takes together; none where the reader's role decides nothing."""
    if turn is Turn.ALL:
        return tuple(Review)
    if turn is not Turn.MINE:
        return (Review(turn.value),)
    reads = (Review.FIRST, Review.SECOND) if may(reader, Action.READ) else ()
    return (*reads, Review.THIRD) if may(reader, Action.ARBITRATE) else reads


def few(session: Session, wanted: Filter) -> Select[Any] | None:
    """Return a query for the ids of at most ``FEW`` karyograms that hold all of a filter; None where it is not known.

    A finding, the beginning of a case or a person may leave so few that it is quicker to look at each of them.
    """
    return next((found for found in _candidates(wanted) if _are_few(session, found)), None)


def _candidates(wanted: Filter) -> list[Select[Any]]:
    """The ids of the karyograms that have this finding, case or reader."""
    cases, karyograms, decisions = schema.cases, schema.karyograms, schema.decisions
    found = []
    if wanted.finding:
        found.append(select(schema.findings.c.karyogram_id).where(schema.findings.c.text == wanted.finding))
    if wanted.case:
        of_case = karyograms.c.case_id == cases.c.id
        found.append(select(karyograms.c.id).join(cases, of_case).where(_begins(wanted.case)))
    if wanted.decided_by:
        found.append(select(decisions.c.karyogram_id).where(decisions.c.person == wanted.decided_by))
    return found


def _are_few(session: Session, candidates: Select[Any]) -> bool:
    some = candidates.limit(FEW + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _begins(start: str) -> ColumnElement[bool]:
    name = schema.cases.c.name
    return and_(name >= start, name < start + _LAST_LETTER)


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return what a filter asks of a karyogram, beside whose turn it is."""
    cases, findings, here = schema.cases, schema.findings, schema.karyograms.c
    asked: list[ColumnElement[bool]] = []
    if wanted.batch_id:
        asked.append(here.batch_id == wanted.batch_id)
    if wanted.outcomes:
        asked.append(or_(*(has_outcome(here.risk, outcome) for outcome in wanted.outcomes)))
    if wanted.received_before:
        asked.append(here.created_at < wanted.received_before)
    if wanted.finding:
        asked.append(exists().where(findings.c.karyogram_id == here.id, findings.c.text == wanted.finding))
    if wanted.case:
        asked.append(exists().where(cases.c.id == here.case_id, _begins(wanted.case)))
    if wanted.decided_by:
        asked.append(decided(wanted.decided_by))
    return asked


def has_outcome(risk: ColumnElement[float], outcome: TriageOutcome) -> ColumnElement[bool]:
    """Tell an outcome from the risk, which has a range of its own for each."""
    return risk.between(reviews.risk(outcome, 0.0), reviews.risk(outcome, 1.0))


def decided(name: str) -> ColumnElement[bool]:
    """Tell whether a person of this name has decided on a karyogram."""
    decisions = schema.decisions
    return exists().where(decisions.c.karyogram_id == schema.karyograms.c.id, decisions.c.person == name)
