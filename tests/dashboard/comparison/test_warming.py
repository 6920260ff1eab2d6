"""What takes long is computed once, before anybody asks for it."""

from __future__ import annotations

from pathlib import Path

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
    computed: list[Predictions] = []

    def note(said: Predictions) -> dict[str, Figure]:
        computed.append(said)
        return {}

    monkeypatch.setattr(figures, "figures", note)
    thread = warming.begin(tmp_path)
    thread.join(60)
    assert warming.begin(tmp_path) is thread
    found = runs.load(tmp_path).runs
    measured.of(found)
    assert len(computed) == len(found) > 1
    st.cache_resource.clear()
