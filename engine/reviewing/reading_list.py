"""The reading list: what waits for people over all batches, the riskiest first. Nothing here loads all rows.

Pages and steps go on from a karyogram, not from a number, so that they cost the same at the end as at the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import Session

from engine.people import Person
from engine.records import schema, store
from engine.records.rows import select_verdicts, to_batch, to_verdict
from engine.reviewing import decisions, reading_filter, reading_order
from engine.reviewing.reading_filter import Filter, Turn
from engine.reviews import OPEN
from engine.vocabulary import Batch, Karyogram, Verdict
from models.judging.triage import TriageOutcome


@dataclass(frozen=True)
class Entry:
    """One row of the list; ``readers`` are the names of those who have decided, earliest first."""

    karyogram: Karyogram
    batch: Batch
    verdict: Verdict | None
    readers: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Some entries one after the other; ``first`` is the number of the first one, from 1, in a list of ``total``.

    Nothing is counted beyond ``engine.reviewing.reading_order.MOST``.
    """

    entries: list[Entry]
    first: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return self.first + len(self.entries) - 1


@dataclass(frozen=True)
class Neighbours:
    """What stands before and after a karyogram; ``number`` is its own, from 1, or None where the list has it not."""

    before: str | None
    after: str | None
    number: int | None
    total: int


def page(session: Session, reader: Person, wanted: Filter, size: int, *, after: str = "", before: str = "") -> Page:
    """Return a page of the list: what follows or precedes a karyogram, else the first page.

    Args:
        session: see ``engine.records.database.open_session``.
        reader: who looks at it.
        wanted: what is to be seen.
        size: at most so many entries.
        after: the id of the karyogram before the page; an unknown one means the first page.
        before: the id of the karyogram after the page, likewise.
    """
    order, start = reading_order.order(session, reader, wanted), reading_order.place(session, after or before)
    backward = start is not None and not after
    places = order.walk(size, start, backward=backward)[:: -1 if backward else 1]
    if start is not None and (len(places) < size if backward else not places):  # over an end: a whole first page
        places = order.walk(size)
    ahead = order.count(before=places[0]) if places else 0
    return Page(entries(session, [one.id for one in places]), ahead + 1, order.count())


def neighbours(session: Session, reader: Person, wanted: Filter, karyogram_id: str) -> Neighbours:
    """Return what stands before and after a karyogram, also after one that is no longer on the list.

    Raises:
        NotFoundError: there is no such karyogram.
    """
    order, here = reading_order.order(session, reader, wanted), reading_order.place(session, karyogram_id)
    if here is None:
        raise store.NotFoundError("karyogram", karyogram_id)
    before, after = order.walk(1, here, backward=True), order.walk(1, here)
    return Neighbours(
        before=before[0].id if before else None,
        after=after[0].id if after else None,
        number=order.count(before=here) + 1 if order.holds(karyogram_id) else None,
        total=order.count(),
    )


def next_open(session: Session, reader: Person, wanted: Filter, karyogram_id: str = "") -> str | None:
    """Return what somebody may decide next: what follows a karyogram, at the end of the list its beginning.

    Args:
        session: see ``engine.records.database.open_session``.
        reader: who decides.
        wanted: the list that they read; of it only what is their turn.
        karyogram_id: where they are, which is never the answer; left out, they begin.

    Returns:
        The id of a karyogram; None where nothing waits for this person.
    """
    order = reading_order.order(session, reader, replace(wanted, turn=Turn.MINE))
    here = reading_order.place(session, karyogram_id)
    found = [*(order.walk(1, here) if here else ()), *order.walk(2)]
    return next((one.id for one in found if one.id != karyogram_id), None)


def resume(session: Session, reader: Person, wanted: Filter, karyogram_id: str) -> str | None:
    """Return where somebody goes on who stopped at a karyogram: there if it is still their turn, else what follows."""
    mine = reading_order.order(session, reader, replace(wanted, turn=Turn.MINE))
    return karyogram_id if mine.holds(karyogram_id) else next_open(session, reader, wanted, karyogram_id)


