"""The page "Overview" on an empty, a small and a large store."""

from __future__ import annotations

from datetime import timedelta

from engine.people import DEMO
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from tests import large, records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said


def test_an_empty_store_has_an_overview_too(dashboard: Dashboard) -> None:
    assert "Nothing in this period" in said(dashboard.open("overview"))


def test_a_small_store_is_counted(dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]]) -> None:
    abnormal = judged_batch[1][1]
    with open_session(dashboard.engine) as session:
        for person in DEMO[:2]:
            decisions.decide(session, person, abnormal.id, Opinion(Call.ABNORMAL), records.NOW + timedelta(minutes=1))
        session.commit()
    app = dashboard.open("overview", period="7 days")
    text, shown = said(app), metrics(app)
    names = ("Received", "Waiting", "Flagged", "Failed", "Screened", "Decided", "Signed")
    assert [shown[name] for name in names] == ["6", "1", "3", "1", "1", "1", "1"]
    assert (shown["Turnaround, median"], shown["Sensitivity of triage"]) == ("1 min", "not known")
    assert "0 of 1, of 0 cases" in text  # nothing of the quality sample was read
    assert "No alarm line yet" in text


def test_a_period_without_anything_says_so(dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]]) -> None:
    app = dashboard.open("overview", period="Other", days=["2020-01-01", "2020-01-31"])
    assert "Nothing in this period" in said(app)
    assert "The oldest open karyogram came" in said(app)


def test_a_large_store_has_both_models_and_every_section(dashboard: Dashboard) -> None:
    large.fill(dashboard.engine, 600, 30, seed=2, now=records.NOW)
    app = dashboard.open("overview", period="12 months")
    text = said(app)
    assert metrics(app)["Received"] == "600"
    assert "Only the screened ones that were read in the quality sample count" in text
    assert [subheader.value for subheader in app.subheader] == ["People and model", "Drift of the input", "Confidence"]
    models = app.get("button_group")[-1]
    assert [option.content for option in models.proto.options] == ["inceptionv3", "vgg16"]
