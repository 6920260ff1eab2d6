from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dashboard.wording import times

MOMENT = datetime(2026, 7, 3, 22, 5, tzinfo=UTC)


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    assert times.local_time(MOMENT, ZoneInfo("Europe/Stockholm")) == "4 Jul 2026, 00:05"


def test_utc_is_named() -> None:
    assert times.local_time(MOMENT, ZoneInfo("UTC")) == "3 Jul 2026, 22:05 UTC"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        times.local_time(MOMENT.replace(tzinfo=None), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "a few seconds"),
        (4.9, "a few seconds"),
        (5, "5 s"),
        (41, "45 s"),
        (59.5, "1 min"),
        (60, "1 min"),
        (61, "2 min"),
        (3599, "1 h 00 min"),
        (7800, "2 h 10 min"),
    ],
)
def test_a_duration_is_rounded_up(seconds: float, text: str) -> None:
    assert times.duration(seconds) == text


def test_how_long_ago() -> None:
    assert times.ago(MOMENT, MOMENT + timedelta(seconds=1)) == "just now"
    assert times.ago(MOMENT, MOMENT + timedelta(minutes=3)) == "3 min ago"
    assert times.ago(MOMENT, MOMENT - timedelta(hours=1)) == "just now"  # clocks of two machines differ


def test_without_a_browser_the_zone_is_utc() -> None:
    assert times.reader_zone().key == "UTC"
