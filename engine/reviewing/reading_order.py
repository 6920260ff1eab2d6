"""The order of the reading list, the riskiest first, and two ways to find one's place in it.

A place is a risk and an id, of which the higher comes first. Where a filter leaves few karyograms they are gathered and
put in order; else the order of the index is walked, from any place without what lies before it.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Protocol

from sqlalchemy import ColumnElement, Select, func, select, true, tuple_
from sqlalchemy.orm import Session

from engine.people import Person
from engine.records import schema
from engine.reviewing import reading_filter
from engine.reviewing.reading_filter import Filter, Turn
from engine.reviews import Review

MOST: Final = 5_000
"""Nothing is counted beyond this: it means so many or more."""

_TABLE: Final = schema.karyograms
_DECIDED: Final = (Review.SECOND, Review.THIRD, Review.SIGNED)  # the reviews that have decisions


@dataclass(frozen=True)
class Place:
    """Where a karyogram stands: its risk, None while it waits for a verdict and so stands last, and its id."""

    risk: float | None
    id: str

    @property
    def height(self) -> tuple[float, str]:
        """What is higher comes earlier."""
        return (-1.0 if self.risk is None else self.risk), self.id


class Order(Protocol):
    """The karyograms that a filter lets a person see, in their order."""

    def walk(self, limit: int, start: Place | None = None, *, backward: bool = False) -> list[Place]:
        """Return at most ``limit`` places that follow one, or precede it, the nearest first; from an end if None."""

    def count(self, before: Place | None = None, turn: Turn | None = None) -> int:
        """Return how many there are, or come before a place, at most ``MOST``; of another turn if one is given."""

    def holds(self, karyogram_id: str) -> bool:
        """Tell whether a karyogram is among them."""


def place(session: Session, karyogram_id: str) -> Place | None:
    """Return where a karyogram stands in the order of all; None where there is no such karyogram."""
    row = session.execute(select(_TABLE.c.risk, _TABLE.c.id).where(_TABLE.c.id == karyogram_id)).one_or_none()
    return None if row is None else Place(*row)


def order(session: Session, reader: Person, wanted: Filter) -> Order:
    """Return the karyograms of a filter for a person, in the way that is quicker."""
    few = reading_filter.few(session, wanted)
    return Indexed(session, reader, wanted) if few is None else Gathered(session, reader, wanted, few)


class Gathered:
    """An order of few karyograms, all of which are here."""

    def __init__(self, session: Session, reader: Person, wanted: Filter, few: Select[Any]) -> None:
        """Look for all of them at once, whosever turn it is."""
        self._reader = reader
        self._turn = wanted.turn
        # the limit keeps the database from walking the whole list for the few
        fenced = select(_TABLE.c.id).where(_TABLE.c.id.in_(few)).limit(reading_filter.FEW).subquery()
        columns = _TABLE.c.review, reading_filter.decided(reader.name), _TABLE.c.risk, _TABLE.c.id
        query = select(*columns).join(fenced, fenced.c.id == _TABLE.c.id)
        rows = session.execute(query.where(*reading_filter.conditions(wanted)))
        found = [(review, decided, Place(risk, key)) for review, decided, risk, key in rows]
        self._found = sorted(found, key=lambda row: row[2].height, reverse=True)

    def walk(self, limit: int, start: Place | None = None, *, backward: bool = False) -> list[Place]:
        """See ``Order``."""
        places = self._places(self._turn)[:: -1 if backward else 1]
        if start is not None:
            at = start.height
            places = [one for one in places if (one.height > at if backward else one.height < at)]
        return places[:limit]

    def count(self, before: Place | None = None, turn: Turn | None = None) -> int:
        """See ``Order``."""
        places = self._places(turn or self._turn)
        return len(places) if before is None else sum(one.height > before.height for one in places)

    def holds(self, karyogram_id: str) -> bool:
        """See ``Order``."""
        return any(one.id == karyogram_id for one in self._places(self._turn))

    def _places(self, turn: Turn) -> list[Place]:
        taken = reading_filter.reviews_of(turn, self._reader)
        return [at for review, decided, at in self._found if review in taken and not (turn is Turn.MINE and decided)]


class Indexed:
    """An order of any length: each review has its own in the index, and those of several are merged."""

    def __init__(self, session: Session, reader: Person, wanted: Filter) -> None:
        """Keep what is asked for; see ``engine.records.database.open_session`` for the session."""
        self._session = session
        self._reader = reader
        self._turn = wanted.turn
        self._reviews = _DECIDED if wanted.decided_by else tuple(Review)
        self._asked = reading_filter.conditions(wanted)

    def walk(self, limit: int, start: Place | None = None, *, backward: bool = False) -> list[Place]:
        """See ``Order``."""
        columns = _TABLE.c.risk, _TABLE.c.id
        by = [column.asc() if backward else column.desc() for column in columns]
        found = [
            [Place(*row) for row in self._session.execute(query.with_only_columns(*columns).order_by(*by).limit(limit))]
            for query in self._queries(self._turn, start, backward=backward)
        ]
        return list(islice(heapq.merge(*found, key=lambda one: one.height, reverse=not backward), limit))

    def count(self, before: Place | None = None, turn: Turn | None = None) -> int:
        """See ``Order``."""
        queries = self._queries(turn or self._turn, before, backward=True)
        counted = [select(func.count()).select_from(query.limit(MOST).subquery()) for query in queries]
        return min(MOST, sum(self._session.scalar(query) or 0 for query in counted))

    def holds(self, karyogram_id: str) -> bool:
        """See ``Order``."""
        queries = self._queries(self._turn, None, backward=False)
        return any(self._session.execute(query.where(_TABLE.c.id == karyogram_id)).first() for query in queries)

    def _queries(self, turn: Turn, start: Place | None, *, backward: bool) -> list[Select[tuple[str]]]:
        """One query for each review that has anything beyond a place."""
        taken = [one for one in reading_filter.reviews_of(turn, self._reader) if one in self._reviews]
        beyond = [(review, _beyond(review, start, backward=backward)) for review in taken]
        return [
            select(_TABLE.c.id).where(_TABLE.c.review == review, *self._asked, *self._hidden(turn, review), there)
            for review, there in beyond
            if there is not None
        ]

    def _hidden(self, turn: Turn, review: Review) -> list[ColumnElement[bool]]:
        """What somebody has decided is not their turn; where the first reader is awaited nobody has."""
        hides = turn is Turn.MINE and review is not Review.FIRST
        return [~reading_filter.decided(self._reader.name)] if hides else []


def _beyond(review: Review, start: Place | None, *, backward: bool) -> ColumnElement[bool] | None:
    """What comes after a place, or before it; None for nothing. Only what waits for its verdict has no risk."""
    if start is None:
        return true()
    waits = review is Review.WAITING
    if waits and start.risk is None:
        return _TABLE.c.id > start.id if backward else _TABLE.c.id < start.id
    if waits or start.risk is None:  # all of it lies on the same side
        return true() if backward is not waits else None
    here, there = tuple_(_TABLE.c.risk, _TABLE.c.id), tuple_(start.risk, start.id)
    return here > there if backward else here < there
