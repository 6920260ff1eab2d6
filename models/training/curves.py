"""The curves of a training: one CSV file for all phases, a row for each evaluation."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

FILE = "curves.csv"

_KEY = ("phase", "evaluation")


class Curves:
    """A table that outlives interruptions: a row recorded again replaces the one that was there."""

    def __init__(self, file: Path) -> None:
        """Go on with ``file``, if it is there."""
        self._file = file
        self._rows: dict[tuple[str, str], dict[str, str]] = {}
        if file.exists():
            with file.open(encoding="utf-8", newline="") as lines:
                self._rows = {_key(row): row for row in csv.DictReader(lines)}

    def record(self, row: Mapping[str, str | int | float]) -> None:
        """Write a row; it must have "phase" and "evaluation", which name it."""
        written = {name: f"{value:.6g}" if isinstance(value, float) else str(value) for name, value in row.items()}
        self._rows[_key(written)] = written
        columns = dict.fromkeys(name for row in self._rows.values() for name in row)
        arriving = self._file.with_name(f"{self._file.name}.part")
        with arriving.open("w", encoding="utf-8", newline="") as lines:
            table = csv.DictWriter(lines, list(columns))
            table.writeheader()
            table.writerows(self._rows.values())
        arriving.replace(self._file)


def _key(row: Mapping[str, str]) -> tuple[str, str]:
    phase, evaluation = (row[name] for name in _KEY)
    return phase, evaluation
