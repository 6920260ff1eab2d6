from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.experiments.deferral import (
    REASONS,
    WrongCase,
    area_under_risk,
    deferred,
    risk_coverage,
    surely_right,
    wrong_cases,
)
from models.experiments.figures import Figure
from tests.models.experiments.records import made_up

SAID = made_up().predictions


def test_wrong_cases_are_the_rows_of_the_thesis_tables() -> None:
    assert wrong_cases(SAID) == (
        WrongCase("n3", "P3", "abnormal", "normal", 0.55, 0.7),
        WrongCase("a2", "P5", "normal", "abnormal", 0.45, 0.6),
    )


def test_the_80_percent_rule_sends_the_doubtful_to_people() -> None:
    assert deferred(SAID).value == pytest.approx(2 / 6)
    assert deferred(SAID, "abnormal").value == pytest.approx(1 / 3)
    assert surely_right(SAID).value == pytest.approx(3 / 4)  # one of four agrees by 98 %, not by more
    assert 0 <= surely_right(SAID).low < surely_right(SAID).high <= 1


def test_votes_decide_which_cases_are_wrong_and_which_are_deferred() -> None:
    """All passes but one in ten vote against the label of the mean, which is right."""
    said = replace(SAID, agreement=(0.1, 0.98, 0.7, 1.0, 0.99, 0.6))
    assert wrong_cases(said)[0] == WrongCase("n1", "P1", "abnormal", "normal", 0.12, 0.9)
    assert deferred(said).value == pytest.approx(2 / 6)  # as before: 90 % agree, on the other label
    assert surely_right(said).value == pytest.approx(2 / 3)
    assert risk_coverage(said, "pass agreement")[-1].risk == pytest.approx(3 / 6)


def test_the_risk_rises_as_the_doubtful_are_let_in() -> None:
    points = [(point.coverage, point.risk) for point in risk_coverage(SAID, "pass agreement")]
    # two agree wholly, then 0.99, 0.98, and the two wrong ones
    assert points == [pytest.approx(pair) for pair in [(2 / 6, 0), (3 / 6, 0), (4 / 6, 0), (5 / 6, 1 / 5), (1, 2 / 6)]]
    area = area_under_risk(SAID, "pass agreement")
    assert area.value == pytest.approx((1 / 5 + 2 / 6) / 6)
    assert 0 <= area.low <= area.value <= area.high


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_defers_everything_in_the_end(reason: str) -> None:
    for of in ("all", "normal", "abnormal"):
        last = risk_coverage(SAID, reason, of)[-1]
        assert (last.coverage, last.risk) == pytest.approx((1.0, 1 / 3))


def test_without_a_picture_of_a_class_there_is_no_figure() -> None:
    normal = replace(SAID, abnormal=(0,) * 6)
    assert risk_coverage(normal, "entropy", "abnormal") == ()
    nothing: Figure = area_under_risk(normal, "entropy", "abnormal")
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
