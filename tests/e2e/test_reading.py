"""Reading with the keyboard in a real browser: from the list through its karyograms and back, across a reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from engine.people import DEMO
from engine.records import database
from engine.records.database import open_session
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter
from models.judging.triage import TriageOutcome
from tests import many
from tests.e2e.conftest import Karyotriage

UNCERTAIN = Filter(outcomes=(TriageOutcome.FLAGGED_UNCERTAIN,))


def keys(engine: Engine, wanted: Filter) -> list[str]:
    with open_session(engine) as session:
        return [entry.karyogram.id for entry in reading_list.page(session, DEMO[0], wanted, 5).entries]


def opened(page: Page, key: str) -> None:
    """Wait until this karyogram is shown, by its address and its place in the list."""
    page.wait_for_url(re.compile(f"/karyogram\\?.*karyogram={key}"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_keyboard_leads_through_the_list(karyotriage: Karyotriage, sqlite_url: str, page: Page) -> None:
    engine = database.connect(sqlite_url)
    many.fill(engine, 400)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    first, second, third, *_ = keys(engine, UNCERTAIN)

    page.goto(f"{karyotriage.address}/reading?list=mine&outcome=Uncertain")
    begin = page.get_by_role("button", name="Start reading")
    expect(begin).to_be_enabled()
    expect(page.locator("[data-testid=stDataFrame] canvas").first).to_be_visible()
    page.keyboard.press("j")
    opened(page, first)
    total = re.compile(r"1 of \d+ on the reading list")
    expect(page.get_by_text(total)).to_be_visible()
    for key, number, pressed in ((second, 2, "j"), (third, 3, "j"), (second, 2, "k")):
        page.keyboard.press(pressed)
        opened(page, key)
        expect(page.get_by_text(re.compile(rf"\b{number} of \d+ on the reading list"))).to_be_visible()
    assert "list=mine" in page.url
    assert "outcome=Uncertain" in page.url

    page.reload()
    expect(page.get_by_text(re.compile(r"\b2 of \d+ on the reading list"))).to_be_visible()
    page.get_by_role("link", name="Reading list, my turn").click()
    page.wait_for_url(re.compile(r"/reading\?"))
    expect(page.get_by_role("button", name="Continue where you stopped")).to_be_enabled()
    assert "outcome=Uncertain" in page.url

    case = page.get_by_label("Case begins with")
    case.press_sequentially("jk")  # letters that are typed are letters
    assert "/reading" in page.url
    case.press("Enter")
    expect(page.get_by_text("Nothing passes these filters")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.locator("[data-testid=stDataFrame] canvas").first).to_be_visible()
    page.get_by_role("button", name="Continue where you stopped").click()
    opened(page, second)
    assert errors == []
    engine.dispose()
