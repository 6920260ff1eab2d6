"""What people do on the pages, and what they read there."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, func, select

from engine.people import Person
from engine.records import schema
from engine.vocabulary import KaryogramState
from tests.servers import REPOSITORY

DRAWN = """() => document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    && !document.querySelector('[data-testid="stSkeleton"]')
    && document.body.innerText.includes('For research use only')"""
ENGINE_STARTS_WITHIN = 300_000  # ms: TensorFlow loads slowly on a busy machine


def page_addresses(engine: Engine) -> list[str]:
    """Every page, and those that depend on what they show once more with something to show."""
    views = {path.stem for path in (REPOSITORY / "dashboard" / "views").glob("*.py")} - {"__init__"}
    pages = ["", *sorted(views)]  # the address of the dashboard itself is a second one of the page to upload
    table = schema.karyograms.c
    with engine.connect() as connection:
        largest = select(table.batch_id).group_by(table.batch_id).order_by(func.count().desc()).limit(1)
        batch = connection.scalar(largest)
        karyogram = connection.scalar(select(table.id).where(table.state == KaryogramState.JUDGED).limit(1))
    shown = [
        "batches?list_page=60",
        "batches?name=2026-03",
        f"batches?batch={batch}",
        f"karyogram?karyogram={karyogram}",
        "overview?period=Today",
        "overview?period=12+months",
    ]
    return [*pages, *shown]


def opened(page: Page, address: str) -> float:
    """Open a page as somebody does who was sent a link; the seconds until it is drawn."""
    page.goto("about:blank")
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.wait_for_function(DRAWN, polling=20)
    return time.perf_counter() - start


def metric(page: Page, label: str) -> Locator:
    card = page.get_by_test_id("stMetric").filter(has=page.get_by_text(label, exact=True))
    return card.get_by_test_id("stMetricValue")


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn everything anew: until then, old parts may still stand beside the new ones."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def come(page: Page, person: Person) -> None:
    """Be somebody else from now on, by the chooser of the page."""
    page.get_by_test_id("stMenuButton").get_by_role("button").click()
    page.get_by_role("menuitem", name=person.name).or_(page.get_by_role("option", name=person.name)).click()
    expect(page.get_by_test_id("stMenuButton")).to_contain_text(person.name)
    settle(page)


def call(page: Page, what: str) -> None:
    page.get_by_test_id("stButtonGroup").get_by_text(what, exact=True).first.click()


def write(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label)
    field.fill(text)
    field.press("Tab")


def confirm(page: Page, what: str, saying: str) -> None:
    """Confirm once what it means stands there."""
    expect(page.get_by_text(saying)).to_be_visible()
    page.get_by_role("button", name=f"Confirm: {what}").click()


def kept(page: Page, saying: str) -> None:
    """Wait until a decision is kept: in the same words it stood in the form before, but not in the list."""
    expect(page.get_by_role("listitem").filter(has_text=saying).first).to_be_visible()


def download(page: Page, button: str, folder: Path) -> Path:
    """Press a button that downloads a file, and return where it lies."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
