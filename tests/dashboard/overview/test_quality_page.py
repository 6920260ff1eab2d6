"""The page "Quality" on an empty, a small and a large store."""

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


def test_an_empty_store_has_nothing_to_check(dashboard: Dashboard) -> None:
    assert "Nothing to check in this period" in said(dashboard.open("quality"))


def test_two_readers_are_compared(dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]]) -> None:
    moment = records.NOW + timedelta(minutes=1)
    with open_session(dashboard.engine) as session:
        for karyogram, call in zip(judged_batch[1][1:3], (Call.ABNORMAL, Call.NORMAL), strict=True):
            for person in DEMO[:2]:
                decisions.decide(session, person, karyogram.id, Opinion(call), moment)
        session.commit()
    app = dashboard.open("quality", period="7 days")
    assert "Same call on 2 of 2 karyograms read twice" in said(app)
    assert metrics(app)["Cohen's kappa"] == "1.00"
    found, alarms = (app.dataframe[0].value[name].tolist() for name in ("found", "alarms"))
    assert found == ["1 of 1: too few (21 to 100 %)"] * 2
    assert alarms == ["0 of 1: too few (0 to 79 %)"] * 2


def test_a_large_store_shows_the_sample(dashboard: Dashboard) -> None:
    large.fill(dashboard.engine, 600, 30, seed=2, now=records.NOW)
    app = dashboard.open("quality", period="12 months")
    assert "Negative predictive value **" in said(app)
    assert len(app.dataframe[0].value) == 4
