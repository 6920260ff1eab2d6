"""Frames and charts of the overview: what is drawn is read from their specification."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
import vl_convert

from dashboard.drawing import charts
from dashboard.overview import drawing, frames
from dashboard.overview.choice import of_days
from engine.figures.agreement import Agreement
from engine.figures.drift import Drift, Point
from engine.figures.overview import Bar, Throughput
from engine.figures.periods import DAY, HOUR, WEEK
from models.judging.triage import Reason, TriageOutcome

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def rows(chart: Any) -> list[dict[str, Any]]:
    """What a chart draws, where it has one set of data."""
    (data,) = chart.to_dict()["datasets"].values()
    return list(data)


def fields(chart: Any) -> list[str]:
    return [layer["encoding"]["y"]["field"] for layer in chart.to_dict()["layer"]]


def test_reasons_stand_by_their_frequency_in_plain_words() -> None:
    frame = frames.reasons({Reason.NO_FINDING: 3, Reason.VOTED_ABNORMAL: 20})
    chart = drawing.reasons(frame)
    assert rows(chart) == [{"reason": "Voted abnormal", "count": 20}, {"reason": "No finding", "count": 3}]
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["sort"] == ["Voted abnormal", "No finding"]


def test_what_came_and_what_was_signed_are_drawn_by_different_marks() -> None:
    chart = drawing.throughput(frames.throughput(Throughput([NOON, NOON + HOUR], [5, 0], [1, 2])))
    assert [(row["received"], row["signed"]) for row in rows(chart)] == [(5, 1), (0, 2)]
    assert [layer["mark"]["type"] for layer in chart.to_dict()["layer"]] == ["area", "line"]


@pytest.mark.parametrize(
    ("step", "pattern"), [(HOUR, r"\d\d:\d\d"), (DAY, r"\d{1,2} Mar"), (WEEK, r"\d{1,2} [A-Z][a-z]{2}")]
)
def test_a_time_is_written_as_the_day_and_within_a_day_as_the_hour(step: timedelta, pattern: str) -> None:
    moments = [NOON + number * step for number in range(10)]
    chart = drawing.throughput(frames.throughput(Throughput(moments, [5] * 10, [1] * 10)))
    written = re.findall(r"<text[^>]*>([^<]+)</text>", vl_convert.vegalite_to_svg(chart.to_dict()))
    times = [text for text in written if not text.isdigit() and text not in ("Karyograms", "Received", "Signed")]
    assert len(times) >= 3
    assert [text for text in times if not re.fullmatch(pattern, text)] == []


def test_each_figure_is_drawn_with_its_interval_and_what_it_rests_on() -> None:
    part = Agreement(NOON, screened=1000, sampled=50, sampled_cases=20, missed=1, flagged=30, found=20)
    nothing_read = Agreement(NOON + WEEK, screened=10, sampled=0, sampled_cases=0, missed=0, flagged=3, found=2)
    frame = frames.agreement([part, nothing_read])
    assert frame["figure"].tolist() == [frames.SENSITIVITY, frames.NEGATIVE_VALUE]
    assert frame["value"].tolist() == [pytest.approx(20 / 40), pytest.approx(0.98)]
    chart = drawing.agreement(frame[frame["figure"] == frames.NEGATIVE_VALUE])
    (row,) = rows(chart)
    assert row["low"] < row["value"] < row["high"]
    assert row["basis"] == "1 missed in 50 of 1,000 screened"
    assert fields(chart) == ["low", "value"]


def test_what_alarms_is_a_triangle() -> None:
    points = [Point(NOON, 10, 0.1, 0.2), Point(NOON + DAY, 10, 0.3, 0.2)]
    chart = drawing.drift(frames.drift(Drift(0.05, points)), ".1%")
    assert [row["state"] for row in rows(chart)] == ["in order", "above the alarm line"]
    shapes = chart.to_dict()["layer"][2]["encoding"]["shape"]["scale"]
    assert shapes == {"domain": ["in order", "above the alarm line"], "range": ["circle", "triangle-up"]}
    assert fields(chart) == ["limit", "value", "value"]


def test_without_a_limit_there_is_no_alarm_line() -> None:
    chart = drawing.drift(frames.drift(Drift(None, [Point(NOON, 3, 0.9, None)])), ".1%")
    assert fields(chart) == ["value", "value"]
    assert [row["state"] for row in rows(chart)] == ["in order"]


def test_counted_bins_are_drawn_as_confidence() -> None:
    bars = [Bar(TriageOutcome.FLAGGED_ABNORMAL, 19, 3), Bar(TriageOutcome.SCREENED_NORMAL, 0, 300)]
    chart = charts.confidence_histogram(frames.bars(bars), "Probability").to_dict()
    drawn = chart["datasets"][chart["layer"][0].get("data", chart.get("data"))["name"]]
    assert [(row["outcome"], row["count"], row["foot"]) for row in drawn] == [
        ("Abnormal", 3, 1),
        ("Screened normal", 300, 0),
    ]


@pytest.mark.parametrize(
    "draw",
    [drawing.reasons, drawing.throughput, drawing.agreement, lambda frame: drawing.drift(frame, ".1%")],
)
def test_a_frame_of_something_else_is_refused(draw: Callable[[pd.DataFrame], object]) -> None:
    with pytest.raises(ValueError, match="columns"):
        draw(pd.DataFrame({"nothing": [1]}))


def test_a_period_is_of_whole_days_of_the_reader() -> None:
    period = of_days(date(2026, 3, 2), date(2026, 3, 3), ZoneInfo("Europe/Stockholm"))
    assert period.start == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert period.end - period.start == timedelta(days=2)
