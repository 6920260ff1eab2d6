"""Runs that were done again: what is equal, what lies within the interval, and what does not."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from models.__main__ import main
from models.experiments import record
from models.experiments.record import Record
from models.experiments.reproduction import compared, lines, reproduced
from tests.models.experiments.records import made_up


def judged(probability: tuple[float, ...], name: str = "processed-vgg16") -> Record:
    """The run with other probabilities."""
    before = made_up(name)
    return replace(before, predictions=replace(before.predictions, probability=probability))


def test_the_same_run_is_equal_in_every_figure() -> None:
    found = reproduced(made_up(), made_up())
    assert (found.equal, found.within, found.outside) == (12, 0, {})
    assert list(lines([found])) == ["1 runs: 12 figures equal, 0 within the 95 % interval, 0 outside"]


def test_a_little_otherwise_is_within_the_interval() -> None:
    found = reproduced(made_up(), judged((0.1, 0.2, 0.61, 0.9, 0.8, 0.4)))
    assert found.equal == 9
    assert found.within == 3  # ECE, Brier and likelihood follow each probability
    assert found.outside == {}


def test_all_called_normal_is_outside_and_says_where() -> None:
    found = reproduced(made_up(), judged((0.1, 0.1, 0.1, 0.1, 0.1, 0.1)))
    before, after = found.outside["precision"]  # which is not defined any more
    assert before.value == pytest.approx(2 / 3)
    assert math.isnan(after.value)
    assert any(line.startswith("  precision: 0.667 (") and line.endswith("nan now") for line in lines([found]))


def test_only_runs_that_stand_in_both_are_compared() -> None:
    found = list(compared([made_up("one"), made_up("two")], [made_up("two"), made_up("three")]))
    assert [one.run for one in found] == ["table-5-1 two"]


@pytest.mark.parametrize(("probability", "code"), [((0.1, 0.2, 0.6, 0.9, 0.8, 0.4), 0), ((0.1,) * 6, 1)])
def test_the_command_says_so_with_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], probability: tuple[float, ...], code: int
) -> None:
    record.write(made_up(), tmp_path / "before")
    record.write(judged(probability), tmp_path / "after")
    places = ["--out", str(tmp_path / "before"), "--compare", str(tmp_path / "after")]
    assert main(["experiment", *places]) == code
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 runs: ")


def test_folders_without_a_common_run_are_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["experiment", "--out", str(tmp_path), "--compare", str(tmp_path)]) != 0
    assert "found none" in capsys.readouterr().err
