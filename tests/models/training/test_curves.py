"""Curves on disk: one table for all phases, without doubles after an interruption."""

from __future__ import annotations

import csv
from pathlib import Path

from models.training.curves import Curves


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_row_recorded_again_replaces_the_earlier_one(tmp_path: Path) -> None:
    file = tmp_path / "curves.csv"
    Curves(file).record({"phase": "one", "evaluation": 1, "loss": 3.0})
    resumed = Curves(file)
    resumed.record({"phase": "one", "evaluation": 1, "loss": 2.5})
    resumed.record({"phase": "one", "evaluation": 2, "loss": 2.0})
    assert [(row["evaluation"], row["loss"]) for row in read(file)] == [("1", "2.5"), ("2", "2")]


def test_phases_may_have_columns_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "curves.csv"
    curves = Curves(file)
    curves.record({"phase": "one", "evaluation": 1, "loss": 3.0, "grid_mixed7_loss": 0.25})
    curves.record({"phase": "two", "evaluation": 1, "loss": 1.0})
    assert [row["grid_mixed7_loss"] for row in read(file)] == ["0.25", ""]
    assert [path.name for path in tmp_path.iterdir()] == ["curves.csv"]
