"""How long each page takes to open, and what the dashboard needs of memory, with a year of simulated work in the store.

A page counts as open when its script has ended and nothing of it is a placeholder. ``make bench ARGS="-k pages"``.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from engine.records import database
from tests import large, servers
from tests.e2e.steps import opened, page_addresses

KARYOGRAMS = 100_000
BATCHES = 2_000
TIMES = 20
SECONDS = 2.0
MEGABYTES = 500


def megabytes(pid: int) -> float:
    """The resident memory of a process; NaN where the system does not tell it in Linux' way."""
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmRSS:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return int(found[1]) / 1024 if found else float("nan")


def processor_seconds(pid: int) -> float:
    """The processor time that a process has used; other work on the machine does not lengthen it. NaN as above."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return float("nan")
    used = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")


@dataclass
class Measured:
    """Seconds until each page was drawn, the processor time of the dashboard for one of them, and its memory after."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    megabytes: float = float("nan")


def measure(url: str, redis_url: str, log: Path, times: int = TIMES) -> Measured:
    """Open every page of a dashboard on a filled store ``times`` times."""
    engine = database.connect(url)
    paths, measured = page_addresses(engine), Measured()
    engine.dispose()
    environment = {"DATABASE_URL": url, "REDIS_URL": redis_url}
    with servers.dashboard(environment, log) as (process, address), sync_playwright() as playwright:
        executable = servers.browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        opened(page, address)  # the browser takes the application itself, which it keeps
        for path in paths:
            before = processor_seconds(process.pid)
            measured.seconds[path] = [opened(page, f"{address}/{path}") for _ in range(times)]
            measured.processor[path] = (processor_seconds(process.pid) - before) / times
        measured.megabytes = megabytes(process.pid)
        browser.close()
    return measured


def report(measured: Measured, store: str) -> float:
    """Print the figures; the largest 95th percentile."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n{store}, load of the machine {load} on {os.cpu_count()} processors")
    print(f"  {'seconds until drawn':<46} {'p50':>6} {'p95':>6} {'processor':>9}")
    for path, seconds in measured.seconds.items():
        middle, high = np.quantile(seconds, (0.5, 0.95))
        print(f"  {path[:46]:<46} {middle:6.2f} {high:6.2f} {measured.processor[path]:9.2f}")
    print(f"  memory of the dashboard afterwards: {measured.megabytes:.0f} MB")
    return max(float(np.quantile(seconds, 0.95)) for seconds in measured.seconds.values())


@pytest.mark.benchmark
@pytest.mark.timeout(3600)
def test_every_page_opens_quickly_on_a_large_store(database_url: str, redis_url: str, tmp_path: Path) -> None:
    engine = database.connect(database_url)
    large.fill(engine, KARYOGRAMS, BATCHES, seed=1, now=datetime.now(UTC))
    store = engine.dialect.name
    engine.dispose()
    measured = measure(database_url, redis_url, tmp_path / "dashboard.log")
    assert report(measured, store) < SECONDS
    assert not measured.megabytes >= MEGABYTES
