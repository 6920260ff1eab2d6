"""The page of the audit trail, empty, small, searched, and longer than a page."""

from __future__ import annotations

from datetime import timedelta

from engine.records import audit
from engine.records.database import open_session
from engine.vocabulary import Batch, Karyogram
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import said
from tests.records import NOW


def test_an_empty_trail_says_what_will_stand_there(dashboard: Dashboard) -> None:
    assert "Nothing was done yet" in said(dashboard.open("audit"))


def test_verdicts_stand_in_it_the_newest_first(
    dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]]
) -> None:
    table = dashboard.open("audit").dataframe[0].value
    assert list(table["sequence"]) == [4, 3, 2, 1]
    assert set(table["action"]) == {"judge"}
    assert table["subject"][3] == f"karyogram {judged_batch[1][0].id}"


def test_a_search_finds_people_and_says_when_there_are_none(
    dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]]
) -> None:
    with open_session(dashboard.engine) as session:
        audit.record(session, NOW, person="Åsa", action="decide", subject="karyogram x")
        session.commit()
    assert list(dashboard.open("audit", text="sa").dataframe[0].value["person"]) == ["Åsa"]
    assert "No entry has this" in said(dashboard.open("audit", text="Ben"))


def test_older_entries_are_a_click_away(dashboard: Dashboard) -> None:
    with open_session(dashboard.engine) as session:
        for number in range(60):
            audit.record(session, NOW + timedelta(seconds=number), person="Åsa", action="decide", subject=str(number))
        session.commit()
    app = dashboard.open("audit")
    assert list(app.dataframe[0].value["sequence"]) == list(range(60, 10, -1))
    next(button for button in app.button if button.label == "Older").click().run()
    assert list(app.dataframe[0].value["sequence"]) == list(range(10, 0, -1))
    next(button for button in app.button if button.label == "Newest").click().run()
    assert app.dataframe[0].value["sequence"][0] == 60
