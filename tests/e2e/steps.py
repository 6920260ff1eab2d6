"""What people do on the pages, and what they read there."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from engine.people import Person

ENGINE_STARTS_WITHIN = 300_000  # ms: TensorFlow loads slowly on a busy machine


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


def download(page: Page, button: str, folder: Path) -> Path:
    """Press a button that downloads a file, and return where it lies."""
    with page.expect_download() as waiting:
        page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path
