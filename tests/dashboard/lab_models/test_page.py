"""The page Models: cards, a candidate in the shadow beside the model in use, and promotions with a way back."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.lab_models import agreement, cards
from engine.people import DEMO
from engine.policy import promotions, shadows
from engine.policy.side_by_side import Pair
from engine.records import store
from engine.records.database import open_session
from engine.reviews import Call
from models.judging.triage import TriageOutcome
from models.measuring import known_cases
from models.registry import Registry, default_registry
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said
from tests.records import NOW

SARA = DEMO[2]
ABNORMAL, UNCERTAIN, _, SCREENED = (
    TriageOutcome.FLAGGED_ABNORMAL,
    TriageOutcome.FLAGGED_UNCERTAIN,
    TriageOutcome.FLAGGED_UNREADABLE,
    TriageOutcome.SCREENED_NORMAL,
)


@pytest.fixture
def another(registry: Registry) -> None:
    """A second model in the registry."""
    folder = registry.folder / "another"
    shutil.copytree(registry.folder / "pixels", folder)
    registry.update(replace(registry.card("pixels"), name="another"))


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def reason(app: AppTest, key: str, text: str) -> None:
    app.text_input(key=f"{key}_reason").set_value(text)


def used(engine: Engine) -> str:
    with open_session(engine) as session:
        return promotions.in_use(session, "pixels", ["pixels", "another"])


def test_a_single_model_is_in_use_by_the_settings(dashboard: Dashboard) -> None:
    told = said(dashboard.open("models", person="sara"))
    assert "pixels is in use, because the settings say so" in told
    assert "Not measured" in told
    assert "No candidate judges at present" in told
    assert "Nothing yet" in told


def test_without_a_model_it_says_how_to_make_one(dashboard: Dashboard) -> None:
    (dashboard.registry.folder / "pixels" / "card.json").unlink()
    assert "No model is installed" in said(dashboard.open("models"))


@pytest.mark.usefixtures("another")
def test_a_model_is_put_in_use_with_a_reason_and_taken_back_by_one_click(dashboard: Dashboard) -> None:
    app = dashboard.open("models", person="sara")
    press(app, "Put in use: another")
    assert "Please give the reason" in said(app)
    reason(app, "put_in_use_another", "it misses *less*")
    press(app, "Put in use: another")
    told = said(app)
    assert "another is in use since" in told
    assert r"it misses \*less\*" in told
    assert used(dashboard.engine) == "another"
    assert dashboard.open("upload").selectbox[0].value == "another"
    press(app, "Return to this")
    assert used(dashboard.engine) == "pixels"
    with open_session(dashboard.engine) as session:
        assert [made.reason for made in promotions.history(session)] == ["Return to pixels", "it misses *less*"]


@pytest.mark.usefixtures("another")
def test_a_technician_may_look_and_change_nothing(dashboard: Dashboard) -> None:
    app = dashboard.open("models")
    assert "a supervisor may change this" in said(app)
    reason(app, "put_in_use_another", "why not")
    press(app, "Put in use: another")
    assert "may not promote model" in said(app)
    assert used(dashboard.engine) == "pixels"


@pytest.mark.usefixtures("another")
def test_a_candidate_is_let_in_compared_and_ended(dashboard: Dashboard) -> None:
    app = dashboard.open("models", person="sara")
    reason(app, "try_in_the_shadow_another", "a trial")
    press(app, "Try in the shadow: another")
    assert "**another** judges beside pixels" in said(app)
    assert "judged nothing yet" in said(app)
    records.add_batch(dashboard.engine, records.png(1), records.png(2))
    with open_session(dashboard.engine) as session:
        for one in store.karyograms(session, store.unfinished(session)):
            store.save_verdict(session, records.verdict(one, SCREENED))
            shadows.keep(session, records.verdict(one, ABNORMAL, model="another"))
        session.commit()
    app.run()
    assert metrics(app) == {"Judged by both": "2", "Same way for both": "0 %", "They differ": "2"}
    assert app.dataframe[0].value["in_use"].tolist() == ["Screened normal"] * 2
    press(app, "End the shadow")
    assert "No candidate judges at present" in said(app)
    with open_session(dashboard.engine) as session:
        assert shadows.running(session) is None


def test_many_promotions_are_cut_off(dashboard: Dashboard, another: None) -> None:
    with open_session(dashboard.engine) as session:
        for number in range(30):
            before, after = ("pixels", "another") if number % 2 == 0 else ("another", "pixels")
            promotions.promote(
                session, SARA, after, before=before, installed=["pixels", "another"], reason="to and fro", now=NOW
            )
        session.commit()
    app = dashboard.open("models", person="sara")
    assert said(app).count("to and fro") == 20


def test_the_shipped_cards_show_what_is_missed_first_and_say_what_is_simulated() -> None:
    registry = default_registry()
    for name in registry.names():
        shown = cards.figures(registry.card(name).metrics)
        assert shown["Figure"][0] == "Abnormal, not screened"
        assert [column.split(" (")[0] for column in shown.columns[1:]] == [
            "Real",
            "Simulated",
            "Simulated, unknown layouts",
        ]
        assert known_cases.read(registry, name) is not None


def pair(number: int, outcome: TriageOutcome, candidate: TriageOutcome, call: Call | None = None) -> Pair:
    return Pair(f"k{number}", f"c{number}", f"P{number}", f"P{number}.png", outcome, candidate, call)


PAIRS = [
    pair(1, ABNORMAL, ABNORMAL, Call.ABNORMAL),
    pair(2, UNCERTAIN, SCREENED, Call.ABNORMAL),
    pair(3, SCREENED, UNCERTAIN, Call.NORMAL),
    pair(4, SCREENED, ABNORMAL),
    pair(5, SCREENED, SCREENED, Call.NOT_ASSESSABLE),
    pair(6, UNCERTAIN, ABNORMAL),
]


def test_the_table_counts_what_each_says_abnormal_first() -> None:
    table = agreement.table(PAIRS)
    assert list(table.columns) == ["In use says", "Abnormal", "Uncertain", "Unreadable", "Screened normal"]
    assert table.to_numpy()[:, 1:].tolist() == [[1, 0, 0, 0], [1, 0, 0, 1], [0, 0, 0, 0], [1, 1, 0, 1]]
    assert agreement.agree(PAIRS) == 3


def test_where_they_differ_what_people_found_abnormal_comes_first() -> None:
    assert [one.karyogram_id for one in agreement.differing(PAIRS)] == ["k2", "k4", "k3"]
    rows = agreement.differences(agreement.differing(PAIRS))
    assert rows["signed"].tolist() == ["Abnormal", "", "Normal"]


def test_against_people_sensitivity_leads_with_an_interval() -> None:
    rows = agreement.against_people(PAIRS)
    assert rows["Against signed decisions"].str.startswith("Sensitivity").tolist() == [True, False, False]
    assert rows["In use"].tolist()[0] == "100 % (34.2 to 100.0 %), 2 of 2"
    assert rows["Candidate"].str.endswith(("1 of 2", "0 of 1")).tolist() == [True, True, True]
    sampled = [replace(PAIRS[2], weight=20.0), pair(7, UNCERTAIN, SCREENED, Call.NORMAL)]
    assert agreement.against_people(sampled)["In use"].tolist()[2].startswith("95.2 %")
    unasked = [replace(PAIRS[2], weight=0.0)]  # somebody read it of their own accord
    assert agreement.against_people(unasked)["In use"].tolist() == ["none signed"] * 3
    assert agreement.against_people(PAIRS[3:])["Candidate"].tolist() == ["none signed"] * 3