def counts(session: Session, reader: Person, wanted: Filter) -> dict[Turn, int]:
    """Return how many karyograms each list has under a filter, whatever its own turn is; at most ``MOST`` of each."""
    order = reading_order.order(session, reader, wanted)
    return {turn: order.count(turn=turn) for turn in Turn}


def outcome_counts(session: Session, batch_id: str) -> dict[TriageOutcome | None, int]:
    """Return how many karyograms of a batch have each outcome, and under None how many wait for one."""
    risk = schema.karyograms.c.risk
    has = [(reading_filter.has_outcome(risk, outcome), outcome.value) for outcome in TriageOutcome]
    outcome = case(*has, else_=None).label("outcome")
    mine = schema.karyograms.c.batch_id == batch_id
    rows = session.execute(select(outcome, func.count()).where(mine).group_by(outcome)).all()
    return {None if word is None else TriageOutcome(word): number for word, number in rows}


def last_decided(session: Session, reader: Person) -> tuple[str, datetime] | None:
    """Return the karyogram on which somebody decided last, and when; None where they never did."""
    table = schema.decisions
    query = select(table.c.karyogram_id, table.c.created_at).where(table.c.person == reader.name)
    row = session.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else (row[0], row[1])


def entries(session: Session, ids: Sequence[str]) -> list[Entry]:
    """Return the entries of these karyograms, in the order of the ids; for a page, not for a whole list."""
    karyograms = store.karyograms(session, ids)
    batches = _batches(session, {karyogram.batch_id for karyogram in karyograms})
    verdicts = schema.verdicts.c
    found = select_verdicts().where(
        verdicts.karyogram_id.in_(ids), verdicts.model.in_({b.model for b in batches.values()})
    )
    by_key = {(one.karyogram_id, one.model): one for one in map(to_verdict, session.execute(found).mappings())}
    made = decisions.of_many(session, ids)
    return [
        Entry(
            karyogram=karyogram,
            batch=(batch := batches[karyogram.batch_id]),
            verdict=by_key.get((karyogram.id, batch.model)),
            readers=tuple(dict.fromkeys(decision.person for decision in made[karyogram.id])),
        )
        for karyogram in karyograms
    ]


def _batches(session: Session, ids: Iterable[str]) -> dict[str, Batch]:
    query = select(schema.batches).where(schema.batches.c.id.in_(list(ids)))
    return {row["id"]: to_batch(row) for row in session.execute(query).mappings()}


def batches(session: Session, limit: int, *, only_open: bool) -> list[Batch]:
    """Return the newest batches, those alone in which something waits for a person if that is asked for."""
    table, karyograms = schema.batches, schema.karyograms
    query = select(table).order_by(table.c.created_at.desc(), table.c.id).limit(limit)
    if only_open:
        query = query.where(exists().where(karyograms.c.batch_id == table.c.id, karyograms.c.review.in_(OPEN)))
    return [to_batch(row) for row in session.execute(query).mappings()]


def known_findings(session: Session) -> list[str]:
    """Return every text that a finding has."""
    return _distinct(session, schema.findings.c.text)


def known_readers(session: Session) -> list[str]:
    """Return the names of all who have decided anything."""
    return _distinct(session, schema.decisions.c.person)


def _distinct(session: Session, column: ColumnElement[str]) -> list[str]:
    """The different values of a column, from one to the next in its index, however many rows there are."""
    seen = select(func.min(column).label("value")).cte("seen", recursive=True)
    following = select(func.min(column)).where(column > seen.c.value).scalar_subquery()
    seen = seen.union_all(select(following).where(seen.c.value.is_not(None)))
    return list(session.scalars(select(seen.c.value).where(seen.c.value.is_not(None)).order_by(seen.c.value)))
