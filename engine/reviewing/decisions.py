"""Decisions of people in the record store: written by the rules of ``engine.reviews``, never changed or deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, RowMapping, select, update
from sqlalchemy.orm import Session

from engine import reviews
from engine.people import Action, Person, require, require_proof
from engine.records import audit, schema, store
from engine.records.rows import in_chunks
from engine.reviewing import signatures
from engine.reviews import Call, Decision, Opinion, Place, Review, ReviewError
from engine.vocabulary import Karyogram

_AT_ONCE: Final = 500
_MEANWHILE: Final = "Somebody else has decided on this karyogram just now. Reload it to see whose turn it is."


def of(session: Session, karyogram_id: str) -> list[Decision]:
    """Return every decision on a karyogram, amended ones too, earliest first."""
    return of_many(session, [karyogram_id])[karyogram_id]


def of_many(session: Session, karyogram_ids: Iterable[str]) -> dict[str, list[Decision]]:
    """Return every decision on each of these karyograms, earliest first."""
    table, wanted = schema.decisions, list(dict.fromkeys(karyogram_ids))
    found: dict[str, list[Decision]] = defaultdict(list, {key: [] for key in wanted})
    for some in in_chunks(wanted):
        query = select(table).where(table.c.karyogram_id.in_(some)).order_by(table.c.id)
        for row in session.execute(query).mappings():
            found[row["karyogram_id"]].append(_to_decision(row))
    return dict(found)


def every(session: Session) -> Iterator[Decision]:
    """Give every decision on any karyogram, earliest first, some at a time."""
    query = select(schema.decisions).order_by(schema.decisions.c.id).execution_options(yield_per=_AT_ONCE)
    yield from map(_to_decision, session.execute(query).mappings())


def decide(session: Session, person: Person, karyogram_id: str, opinion: Opinion, now: datetime) -> Decision:
    """Keep somebody's decision, and hand the karyogram on to whose turn it is next.

    Args:
        session: see ``engine.records.database.open_session``.
        person: who decides.
        karyogram_id: on which karyogram.
        opinion: what they say.
        now: timezone-aware time.

    Raises:
        NotFoundError: there is no such karyogram.
        NotAllowedError: their role may not decide now.
        SignAgainError: they signed in too long ago to sign.
        ReviewError: the rules of reading do not allow it; the text says why.
    """
    karyogram, before = store.karyogram(session, karyogram_id), of(session, karyogram_id)
    place = reviews.place_for(person, karyogram.review, before)
    require_proof(person, now)
    verdict = store.verdict(session, karyogram_id)
    outcome = None if verdict is None else verdict.outcome
    if reviews.overrides(opinion, outcome) and not opinion.reason.strip():
        raise ReviewError("The model says the contrary. Please give the reason for overriding it.")
    model = None if verdict is None else verdict.model
    values = {"karyogram_id": karyogram_id, "place": place, "person": person.name, "model": model, "outcome": outcome}
    decided = {**values, **_opinion_values(opinion), "amends": None, "created_at": now}
    return _keep(session, person, karyogram, before, decided)


def amend(session: Session, person: Person, decision: Decision, opinion: Opinion, now: datetime) -> Decision:
    """Put another decision in the place of one's own; the old one is kept, and the readers may now disagree.

    Raises:
        NotAllowedError: their role may not decide.
        SignAgainError: they signed in too long ago to sign.
        ReviewError: it is somebody else's decision, it was amended already, or the reason is missing.
    """
    require(person, Action.ARBITRATE if decision.place is Place.THIRD else Action.READ)
    require_proof(person, now)
    if decision.person != person.name:
        raise ReviewError(f"This is the decision of {decision.person}: only who decided can amend it.")
    if not opinion.reason.strip():
        raise ReviewError("Please give the reason for amending the decision.")
    karyogram, before = store.karyogram(session, decision.karyogram_id), of(session, decision.karyogram_id)
    if decision not in reviews.standing(before):
        raise ReviewError("This decision has been amended already. Amend the one that stands.")
    values = {name: getattr(decision, name) for name in ("karyogram_id", "place", "person", "model", "outcome")}
    amended = {**values, **_opinion_values(opinion), "amends": decision.id, "created_at": now}
    return _keep(session, person, karyogram, before, amended)


def _keep(
    session: Session, person: Person, karyogram: Karyogram, before: list[Decision], values: dict[str, Any]
) -> Decision:
    """Insert a decision and set whose turn it is; where somebody was quicker, nothing is kept."""
    if not store.insert_once(session, schema.decisions, values):
        raise ReviewError(_MEANWHILE)
    table = schema.decisions
    same_place = table.c.karyogram_id == karyogram.id, table.c.place == values["place"]
    query = select(table).where(*same_place).order_by(table.c.id.desc()).limit(1)
    decision = _to_decision(session.execute(query).mappings().one())
    turn = reviews.after_decisions([*before, decision])
    statement = update(schema.karyograms).where(
        schema.karyograms.c.id == karyogram.id, schema.karyograms.c.review == karyogram.review
    )
    changed = cast("CursorResult[Any]", session.execute(statement.values(review=turn)))
    if not changed.rowcount:
        session.rollback()
        raise ReviewError(_MEANWHILE)
    _record(session, person, decision, karyogram.review, turn)
    return decision


def _record(session: Session, person: Person, decision: Decision, before: Review, after: Review) -> None:
    """Enter a decision with its signature into the audit trail; ``engine.operations.checks`` compares the two."""
    signature = signatures.told(person, decision.place, amending=decision.amends is not None)
    audit.record(
        session,
        decision.created_at,
        person=decision.person,
        action="decide" if decision.amends is None else "amend",
        subject=f"karyogram {decision.karyogram_id}",
        details={"decision": decision.id, "before": before, "after": after, "signature": signature, **told(decision)},
    )


def told(decision: Decision) -> dict[str, Any]:
    """Return what the audit trail tells of a decision, as JSON gives it back."""
    opinion = _opinion_values(decision.opinion)
    return {**opinion, "call": decision.opinion.call.value, "place": decision.place.value, "amends": decision.amends}


def result(session: Session, karyogram: Karyogram) -> Decision | None:
    """Return the decision that counts of a karyogram; None while it is not signed."""
    if karyogram.review is not Review.SIGNED:
        return None
    return reviews.result(of(session, karyogram.id))


def _opinion_values(opinion: Opinion) -> dict[str, Any]:
    return {**vars(opinion), "findings": list(opinion.findings)}


def _to_decision(row: RowMapping) -> Decision:
    opinion = Opinion(
        Call(row["call"]), row["karyotype"], tuple(row["findings"]), comment=row["comment"], reason=row["reason"]
    )
    names = ("id", "karyogram_id", "place", "person", "model", "outcome", "amends", "created_at")
    return Decision(**{name: row[name] for name in names}, opinion=opinion)
