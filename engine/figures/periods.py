"""Spans of time cut into equal bins, in Python and in SQL: statistics over time are counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
_MOST_HOURS: Final = 3 * DAY
_MOST_DAYS: Final = 100 * DAY


@dataclass(frozen=True)
class Period:
    """A span of time from ``start`` until just before ``end``, cut into bins of one ``width``; the last may be shorter.

    A day is always 24 hours: after a change to or from summer time the bins begin an hour off midnight.
    """

    start: datetime
    end: datetime
    width: timedelta

    def __post_init__(self) -> None:
        """Refuse naive times and a span without length."""
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError(f"times must be timezone-aware, got {self.start!r} and {self.end!r}")
        if self.start >= self.end or self.width <= timedelta(0):
            raise ValueError(f"a period must have a length, got {self.start} to {self.end} in steps of {self.width}")

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Period:
        """Cut a span into hours, days or weeks, as its length suggests."""
        length = end - start
        return cls(start, end, HOUR if length <= _MOST_HOURS else DAY if length <= _MOST_DAYS else WEEK)

    @property
    def moments(self) -> list[datetime]:
        """When each bin begins."""
        return [self.start + number * self.width for number in range(-((self.start - self.end) // self.width))]

    @property
    def coarser(self) -> Period:
        """The same span in larger bins, for what is too rare to be told bin by bin: days, weeks or four weeks."""
        return Period(self.start, self.end, {HOUR: DAY, DAY: WEEK}.get(self.width, 4 * WEEK))

    def before(self, length: timedelta) -> Period:
        """The span of this length that ends where this one begins."""
        return Period(self.start - length, self.start, self.width)

    def holds(self, column: ColumnElement[Any]) -> ColumnElement[bool]:
        """SQL: a time lies in this period."""
        return (column >= self.start) & (column < self.end)

    def bin_of(self, column: ColumnElement[Any]) -> ColumnElement[int]:
        """SQL: the number of the bin in which a time of this period lies, from 0."""
        start = int(self.start.astimezone(UTC).timestamp())
        return (Seconds(column) - literal(start, BigInteger)) // literal(int(self.width.total_seconds()), BigInteger)


class Seconds(FunctionElement[int]):
    """SQL: whole seconds of a time since 1970, on either database."""

    type = BigInteger()
    inherit_cache = True
    name = "seconds"


@compiles(Seconds, "sqlite")
def _of_sqlite(element: Seconds, compiler: SQLCompiler, **options: Any) -> str:
    # cut to whole seconds: SQLite would round what lies within half a millisecond of the next one
    return f"CAST(strftime('%s', substr({compiler.process(element.clauses, **options)}, 1, 19)) AS INTEGER)"


@compiles(Seconds, "postgresql")
def _of_postgresql(element: Seconds, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor(EXTRACT(EPOCH FROM {compiler.process(element.clauses, **options)})) AS BIGINT)"


class Whole(FunctionElement[int]):
    """SQL: a number of 0 or more without its fraction, on either database."""

    type = BigInteger()
    inherit_cache = True
    name = "whole"


@compiles(Whole, "sqlite")
def _whole_of_sqlite(element: Whole, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS INTEGER)"  # floor is missing in many builds


@compiles(Whole, "postgresql")
def _whole_of_postgresql(element: Whole, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST(floor({compiler.process(element.clauses, **options)}) AS BIGINT)"
