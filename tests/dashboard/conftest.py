"""The dashboard on a real record store and a real Valkey, driven without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import Engine
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from engine.records import database, store
from engine.records.database import open_session
from engine.vocabulary import Batch, Karyogram
from models.card import Card
from models.judging.triage import TriageOutcome
from models.registry import Registry
from tests import records
from tests.servers import REPOSITORY

APP = REPOSITORY / "dashboard" / "app.py"


@dataclass(frozen=True)
class Dashboard:
    """What a test needs of a dashboard: its record store, and a way to open a page of it."""

    engine: Engine
    registry: Registry

    def open(self, view: str = "upload", **parameters: str | list[str]) -> AppTest:
        """Open a page as somebody does who was sent a link."""
        app = AppTest.from_file(str(APP), default_timeout=30).run()
        app.switch_page(f"views/{view}.py")
        for name, value in parameters.items():
            app.query_params[name] = value
        return app.run()


@pytest.fixture(scope="session", autouse=True)
def _components() -> Iterator[None]:
    """Streamlit looks for components in every installed package, for each page that is opened: let it do so once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """A registry with one model; the dashboard only needs its name."""
    weights = tmp_path / "weights"
    weights.write_bytes(b"never read by the dashboard")
    registry = Registry(tmp_path / "registry")
    registry.save(Card(name="pixels", architecture="none", input_size=75, preprocessing="none", seed=7), weights)
    return registry


@pytest.fixture
def dashboard(
    sqlite_url: str, redis_url: str, registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Dashboard]:
    """A dashboard on an empty system."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("KARYOTRIAGE_REGISTRY", str(registry.folder))
    monkeypatch.setenv("KARYOTRIAGE_MODEL", "pixels")
    monkeypatch.setenv("KARYOTRIAGE_EXPERIMENTS", str(registry.folder / "no experiments"))
    _forget()
    engine = database.connect(sqlite_url)
    yield Dashboard(engine, registry)
    engine.dispose()
    _forget()


def _forget() -> None:
    """Handles are kept for the life of a process; each test must open its own."""
    st.cache_resource.clear()
    st.cache_data.clear()


OUTCOMES = (
    TriageOutcome.SCREENED_NORMAL,
    TriageOutcome.FLAGGED_ABNORMAL,
    TriageOutcome.FLAGGED_UNCERTAIN,
    TriageOutcome.FLAGGED_UNREADABLE,
)


@pytest.fixture
def judged_batch(dashboard: Dashboard) -> tuple[Batch, list[Karyogram]]:
    """A batch with a karyogram of each outcome, a failed one and one that waits, in this order."""
    batch = records.add_batch(dashboard.engine, *(records.png(seed) for seed in range(6)))
    karyograms = records.karyograms(dashboard.engine)
    with open_session(dashboard.engine) as session:
        for number, (karyogram, outcome) in enumerate(zip(karyograms, OUTCOMES, strict=False)):
            made = records.NOW + timedelta(seconds=number)
            store.save_verdict(session, records.verdict(karyogram, outcome, created_at=made), quality_share=0.0)
        store.fail(session, karyograms[4].id, "the engine *stopped* three times")
        session.commit()
    return batch, karyograms
