"""Many files at once in a real browser: what was sent arrives or is told, and its memory comes back."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.records import schema
from engine.records.database import connect, open_session
from engine.vocabulary import Priority
from tests import records
from tests.e2e.conftest import Karyotriage

MANY = 1000
SIDE = 450  # pixels: random ones of this many make 200 kB
PATIENCE = 1_200_000  # ms: a browser draws each of its files anew for every other one that arrives


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Thirty files in two folders: one is cut short, one is there twice; and one that is no picture."""
    path = tmp_path / "monday"
    (path / "late").mkdir(parents=True)
    for number in range(28):
        place = path / "late" if number > 20 else path
        (place / f"P{number // 7:03d}_c{number % 7 + 1}.png").write_bytes(records.png(number))
    (path / "P009_c1.png").write_bytes(records.png(99)[:500])
    (path / "P009_c2.png").write_bytes(records.png(0))
    (path / "notes.txt").write_text("not for the system")
    return path


def memory(karyotriage: Karyotriage) -> int:
    """What the dashboard's process holds, in MB."""
    status = Path(f"/proc/{karyotriage.pid}/status")
    if not status.exists():
        pytest.skip("this system does not tell how much memory a process holds")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1000


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_folder_is_shown_then_received(karyotriage: Karyotriage, page: Page, folder: Path, sqlite_url: str) -> None:
    page.goto(karyotriage.address)
    page.get_by_text("A folder", exact=True).click()
    page.locator('input[type="file"][webkitdirectory]').set_input_files(folder)
    expect(page.get_by_text("30 files · 5 cases")).to_be_visible()
    expect(page.get_by_text("Left alone, no pictures: monday/notes.txt")).to_be_visible()
    page.get_by_text("Urgent", exact=True).click()
    page.get_by_text("Larger batches, and microscopes").click()
    expect(page.get_by_text("--passes 100 --urgent").first).to_be_visible()
    page.get_by_role("button", name="Start triage").click()

    expect(page.get_by_text("Received 28 of 30 files")).to_be_visible()
    twice = page.get_by_role("row").filter(has_text="P009_c2.png")
    expect(twice).to_contain_text("Duplicate")
    expect(twice).to_contain_text("Waiting")
    expect(page.get_by_role("row").filter(has_text="P009_c1.png")).to_contain_text("Copy it again")
    page.reload()
    expect(page.get_by_text("Received 28 of 30 files")).to_be_visible()

    engine = connect(sqlite_url)
    with open_session(engine) as session:
        names = session.scalars(select(schema.karyograms.c.file_name)).all()
        assert session.scalars(select(schema.batches.c.priority)).all() == [Priority.URGENT]
    engine.dispose()
    assert len(names) == 28
    assert "monday/late/P003_c1.png" in names

    address = twice.get_by_role("link", name="Open the earlier one").get_attribute("href")
    assert address is not None
    page.goto(f"{karyotriage.address}/{address}")
    expect(page.get_by_text("P000_c1.png").first).to_be_visible()


@pytest.mark.benchmark
@pytest.mark.timeout(2 * PATIENCE / 1000)
def test_a_thousand_files_arrive_and_their_memory_comes_back(
    karyotriage: Karyotriage, page: Page, tmp_path: Path
) -> None:
    paths = [tmp_path / f"P{number // 10:03d}_c{number % 10 + 1}.png" for number in range(MANY)]
    for number, path in enumerate(paths):
        path.write_bytes(records.png(number, (SIDE, SIDE)))
    page.set_default_timeout(PATIENCE)
    page.goto(karyotriage.address)
    uploader = page.locator('input[type="file"]')
    uploader.wait_for(state="attached")
    before, start = memory(karyotriage), time.monotonic()
    uploader.set_input_files(paths)
    expect(page.get_by_text(f"{MANY:,} files · 100 cases")).to_be_visible(timeout=PATIENCE)
    arrived, held = time.monotonic() - start, memory(karyotriage)
    start = time.monotonic()
    page.get_by_role("button", name="Start triage").click()
    expect(page.get_by_text(f"Received {MANY:,} of {MANY:,} files")).to_be_visible(timeout=PATIENCE)
    taken = time.monotonic() - start
    page.wait_for_timeout(5000)
    after, sent = memory(karyotriage), sum(path.stat().st_size for path in paths) // 1_000_000
    print(f"\n{MANY} files, {sent} MB: in the form after {arrived:.0f} s, taken in after {taken:.0f} s more")
    print(f"memory of the dashboard: {before} MB before, {held} MB with the files in the form, {after} MB afterwards")
    assert held > before + 0.9 * sent
    assert after < before + 0.5 * sent
