"""What takes long is computed once, before anybody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dashboard.comparison import measured, runs, warming
from dashboard.comparison.runs import Run
from models.experiments import deferral, figures
from models.experiments.figures import Column, Figure
from models.experiments.record import Predictions
from tests import runs as made

COLUMNS: tuple[Column, ...] = ("probability", "calibrated")


def test_figures_are_computed_once_and_for_all_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    made.write(tmp_path, made.some())
    computed: list[tuple[Predictions, tuple[str, ...]]] = []
    real = figures.figures

    def note(said: Predictions, *by: Any) -> Mapping[str, Figure]:
        computed.append((said, by))
        return real(said, *by)

    def of_these(found: Sequence[Run], column: Column) -> list[Predictions]:
        """What was computed of these very records: the dashboard of another test may be at it still."""
        own = {id(run.record.predictions) for run in found}
        return [said for said, by in computed if by == (column,) and id(said) in own]

    monkeypatch.setattr(figures, "figures", note)
    thread = warming.begin(tmp_path)
    thread.join(60)
    assert warming.begin(tmp_path) is thread
    found = runs.load(tmp_path).runs
    for column in COLUMNS:
        assert len(of_these(found, column)) == len(found) > 1
    before = [len(of_these(found, column)) for column in COLUMNS]
    measured.of(found, "probability")
    measured.of(found, "calibrated")
    chosen = runs.chosen(found, runs.opening(found))
    assert len(chosen) == 2
    monkeypatch.setattr(deferral, "area_under_risk", None)
    monkeypatch.setattr(deferral, "surely_right", None)
    assert sum(bool(measured.by_passes(run)) for run in found) == 2
    for reason in deferral.REASONS:
        measured.areas(chosen[0].run, reason)
    assert [len(of_these(found, column)) for column in COLUMNS] == before
    st.cache_resource.clear()
