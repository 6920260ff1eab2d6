"""The page Policy: what a change would do, who may save it, and the way back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine
from streamlit.testing.v1 import AppTest

from dashboard.policy import charts, effects, phrases
from engine.people import DEMO, Person, Role
from engine.policy import policies
from engine.policy.policies import PolicyVersion, Terms
from engine.records import store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from models.judging.triage import Policy, TriageOutcome
from models.judging.uncertainty import Label
from models.measuring import known_cases
from models.measuring.conformal import Guarantee, NoThreshold
from models.measuring.screening import Effect, Sweep
from models.registry import Registry
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said

SARA = DEMO[2]


def with_validation(registry: Registry, abnormal: int = 120) -> None:
    """Simulated validation predictions: the first abnormal ones score lowest, ten normal ones score nothing."""
    lines = [f"{n},abnormal,,0,1.0,{0.05 + 0.9 * n / abnormal:.6f},0.0" for n in range(1, abnormal + 1)]
    lines += [f"{n},normal,,0,1.0,0.01,0.0" for n in range(1000, 1010)]
    head = f"# simulated karyograms for a test\n# weights {registry.card('pixels').weights_sha256}\n"
    columns = "case,truth,karyotype,flagged,agreement,probability,information\n"
    path = registry.folder / "pixels" / known_cases.FILE
    path.write_text(head + columns + "\n".join(lines) + "\n", encoding="utf-8")


def versions(engine: Engine) -> list[PolicyVersion]:
    with open_session(engine) as session:
        return policies.history(session, "pixels")


def change(engine: Engine, terms: Terms, reason: str = "too many") -> None:
    with open_session(engine) as session:
        after = len(policies.history(session, "pixels"))
        policies.change(session, SARA, "pixels", terms, reason=reason, now=records.NOW, after=after)
        session.commit()


def slider(app: AppTest, label: str) -> object:
    return next(each for each in app.slider if each.label == label)


def test_without_anything_known_the_page_says_what_to_do(dashboard: Dashboard) -> None:
    app = dashboard.open("policy", person="sara")
    told = said(app)
    assert "Nothing to try a policy on yet" in told
    assert "The model's card" in told
    assert not app.slider


def test_without_a_model_there_is_no_policy(dashboard: Dashboard) -> None:
    (dashboard.registry.folder / "pixels" / "card.json").unlink()
    assert "No model is installed" in said(dashboard.open("policy"))


def test_moving_a_limit_shows_at_once_what_it_would_miss(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    app = dashboard.open("policy", person="sara")
    assert "**Simulated karyograms**" in said(app)
    before = metrics(app)
    assert before["Missed abnormal"] == "33 of 120"  # 0.05 + 0.9 n / 120 up to 0.3
    assert before["Saved a day"] == "none"
    slider(app, phrases.PROBABILITY).set_value(5.0).run()  # type: ignore[attr-defined]
    after = metrics(app)
    assert after["Missed abnormal"] == "0 of 120"
    assert after["Normal screened"] == "100 %"
    assert next(metric.delta for metric in app.metric if metric.label == "Missed abnormal") == "-33"
    assert app.table[0].value["Proposed"].tolist()[1] == "→ 5 %"
    assert versions(dashboard.engine) == []


def test_saving_needs_a_reason_and_makes_a_version(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    app = dashboard.open("policy", person="sara")
    slider(app, phrases.PROBABILITY).set_value(5.0).run()  # type: ignore[attr-defined]
    button = next(button for button in app.button if "Save as version 1" in button.label)
    button.click().run()
    assert "Please give the reason" in said(app)
    app.text_input[0].set_value("fewer misses *please*")
    next(button for button in app.button if "Save as version 1" in button.label).click().run()
    told = said(app)
    assert r"fewer misses \*please\*" in told
    assert "pixels judges by version 1" in told
    (made,) = versions(dashboard.engine)
    assert made.terms == Terms(Policy(max_calibrated_probability=0.05))  # what nobody moved stays exactly as it was
    assert (made.author, made.reason) == (SARA.name, "fewer misses *please*")
    assert not app.table  # nothing more is proposed


def test_a_technician_may_look_and_not_save(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    change(dashboard.engine, Terms(Policy(0.9)))
    app = dashboard.open("policy")
    slider(app, phrases.PROBABILITY).set_value(5.0).run()  # type: ignore[attr-defined]
    assert "a supervisor may save" in said(app)
    labels = [button.label for button in app.button]
    assert not any(label.startswith("Save") for label in labels)
    assert all(button.disabled for button in app.button if button.label == "Return to this")


def test_one_click_returns_to_an_earlier_version_as_a_new_one(dashboard: Dashboard) -> None:
    change(dashboard.engine, Terms(Policy(0.9), 0.5))
    change(dashboard.engine, Terms(Policy(0.7), 0.1, Guarantee(0.05, 0.95), "simulated data"))
    app = dashboard.open("policy", person="sara")
    assert "conformal: at most 5 % missed, 95 % sure, simulated data" in said(app)
    app.button(key="return_1").click().run()
    app.button(key="return_card").click().run()
    found = versions(dashboard.engine)
    assert [(one.version, one.reason) for one in found][:2] == [
        (4, "Return to the model's card"),
        (3, "Return to version 1"),
    ]
    assert found[0].terms == Terms(dashboard.registry.card("pixels").policy)
    assert found[1].terms == Terms(Policy(0.9), 0.5)


def test_the_conformal_mode_finds_the_limit_or_says_how_many_cases_are_missing(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    app = dashboard.open("policy", person="sara")
    mode = next(group for group in app.button_group if group.label == phrases.MODE)
    mode.set_value("Conformal").run()
    assert "at most 5 % of abnormal cases like these are missed" in said(app)
    assert metrics(app)["Missed abnormal"] == "1 of 120"
    next(box for box in app.number_input if box.label == "Missed at most, %").set_value(1.0).run()
    assert "there are **120**, and at least **299** are needed" in said(app)
    assert "cannot be saved" in said(app)


def test_a_promise_says_which_cases_it_cannot_count() -> None:
    """Those that were read because the model flagged them say nothing of what it misses."""
    said = phrases.not_kept(NoThreshold(cases=0, needed=59), Guarantee(0.05, 0.95), known=35)
    assert "there are **0** of **35** that were read whatever the model said, and at least **59** are needed" in said


def sign(dashboard: Dashboard, count: int) -> None:
    """Signed karyograms of as many cases, half of them abnormal; all were judged while everything was read."""
    change(dashboard.engine, Terms(Policy(), 1.0), "a trial")
    anna, ben = (Person(name, Role.TECHNICIAN) for name in ("Anna", "Ben"))
    for seed in range(count):
        records.add_batch(dashboard.engine, records.png(seed))
    with open_session(dashboard.engine) as session:
        for number, key in enumerate(store.unfinished(session)):
            (one,) = store.karyograms(session, [key])
            base = records.verdict(one, TriageOutcome.SCREENED_NORMAL)
            measures = replace(base.measures, label=Label.NORMAL, pass_agreement=1.0, calibrated_probability=0.2)
            made = replace(base, findings=(), measures=measures, policy_version=1)
            store.save_verdict(session, made, 1.0)
            opinion = Opinion(Call.ABNORMAL if number % 2 else Call.NORMAL, reason="seen")
            for person in (anna, ben):
                decisions.decide(session, person, one.id, opinion, records.NOW + timedelta(seconds=number))
        session.commit()


def test_what_is_signed_here_is_shown_first_once_there_is_enough(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    sign(dashboard, 44)
    app = dashboard.open("policy", person="sara")
    assert "**Signed karyograms of this laboratory**: 22 abnormal cases" in said(app)
    assert metrics(app)["Missed abnormal"] == "22 of 22"
    assert metrics(app)["Saved a day"] == "0.0"  # all of it is read
    grounds = next(group for group in app.button_group if group.label == "Shown on")
    grounds.set_value("Validation").run()
    assert "**Simulated karyograms**" in said(app)


def test_few_signed_ones_stand_behind_the_validation_predictions(dashboard: Dashboard) -> None:
    with_validation(dashboard.registry)
    sign(dashboard, 4)
    assert "**Simulated karyograms**" in said(dashboard.open("policy"))


def test_many_versions_are_cut_off(dashboard: Dashboard) -> None:
    for number in range(25):
        change(dashboard.engine, Terms(Policy(0.5 + number / 100)))
    app = dashboard.open("policy")
    assert "And 5 older ones" in said(app)
    assert sum(button.label == "Return to this" for button in app.button) == 20


SWEPT = Sweep(*(np.array(column) for column in ([0.1, 0.2], [0.0, 0.05], [0.0, 0.01], [0.03, 0.2], [0.4, 0.7])))


def test_the_chart_draws_both_policies_with_their_names() -> None:
    chart = charts.trade(charts.frame(SWEPT), charts.marks((0.4, 0.0), (0.7, 0.05))).to_dict()
    layers = chart["layer"]
    assert [layer["mark"]["type"] for layer in layers] == ["area", "line", "point", "point", "text", "text"]
    drawn = [row for rows in chart["datasets"].values() for row in rows]
    assert {"policy": "Proposed", "screened": 0.7, "missed": 0.05} in drawn
    assert {"limit": 0.2, "missed": 0.05, "low": 0.01, "high": 0.2, "screened": 0.7} in drawn
    assert layers[3]["encoding"]["shape"]["scale"]["range"] == ["diamond", "circle"]
    assert layers[1]["encoding"]["y"]["scale"]["domain"] == [0, pytest.approx(0.15)]


def test_a_chart_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one row"):
        charts.trade(charts.frame(SWEPT).iloc[:0], charts.marks((0, 0), (0, 0)))
    with pytest.raises(ValueError, match="columns"):
        charts.trade(pd.DataFrame({"limit": [1.0]}), charts.marks((0, 0), (0, 0)))


def test_readings_are_saved_by_what_is_screened_and_not_sampled() -> None:
    assert effects.saved_a_day(Terms(Policy(), 0.1), 0.5, 40.0) == pytest.approx(18.0)
    assert effects.saved_a_day(Terms(Policy(), 0.1), 0.5, None) is None
    assert effects.saved_a_day(Terms(Policy()), float("nan"), 40.0) is None


def test_before_and_after_marks_what_differs() -> None:
    rows = phrases.before_and_after(Terms(Policy()), Terms(Policy(0.9), 0.05, Guarantee(0.05, 0.9)))
    marked = [name for name, after in zip(rows["Policy"], rows["Proposed"], strict=True) if after.startswith("→")]
    assert marked == [phrases.MODE, phrases.AGREEMENT]


def test_where_one_stands_for_others_the_number_says_about() -> None:
    plain = Effect(4, 138, 4.0, 138.0, 4 / 138, (0.01, 0.06), 0.77)
    weighted = Effect(1, 2520, 20.0, 2539.0, 20 / 2539, (0.0, 0.024), 0.79)
    assert phrases.missed(plain) == "4 of 138"
    assert phrases.missed(weighted) == "≈ 20 of 2,539"
    assert phrases.missed_with_interval(plain) == "2.9 % of the abnormal (95 % interval 1.0 to 6.0 %)"
    assert phrases.missed_with_interval(weighted).endswith("0.0 to 2.4 %; 1 of 2,520 read)")
