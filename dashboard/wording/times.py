"""Times on screen: stored in UTC, shown in the reader's own time zone and in a form that is easy to read."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def reader_zone() -> ZoneInfo:
    """The time zone of the reader's browser, or UTC where the browser does not tell."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def local_time(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as ``23 Nov 2026, 14:05`` in ``zone``; UTC is named, because it is nobody's local time by chance.

    Raises:
        ValueError: when ``moment`` has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"moment must know its time zone, got the naive {moment.isoformat()}")
    local = moment.astimezone(zone)
    suffix = " UTC" if zone.key == "UTC" else ""
    return f"{local.day} {local:%b %Y, %H:%M}{suffix}"


def duration(seconds: float) -> str:
    """A span of time as ``a few seconds``, ``40 s``, ``3 min`` or ``2 h 10 min``, rounded up."""
    if seconds < 5:
        return "a few seconds"
    if seconds <= _MINUTE - 5:
        return f"{-(-seconds // 5) * 5:.0f} s"
    minutes = int(-(-seconds // _MINUTE))
    if minutes < _MINUTE:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def span(seconds: float) -> str:
    """A span of any length with one decimal at most: ``40 min``, ``19.8 h`` or ``12 days``."""
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.1f} h"
    days = seconds / _DAY
    return f"{days:.1f} days" if days < 10 else f"{days:.0f} days"


def ago(moment: datetime, now: datetime) -> str:
    """How long ago ``moment`` was, such as ``3 min ago``."""
    seconds = max(0.0, (now - moment).total_seconds())
    return "just now" if seconds < 5 else f"{duration(seconds)} ago"


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
