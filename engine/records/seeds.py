"""Which karyograms are known cases that a supervisor has put among the others, and who may be told.

A known case looks like any other in all lists and pages of work. Everything that counts or exports the karyograms of
patients leaves it out by ``of_patients``. That it is one is told to a supervisor, and only once it is signed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from engine.people import Action, Person, may, require
from engine.records import schema
from engine.reviews import Call, Review
from engine.vocabulary import Karyogram

TOLD_IN_THE_TRAIL: Final = ("prepare a seed", "seed", "rename a seed", "withdraw a seed")
"""The actions of the audit trail that would tell readers which karyograms are known cases."""

_S: Final = schema.seeds.c
_PLACED: Final = select(_S.karyogram_id).where(_S.karyogram_id.is_not(None))


def of_patients(karyogram_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """SQL: this is the id of a karyogram of a patient, and not of a known case."""
    return karyogram_id.not_in(_PLACED)


def no_known_case(case_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """SQL: this is the id of a case of a patient."""
    karyograms = schema.karyograms
    return case_id.not_in(select(karyograms.c.case_id).where(karyograms.c.id.in_(_PLACED)))


def is_seed(session: Session, karyogram_id: str) -> bool:
    """Tell whether a karyogram is of a known case. This is for the engine itself; see ``answer`` for people."""
    return bool(session.scalar(select(exists().where(_S.karyogram_id == karyogram_id))))


@dataclass(frozen=True)
class Seed:
    """A picture of a known case: what the laboratory calls it, what it shows, and who put it among the others."""

    name: str
    cell: str
    call: Call
    karyotype: str
    simulated: bool
    person: str
    placed_at: datetime


def answer(session: Session, person: Person, karyogram: Karyogram) -> Seed | None:
    """Return what is known of a karyogram; None where it is no known case, is not signed, or it is not for them."""
    if not may(person, Action.SEED_CASES) or karyogram.review is not Review.SIGNED:
        return None
    row = session.execute(select(schema.seeds).where(_S.karyogram_id == karyogram.id)).mappings().one_or_none()
    return None if row is None else to_seed(dict(row))


def to_seed(row: Mapping[str, Any]) -> Seed:
    """Turn a row of ``seeds`` that is in a batch into a seed."""
    return Seed(**{name: row[name] for name in Seed.__dataclass_fields__})


@dataclass(frozen=True)
class Standing:
    """How many known cases wait for a batch, are in one and not signed yet, and are signed; a case by its cells."""

    waiting: int
    unread: int
    signed: int


def standing(session: Session, person: Person) -> Standing:
    """Count the known cases, a case with an unsigned cell as unread.

    Raises:
        NotAllowedError: their role may not know.
    """
    require(person, Action.SEED_CASES)
    karyograms = schema.karyograms.c
    waiting = session.scalar(select(func.count(_S.known_case.distinct())).where(_S.placed_at.is_(None))) or 0
    placed = select(_S.known_case, karyograms.review).join(schema.karyograms, karyograms.id == _S.karyogram_id)
    reviews: dict[str, set[Review]] = {}
    for case, review in session.execute(placed.distinct()):
        reviews.setdefault(case, set()).add(review)
    signed = sum(found == {Review.SIGNED} for found in reviews.values())
    return Standing(waiting, len(reviews) - signed, signed)
