"""What the dashboard needs of memory while three people work in it for an hour: ``make bench ARGS="-k hour"``.

Two readers open a karyogram a minute each and decide on every second one, a supervisor opens a page a minute, and every
ten minutes somebody uploads a batch. It is done as fast as the pages allow, on the large simulated store.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from engine.records import database
from tests import large, records, servers
from tests.benchmarks.test_pages import BATCHES, KARYOGRAMS, MEGABYTES, megabytes
from tests.e2e.steps import call, opened, page_addresses, settle, write

MINUTES = 60
FILES = 20  # in a batch
SIDE = 450  # pixels: random ones of this many make 200 kB
PATIENCE = 300_000  # ms


def begin(page: Page, address: str, person: str) -> None:
    """Open the reading list as somebody, and the first karyogram of it."""
    opened(page, f"{address}/reading?list=mine&outcome=Abnormal&person={person}")
    page.get_by_role("button", name=re.compile("Start reading|Continue where you stopped")).click()
    page.wait_for_url(re.compile(r"/karyogram\?.*karyogram="))


def decide(page: Page) -> None:
    """Say that the karyogram that is open is abnormal; whether that signs it depends on who has said what."""
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    call(page, "Abnormal")
    write(page, "Karyotype (ISCN)", "47,XY,+21")
    page.get_by_role("button", name="Confirm: abnormal").click()
    expect(page.get_by_text("Amend my decision")).to_be_visible()


def following(page: Page) -> None:
    """Go to the next karyogram with the keyboard, at the end of the list to the one before."""
    before = page.url
    settle(page)
    page.keyboard.press("j" if page.get_by_role("button", name="Less risky").is_enabled() else "k")
    page.wait_for_url(lambda url: url != before)
    settle(page)


def upload(page: Page, address: str, number: int, folder: Path) -> None:
    """Send a batch in."""
    paths = [folder / f"H{number:03d}_c{cell + 1}.png" for cell in range(FILES)]
    for cell, path in enumerate(paths):
        path.write_bytes(records.png(number * FILES + cell, (SIDE, SIDE)))
    opened(page, address)
    page.locator('input[type="file"]').set_input_files(paths)
    expect(page.get_by_text(f"{FILES} files")).to_be_visible()
    settle(page)
    page.get_by_role("button", name="Start triage").click()
    expect(page.get_by_text(f"Received {FILES} of {FILES} files")).to_be_visible()


@contextmanager
def browser_pages(number: int) -> Iterator[list[Page]]:
    """Pages of as many people, who share no cookie."""
    with sync_playwright() as playwright:
        executable = servers.browser(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        pages = [browser.new_context(viewport={"width": 1440, "height": 900}).new_page() for _ in range(number)]
        expect.set_options(timeout=PATIENCE)
        for page in pages:
            page.set_default_timeout(PATIENCE)
        yield pages
        browser.close()


def work(pages: list[Page], address: str, paths: list[str], pid: int, folder: Path) -> list[float]:
    """Do an hour's work; the memory of the dashboard every ten minutes of it, in MB."""
    *readers, supervisor, technician = pages
    for reader, person in zip(readers, ("tove", "teo"), strict=True):
        begin(reader, address, person)
    held, turns = [megabytes(pid)], cycle(paths)
    for minute in range(MINUTES):
        for reader in readers:
            if minute % 2:
                decide(reader)
            following(reader)
        path = next(turns)
        opened(supervisor, f"{address}/{path}{'&' if '?' in path else '?'}person=sara")
        if minute % 10 == 9:
            upload(technician, address, minute, folder)
            held.append(megabytes(pid))
    return held


@pytest.mark.benchmark
@pytest.mark.timeout(7200)
def test_an_hours_work_leaves_memory_small(database_url: str, redis_url: str, tmp_path: Path) -> None:
    engine = database.connect(database_url)
    large.fill(engine, KARYOGRAMS, BATCHES, seed=1, now=datetime.now(UTC))
    paths, store = page_addresses(engine), engine.dialect.name
    engine.dispose()
    environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    start = time.monotonic()
    with servers.dashboard(environment, tmp_path / "dashboard.log") as (process, address), browser_pages(4) as pages:
        held = work(pages, address, paths, process.pid, tmp_path)
    figures = ", ".join(f"{each:.0f}" for each in held)
    print(f"\n{store}: an hour's work in {time.monotonic() - start:.0f} s; memory of the dashboard in MB: {figures}")
    assert not max(held) >= MEGABYTES
