"""A disagreement in a real browser: two readers disagree, a supervisor settles it, and one of them amends."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, expect

from engine.people import DEMO
from engine.records import store
from engine.records.database import connect, open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion, Review
from engine.vocabulary import Karyogram
from tests.e2e.conftest import Karyotriage
from tests.e2e.steps import call, come, confirm, write

TOVE, TEO, SARA, _ = DEMO
REASON = "the third 21 lies under a caption"


def is_wrong(response: Response) -> bool:
    """Whether something is missing; Streamlit looks for its own files beside the page first, and takes a no."""
    return response.status >= 400 and "/_stcore/" not in response.url


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_two_readers_disagree_and_a_supervisor_settles_it(
    karyotriage: Karyotriage, page: Page, flagged: Karyogram, sqlite_url: str, tmp_path: Path
) -> None:
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("response", lambda told: errors.append(told.url) if is_wrong(told) else None)
    page.goto(f"{karyotriage.address}/karyogram?karyogram={flagged.id}")
    call(page, "Abnormal")
    page.get_by_role("button", name="Take over from the model").click()
    expect(page.get_by_text("first reader: abnormal, with +21, structural change on 9")).to_be_visible()
    write(page, "Karyotype (ISCN)", "47,XY,+22,")
    expect(page.get_by_text("This is not valid ISCN: a change is missing beside a comma")).to_be_visible()
    write(page, "Karyotype (ISCN)", "47,XY,+21")
    expect(page.get_by_text("This is not valid ISCN")).to_have_count(0)
    confirm(page, "abnormal", "first reader: abnormal, 47,XY,+21")
    expect(page.get_by_text("You have decided on this karyogram")).to_be_visible()

    come(page, TEO)
    expect(page).to_have_url(re.compile("person=teo"))
    expect(page.get_by_text("One person has read it")).to_be_visible()
    expect(page.get_by_text("47,XY,+21", exact=False)).to_have_count(0)
    page.reload()
    call(page, "Normal")
    write(page, "Reason for saying the contrary of the model (needed)", REASON)
    confirm(page, "normal", f"{TEO.name}, second reader: normal")
    expect(page.get_by_text("The two readers disagree")).to_be_visible()

    come(page, SARA)
    for name in (TOVE.name, TEO.name):
        expect(page.get_by_role("listitem").filter(has_text=name).first).to_be_visible()
    call(page, "Normal")
    write(page, "Reason for saying the contrary of the model (needed)", "seen on the metaphase")
    confirm(page, "normal", "This settles and signs it")
    expect(page.get_by_text(f"{SARA.name} settled it as supervisor")).to_be_visible()
    page.screenshot(path=tmp_path / "settled.png")

    come(page, TOVE)
    page.get_by_text("Amend my decision").click()
    write(page, "Reason for amending your decision (needed)", "the same caption")
    call(page, "Normal")
    confirm(page, "normal", "The one before is kept, marked as amended")
    page.get_by_text("History", exact=True).click()
    expect(page.get_by_text("(amended later)")).to_be_visible()
    page.screenshot(path=tmp_path / "amended.png")

    engine = connect(sqlite_url)
    with open_session(engine) as session:
        kept = decisions.of(session, flagged.id)
        assert store.karyogram(session, flagged.id).review is Review.SIGNED
    engine.dispose()
    assert [(one.person, one.opinion.call) for one in kept] == [
        (TOVE.name, Call.ABNORMAL),
        (TEO.name, Call.NORMAL),
        (SARA.name, Call.NORMAL),
        (TOVE.name, Call.NORMAL),
    ]
    assert kept[0].opinion == Opinion(Call.ABNORMAL, "47,XY,+21", ("+21", "structural change on 9"))
    assert kept[1].opinion.reason == REASON
    assert errors == []
