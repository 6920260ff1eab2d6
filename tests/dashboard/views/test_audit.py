"""The page of the audit trail, empty, small, searched, and longer than a page."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.session import services
from dashboard.views import audit as page
from engine.exports import trail_proof
from engine.people import DEMO, NotAllowedError, Person, Role
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


def test_what_was_searched_for_can_be_had_as_a_signed_file(
    dashboard: Dashboard,
    judged_batch: tuple[Batch, list[Karyogram]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KARYOTRIAGE_SIGNING_KEY", str(tmp_path / "key.pem"))
    services.settings.clear()
    app = dashboard.open("audit", text=judged_batch[1][0].id)
    assert [button.proto.label for button in app.get("download_button")] == ["Signed export"]
    made = page.maker(judged_batch[1][0].id, lambda: DEMO[0])()
    services.settings.clear()
    proof = trail_proof.examine(io.BytesIO(made))
    assert (proof.faults, proof.entries, proof.told["by"]) == ([], 1, DEMO[0].name)


def test_who_may_not_export_is_offered_nothing(
    dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]], monkeypatch: pytest.MonkeyPatch
) -> None:
    guest = Person("Gast", Role.READ_ONLY)
    monkeypatch.setattr(services, "person", lambda: guest)
    app = dashboard.open("audit")
    assert len(app.dataframe[0].value) == 4
    assert not app.get("download_button")
    with pytest.raises(NotAllowedError):
        page.maker("", lambda: guest)()
