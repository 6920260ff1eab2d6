"""A karyogram decided without a mouse: every step with the keyboard alone, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from engine.people import DEMO
from engine.records import store
from engine.records.database import connect, open_session
from engine.reviewing import decisions
from engine.reviews import Call
from models.judging.triage import TriageOutcome
from tests import records
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import settle

MOST_STEPS = 80
FOCUSED = """() => { const focused = document.activeElement;
    return focused.matches('button, input') ? focused.getAttribute('aria-label') || focused.innerText : '' }"""


def go_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press a key until what has the focus is called this."""
    for _ in range(MOST_STEPS):
        page.keyboard.press(key)
        if name in str(page.evaluate(FOCUSED)):
            return
    pytest.fail(f"{MOST_STEPS} times {key} did not lead to {name!r}")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_keyboard_alone_decides(karyotriage: Karyotriage, page: Page, sqlite_url: str) -> None:
    engine = connect(sqlite_url)
    records.add_batch(engine, records.png(1))
    (karyogram,) = records.karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, records.verdict(karyogram, TriageOutcome.FLAGGED_UNCERTAIN))
        session.commit()
    page.goto(f"{karyotriage.address}/reading")
    expect(page.get_by_role("button", name="Start reading")).to_be_enabled()
    go_to(page, "Start reading")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Decision")).to_be_visible()
    settle(page)
    go_to(page, "Abnormal")
    go_to(page, "Not assessable", "ArrowRight")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Confirm: not assessable")).to_be_visible()
    settle(page)
    go_to(page, "Comment")
    page.keyboard.type("two chromosomes overlap")
    go_to(page, "Confirm: not assessable")
    settle(page)
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have decided on this karyogram")).to_be_visible()
    with open_session(engine) as session:
        (kept,) = decisions.of(session, karyogram.id)
    engine.dispose()
    assert (kept.person, kept.opinion.call) == (DEMO[0].name, Call.NOT_ASSESSABLE)
    assert kept.opinion.comment == "two chromosomes overlap"
