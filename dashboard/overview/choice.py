"""Which period the overview shows: chosen on the page, kept in its address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.wording import times
from engine.figures.periods import Period

_TODAY, _WEEK, _MONTH, _YEAR, _OTHER = "Today", "7 days", "30 days", "12 months", "Other"
_DAYS = {_TODAY: 1, _WEEK: 7, _MONTH: 30, _YEAR: 365}


def period() -> Period:
    """Ask for a period of whole days of the reader's calendar."""
    today, zone = times.now().astimezone(times.reader_zone()).date(), times.reader_zone()
    with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center"):
        chosen = st.segmented_control(
            "Period",
            [*_DAYS, _OTHER],
            default=_MONTH,
            required=True,
            key="period",
            bind="query-params",
            label_visibility="collapsed",
        )
        days = _DAYS.get(chosen or _MONTH)
        first, last = _other(today) if days is None else (today - timedelta(days=days - 1), today)
    return of_days(first, last, zone)


def of_days(first: date, last: date, zone: ZoneInfo) -> Period:
    """The period from the first moment of a day until the last one of another, in a time zone."""
    start, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
    return Period.of(start, end)


def _other(today: date) -> tuple[date, date]:
    """Ask for two days; while only the first is chosen, it stands for both."""
    days = st.date_input(
        "From and to",
        value=(today - timedelta(days=_DAYS[_MONTH] - 1), today),
        max_value=today,
        key="days",
        bind="query-params",
        label_visibility="collapsed",
        width=240,
    )
    chosen = list(days) if isinstance(days, tuple) else [days]
    return (chosen[0], chosen[-1]) if chosen else (today, today)
