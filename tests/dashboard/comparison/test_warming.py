"""What takes long is computed once, before anybody asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dashboard.comparison import measured, runs, warming
from models.experiments import figures
from models.experiments.figures import Figure
from models.experiments.record import Predictions
from tests import runs as made


def test_figures_are_computed_once_and_for_all_sessions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    st.cache_resource.clear()
    made.write(tmp_path, made.some())
    computed: list[tuple[Predictions, tuple[str, ...]]] = []
    real = figures.figures

    def note(said: Predictions, *by: Any) -> Mapping[str, Figure]:
        computed.append((said, by))
        return real(said, *by)

    monkeypatch.setattr(figures, "figures", note)
    thread = warming.begin(tmp_path)
    thread.join(60)
    assert warming.begin(tmp_path) is thread
    found = runs.load(tmp_path).runs
    assert len([by for _, by in computed if not by]) == len(found) > 1
    before = len(computed)
    measured.of(found)
    chosen = runs.chosen(found, runs.opening(found))
    assert len(chosen) == 2
    for run in chosen:
        measured.probabilities(run.run, "pass agreement")
    assert len(computed) == before
    st.cache_resource.clear()
