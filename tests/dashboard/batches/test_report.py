"""The downloads of a batch: which are offered, and to whom."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.batches import report
from dashboard.session import services
from engine.exports.batch_report.formats import Format
from engine.exports.redaction import Shown
from engine.people import DEMO, Person, Role
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from tests import records
from tests.dashboard.conftest import Dashboard

Judged = tuple[Batch, list[Karyogram]]


def offered(app: AppTest) -> dict[str, Any]:
    assert [exception.value for exception in app.exception] == []
    return {button.proto.label: button.proto for button in app.get("download_button")}


def sign(dashboard: Dashboard, karyogram: Karyogram) -> None:
    with open_session(dashboard.engine) as session:
        for person in DEMO[:2]:
            opinion = Opinion(Call.ABNORMAL, "47,XY,+21")
            decisions.decide(session, person, karyogram.id, opinion, records.NOW)
        session.commit()


def test_every_format_is_offered_and_fhir_once_something_is_signed(dashboard: Dashboard, judged_batch: Judged) -> None:
    batch, karyograms = judged_batch
    before = offered(dashboard.open("batches", batch=batch.id))
    labels = ["Report as PDF", "Excel workbook", "Table as CSV", "Everything as JSON", "Signed results as FHIR"]
    assert [label for label, button in before.items() if not button.disabled] == labels[:-1]
    sign(dashboard, karyograms[1])
    app = dashboard.open("batches", batch=batch.id)
    assert [label for label, button in offered(app).items() if not button.disabled] == labels
    assert "1 karyogram is signed. Decisions on the others are in no report." in [text.value for text in app.caption]


def test_who_may_not_export_is_told_so(
    dashboard: Dashboard, judged_batch: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "person", lambda: Person("Gast", Role.READ_ONLY))
    app = dashboard.open("batches", batch=judged_batch[0].id)
    assert offered(app) == {}
    assert any("not for the role read only" in text.value for text in app.caption)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_report_is_made_without_names_where_that_is_switched_on(
    dashboard: Dashboard, judged_batch: Judged, hidden: bool
) -> None:
    batch, _ = judged_batch
    app = dashboard.open("batches", batch=batch.id)
    switch = next(toggle for toggle in app.toggle if toggle.label == "Without names")
    assert not switch.value
    offered(switch.set_value(hidden).run())
    made = report.maker(batch, Format.CSV, lambda: DEMO[0], Shown(names=not hidden))().decode()
    assert ("P001" in made, f"batch-{batch.id[:12]}" in made) == (not hidden, hidden)
