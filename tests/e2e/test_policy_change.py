"""A policy change in a real browser: a limit is moved, the figures follow, it is saved, and the next verdict has it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from engine.policy import policies
from engine.records import database, store
from engine.records.database import open_session
from tests import records
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import ENGINE_STARTS_WITHIN, metric, settle
from tests.servers import wait_until

REASON = "Two months of second readings: fewer misses, please"
STEPS = 15  # of the slider, a tenth of a percent each


def judged_by(engine: Engine, karyogram_id: str, model: str) -> int | None:
    """The version by which a karyogram was judged; -1 while it waits."""
    with open_session(engine) as session:
        found = store.verdict(session, karyogram_id, model)
    return -1 if found is None else found.policy_version


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_policy_change_holds_from_the_next_verdict_on(
    karyotriage: Karyotriage,
    page: Page,
    sqlite_url: str,
    model: tuple[object, str],
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{karyotriage.address}/policy?person=sara")
    expect(page.get_by_text("judges by the limits on its card")).to_be_visible()
    before = metric(page, "Missed abnormal").inner_text()

    slider = page.get_by_role("slider", name="Probability of abnormal, at most")
    slider.focus()
    for _ in range(STEPS):
        slider.press("ArrowLeft")
    proposed = page.get_by_role("row").filter(has_text="Probability of abnormal, at most")
    expect(proposed).to_contain_text("→")
    settle(page)
    after = metric(page, "Missed abnormal").inner_text()
    assert missed(after) <= missed(before)
    assert after.split(" of ")[1] == before.split(" of ")[1]

    page.get_by_role("button", name="Save as version 1").click()
    expect(page.get_by_text("Please give the reason for this policy.")).to_be_visible()
    page.get_by_label("Reason").fill(REASON)
    page.get_by_role("button", name="Save as version 1").click()
    expect(page.get_by_text(re.compile("judges by version 1 of Sara"))).to_be_visible()
    expect(page.get_by_text(REASON)).to_be_visible()
    page.reload()
    expect(page.get_by_text(REASON)).to_be_visible()

    engine = database.connect(sqlite_url)
    with open_session(engine) as session:
        made = policies.in_force(session, model[1])
    assert made is not None
    assert (made.version, made.author, made.reason) == (1, "Sara (demo supervisor)", REASON)
    records.add_batch(engine, records.png(1, (400, 500)), model=model[1])
    (waiting,) = records.karyograms(engine)
    with karyotriage.start_light_engine():
        wait_until(lambda: judged_by(engine, waiting.id, model[1]) != -1, seconds=ENGINE_STARTS_WITHIN / 1000)
    assert judged_by(engine, waiting.id, model[1]) == 1
    engine.dispose()

    page.get_by_role("button", name="Return to this").click()
    expect(page.get_by_text(re.compile("judges by version 2 of Sara"))).to_be_visible()
    assert problems == []


def missed(text: str) -> int:
    return int(text.split(" of ")[0])
