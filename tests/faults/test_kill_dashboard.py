"""The dashboard killed during an upload: what it had accepted is judged, of the rest it is said that it is missing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from sqlalchemy import select

from engine.records import schema
from tests import servers
from tests.faults import proxy
from tests.faults.proxy import Mode
from tests.faults.trials import REPEATED, Laboratory, laboratory
from tests.records import png

FILES = 60
PATIENCE = 180_000  # ms


@pytest.fixture
def browser() -> Iterator[Browser]:
    """A real browser."""
    with sync_playwright() as playwright:
        executable = servers.browser(playwright.chromium.executable_path)
        if executable is None:
            pytest.skip("Chromium is not installed: neither Playwright's own nor one on the PATH")
        # the sandbox of Chromium does not work in containers, and it only meets our own pages
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


def send(page: Page, address: str, files: list[Path]) -> None:
    """Send files as somebody does who sits in front of it."""
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.locator('input[type="file"]').set_input_files(files)
    expect(page.get_by_text(f"{FILES} files", exact=True)).to_be_visible()
    page.get_by_role("button", name="Start triage").click()


def batches(lab: Laboratory) -> list[str]:
    """The ids of all batches, in the order in which they were opened."""
    with lab.sql.connect() as connection:
        return list(connection.scalars(select(schema.batches.c.id).order_by(schema.batches.c.created_at)))


def accepted(lab: Laboratory, batch: str) -> list[str]:
    """The ids of the karyograms that a batch has."""
    table = schema.karyograms
    with lab.sql.connect() as connection:
        return list(connection.scalars(select(table.c.id).where(table.c.batch_id == batch)))


def killed(lab: Laboratory, page: Page, environment: dict[str, str], files: list[Path], log: Path) -> str:
    """Send files to a dashboard and kill it after a random share of them; returns the batch."""
    known, moment = len(batches(lab)), int(lab.generator.integers(1, FILES * 2 // 3))
    with servers.dashboard(environment, log) as (process, address):
        send(page, address, files)
        servers.wait_until(lambda: len(batches(lab)) > known, 180)
        batch = batches(lab)[-1]
        servers.wait_until(lambda: len(accepted(lab, batch)) >= moment, 180)
        time.sleep(lab.seconds(0.0, 0.05))
        process.kill()
    return batch


def sent_again(lab: Laboratory, page: Page, environment: dict[str, str], files: list[Path], batch: str) -> None:
    """See what a new dashboard says of the batch that was cut short, and send its files once more."""
    there = len(accepted(lab, batch))
    with servers.dashboard(environment, files[0].parent / "again.log") as (_, address):
        page.goto(f"{address}/?batch={batch}")
        expect(page.get_by_text(f"Received {there} of {FILES} files")).to_be_visible()
        expect(page.get_by_text("not come in")).to_contain_text(f"{FILES - there} file")
        send(page, address, files)
        expect(page.get_by_text(f"Received {FILES - there} of {FILES} files")).to_be_visible()


@REPEATED
def test_the_dashboard_is_killed_during_an_upload(
    sqlite_url: str, redis_url: str, tmp_path: Path, browser: Browser, tries: int
) -> None:
    """In every other trial it cannot reach Redis, so that no engine has heard of what it accepted."""
    port = urlsplit(redis_url).port
    assert port is not None
    with proxy.running(port) as line, laboratory(sqlite_url, redis_url, tmp_path) as lab, lab.engine():
        environment = {"DATABASE_URL": sqlite_url, "REDIS_URL": f"redis://127.0.0.1:{line.port}/0"}
        for number in range(tries):
            files = [tmp_path / f"P{number}-{file}_c1.png" for file in range(FILES)]
            for file, path in enumerate(files):
                path.write_bytes(png(1000 * number + file))
            page = browser.new_page()
            line.mode = (Mode.OPEN, Mode.CUT)[number % 2]
            batch = killed(lab, page, environment, files, tmp_path / "dashboard.log")
            line.mode = Mode.OPEN
            assert len(accepted(lab, batch)) < FILES, "it was received too quickly for a fault in the middle"
            lab.recover(accepted(lab, batch))
            sent_again(lab, page, environment, files, batch)
            page.close()
            lab.recover(accepted(lab, batches(lab)[-1]))
        lab.report("dashboard killed during an upload")
