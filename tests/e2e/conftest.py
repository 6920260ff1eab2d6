"""A whole Karyotriage in processes of its own, and a browser in front of it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from engine.records import store
from engine.records.database import connect, open_session
from engine.vocabulary import Karyogram
from models.judging.triage import TriageOutcome
from tests import records, servers
from tests.servers import REPOSITORY

_SHIPPED_MODEL = "inceptionv3"
_REGISTRY = REPOSITORY / "models" / "registry"
_PATIENCE = 60_000  # ms: a busy machine is slow, and waiting ends as soon as something is there


@dataclass(frozen=True)
class Karyotriage:
    """A dashboard that runs, its process, and ways to start an engine for it: with a network, or with none."""

    address: str
    pid: int
    start_engine: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]
    start_light_engine: Callable[[], AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture
def model(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """The registry and the name of the model that judges: the one that ships, or a small one of random weights."""
    if (_REGISTRY / _SHIPPED_MODEL / "card.json").is_file():
        return _REGISTRY, _SHIPPED_MODEL
    return request.getfixturevalue("untrained_registry"), "untrained"


@pytest.fixture
def experiments(tmp_path: Path) -> Path:
    """The folder of the records of experiments: an empty one."""
    return tmp_path / "experiments"


@pytest.fixture
def environment(sqlite_url: str, redis_url: str, model: tuple[Path, str], experiments: Path) -> dict[str, str]:
    """The settings of the dashboard and its engines."""
    return {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": redis_url,
        "KARYOTRIAGE_REGISTRY": str(model[0]),
        "KARYOTRIAGE_MODEL": model[1],
        "KARYOTRIAGE_EXPERIMENTS": str(experiments),
    }


@pytest.fixture
def karyotriage(environment: dict[str, str], tmp_path: Path) -> Iterator[Karyotriage]:
    """A dashboard on an empty system; no engine runs yet."""
    with servers.dashboard(environment, tmp_path / "dashboard.log") as (process, address):
        start = partial(servers.engine, environment, log=tmp_path / "engine.log")
        yield Karyotriage(address, process.pid, start, partial(start, module="tests.faults.slow_engine"))


@pytest.fixture
def flagged(sqlite_url: str) -> Karyogram:
    """A karyogram that the model flags as abnormal, in the record store of the dashboard."""
    engine = connect(sqlite_url)
    records.add_batch(engine, records.png(1))
    (karyogram,) = records.karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, records.verdict(karyogram, TriageOutcome.FLAGGED_ABNORMAL))
        session.commit()
    engine.dispose()
    return karyogram


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    """A page of a real browser; what it showed last is kept in the test's folder."""
    with sync_playwright() as playwright:
        executable = _installed(playwright.chromium.executable_path)
        # the sandbox of Chromium does not work in containers, and it only meets our own pages
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 1000}, timezone_id="Europe/Stockholm")
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        expect.set_options(timeout=_PATIENCE)
        yield page
        page.screenshot(path=tmp_path / "last.png")
        browser.close()


def _installed(own: str) -> str:
    """The browser to use; without any the tests are skipped."""
    found = servers.browser(own)
    if found is None:
        pytest.skip("Chromium is not installed: neither Playwright's own nor one on the PATH")
    return found
