"""Runs that were done again: what is equal, what lies within the interval, and what does not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.__main__ import main
from models.experiments import record
from models.experiments.figures import Column, Figure
from models.experiments.record import Record
from models.experiments.reproduction import Reproduction, compared, holds, lines, reproduced
from tests.models.experiments.records import made_up

NEARLY = (0.1, 0.2, 0.61, 0.9, 0.8, 0.4)
ALL_NORMAL = (0.1,) * 6


def judged(by: Column, probability: tuple[float, ...], name: str = "processed-vgg16") -> Record:
    """The run with other probabilities in one of the columns."""
    before, column = made_up(name), dict[str, Any]({by: probability})
    return replace(before, predictions=replace(before.predictions, **column))


@pytest.mark.parametrize("by", ["probability", "calibrated"])
def test_the_same_run_is_equal_in_every_figure(by: Column) -> None:
    found = reproduced(made_up(), made_up(), by)
    assert (found.equal, found.within, found.outside) == (12, 0, {})


def test_a_little_otherwise_is_within_the_interval() -> None:
    found = reproduced(made_up(), judged("probability", NEARLY), "probability")
    assert found.equal == 9
    assert found.within == 3  # ECE, Brier and likelihood follow each probability
    assert found.outside == {}


def test_all_called_normal_is_outside_and_says_where() -> None:
    found = reproduced(made_up(), judged("probability", ALL_NORMAL), "probability")
    before, after = found.outside["precision"]  # which is not defined any more
    assert before.value == pytest.approx(2 / 3)
    assert math.isnan(after.value)
    said = list(lines([], [found]))
    assert any(line.startswith("    precision: 0.667 (") and line.endswith("nan now") for line in said)


def test_only_the_column_that_moved_differs() -> None:
    after = judged("probability", ALL_NORMAL)
    assert reproduced(made_up(), after, "calibrated").equal == 12
    assert reproduced(made_up(), after, "probability").outside


def test_only_runs_that_stand_in_both_are_compared() -> None:
    found = list(compared([made_up("one"), made_up("two")], [made_up("two"), made_up("three")], "calibrated"))
    assert [one.run for one in found] == ["table-5-1 two"]


@pytest.mark.parametrize(("outside", "held"), [(0, True), (1, True), (2, False)])
def test_one_figure_in_twenty_may_lie_outside(outside: int, held: bool) -> None:
    pair = Figure(0.5, 0.4, 0.6), Figure(0.7, 0.6, 0.8)
    one = Reproduction("run", 15, 20 - 15 - outside, {f"figure {number}": pair for number in range(outside)})
    assert holds([one]) is held
    assert list(lines([one], []))[-1].startswith("Reproduced: at most 5" if held else "Not reproduced: more than 5")


@pytest.mark.parametrize(
    ("by", "probability", "code"),
    [("calibrated", ALL_NORMAL, 1), ("probability", ALL_NORMAL, 0), ("probability", NEARLY, 0)],
)
def test_the_command_goes_by_the_calibrated_probability_and_tells_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], by: Column, probability: tuple[float, ...], code: int
) -> None:
    record.write(made_up(), tmp_path / "before")
    record.write(judged(by, probability), tmp_path / "after")
    places = ["--out", str(tmp_path / "before"), "--compare", str(tmp_path / "after")]
    assert main(["experiment", *places]) == code
    calibrated, plain, verdict = capsys.readouterr().out.splitlines()[-3:]
    assert calibrated.startswith("By the calibrated probability")
    assert plain.startswith("At one half of the plain probability")
    assert ("12 figures equal" in calibrated) is (by == "probability")
    assert verdict.startswith("Not reproduced" if code else "Reproduced")


def test_folders_without_a_common_run_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "--out", str(tmp_path), "--compare", str(tmp_path)]) != 0
    assert "found none" in capsys.readouterr().err
