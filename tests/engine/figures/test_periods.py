"""Periods: their bins in Python, and the same in both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select

from engine.figures.periods import DAY, HOUR, WEEK, Period, Whole
from engine.records import schema, store
from engine.records.database import open_session

START = datetime(2026, 3, 2, tzinfo=ZoneInfo("Europe/Stockholm"))


@pytest.mark.parametrize(("days", "width", "coarser"), [(1, HOUR, DAY), (30, DAY, WEEK), (365, WEEK, 4 * WEEK)])
def test_the_length_decides_on_the_bins(days: int, width: timedelta, coarser: timedelta) -> None:
    period = Period.of(START, START + timedelta(days=days))
    assert (period.width, period.coarser.width) == (width, coarser)


def test_a_last_bin_that_is_shorter_counts() -> None:
    assert Period(START, START + timedelta(hours=25), DAY).moments == [START, START + DAY]
    assert Period(START, START + DAY, DAY).moments == [START]


def test_the_time_before_ends_where_the_period_begins() -> None:
    assert Period(START, START + DAY, HOUR).before(WEEK) == Period(START - WEEK, START, HOUR)


@pytest.mark.parametrize(
    ("start", "end", "width"),
    [(START, START, DAY), (START, START + DAY, timedelta(0)), (datetime(2026, 3, 2), START, DAY)],
)
def test_what_is_no_period_is_refused(start: datetime, end: datetime, width: timedelta) -> None:
    with pytest.raises(ValueError, match="must"):
        Period(start, end, width)


def test_the_database_counts_in_the_same_bins(sql_engine: Engine) -> None:
    period = Period(START, START + 3 * DAY, DAY)
    inside = [START, START + DAY - timedelta(microseconds=1), START + DAY, START + 3 * DAY - timedelta(seconds=1)]
    created = schema.batches.c.created_at
    with open_session(sql_engine) as session:
        for moment in [START - timedelta(microseconds=1), *inside, START + 3 * DAY]:
            store.add_batch(session, "Monday", "pixels", 5, moment.astimezone(UTC))
        query = select(created, period.bin_of(created)).where(period.holds(created)).order_by(created)
        found = [tuple(row) for row in session.execute(query)]
    assert [moment for moment, _ in found] == inside
    assert [number for _, number in found] == [0, 0, 1, 2]


def test_the_database_cuts_fractions_off(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        store.add_batch(session, "Monday", "pixels", 7, START)
        assert session.scalar(select(Whole(schema.batches.c.passes * 0.25))) == 1  # of 1.75
