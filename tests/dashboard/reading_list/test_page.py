"""The reading list and the steps through it, driven without a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from engine.people import DEMO, Person
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from tests import many, records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import linked, press, said

Judged = tuple[Batch, list[Karyogram]]
ME, OTHER, SUPERVISOR, LOOKER = DEMO


def decide(dashboard: Dashboard, person: Person, *keys: str, call: Call = Call.ABNORMAL) -> None:
    with open_session(dashboard.engine) as session:
        for key in keys:
            decisions.decide(session, person, key, Opinion(call, reason="looked"), records.NOW)
        session.commit()


def outcomes(app: AppTest) -> list[str]:
    return [str(word) for word in app.dataframe[0].value["outcome"]] if app.dataframe else []


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_an_empty_system_says_that_nothing_waits_for_anybody(dashboard: Dashboard) -> None:
    app = dashboard.open("reading")
    assert "Nothing waits for you. Nothing waits for anybody else either." in said(app)
    assert not app.dataframe
    assert "Upload karyograms" in [link.proto.label for link in app.get("page_link")]
    assert "There is no karyogram yet" in said(dashboard.open("reading", list="all"))


def test_my_turn_stands_first_and_the_riskiest_on_top(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("reading")
    assert outcomes(app) == ["Failed", "Unreadable", "Abnormal", "Uncertain"]
    assert app.query_params["list"] == "mine"
    shown = app.dataframe[0].value
    assert set(shown["turn"]) == {"First reader"}
    assert shown["because"].tolist() == ["Not judged", "Flagged", "Flagged", "Flagged"]
    assert "1 to 4 of 4, riskiest first" in said(app)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"list": "first"}, ["Unreadable", "Uncertain"]),
        ({"list": "second"}, ["Failed", "Abnormal"]),
        ({"list": "third"}, []),
        ({"list": "all"}, ["Failed", "Unreadable", "Abnormal", "Uncertain", "Screened normal", "Waiting"]),
        ({"outcome": ["Uncertain", "Failed"]}, ["Failed", "Uncertain"]),
        ({"finding": "+21"}, ["Unreadable", "Uncertain"]),
        ({"finding": "+99"}, []),
        ({"case": "P0"}, ["Failed", "Unreadable", "Uncertain"]),
        ({"case": "Q"}, []),
        ({"older": "1h"}, []),
        ({"list": "all", "by": ME.name}, ["Abnormal"]),
        ({"by": OTHER.name}, ["Failed"]),
        ({"list": "nonsense", "older": "?"}, ["Failed", "Unreadable", "Uncertain"]),
    ],
)
def test_each_filter_of_the_address(
    dashboard: Dashboard, judged_batch: Judged, parameters: dict[str, str | list[str]], expected: list[str]
) -> None:
    """The abnormal one is decided by who looks, and the failed one by another reader."""
    _, karyograms = judged_batch
    decide(dashboard, ME, karyograms[1].id)
    decide(dashboard, OTHER, karyograms[4].id)
    app = dashboard.open("reading", **parameters)
    text = said(app)
    assert outcomes(app) == expected
    if not expected and parameters.get("list") != "third":
        assert "Nothing passes these filters" in text
        press(app, "Clear the filters")
        assert len(outcomes(app)) == 3
        assert not {"finding", "case", "older"} & set(app.query_params)


def test_filters_chosen_on_the_page_go_into_the_address(dashboard: Dashboard, judged_batch: Judged) -> None:
    batch, _ = judged_batch
    app = dashboard.open("reading")
    app.pills[0].set_value(["Abnormal", "Uncertain"]).run()
    app.text_input[0].set_value(" P001 ").run()
    finding, of_batch, *_ = app.selectbox
    finding.set_value("+21").run()
    of_batch.set_value(batch.id).run()
    assert outcomes(app) == ["Abnormal", "Uncertain"]
    asked = {"outcome": ["Abnormal", "Uncertain"], "case": "P001", "finding": "+21", "batch": batch.id, "list": "mine"}
    assert {name: app.query_params[name] for name in asked} == asked


def test_an_empty_list_tells_who_else_is_waited_for(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    decide(dashboard, ME, *(karyograms[index].id for index in (1, 2, 3)))
    decide(dashboard, ME, karyograms[4].id)
    decide(dashboard, OTHER, karyograms[2].id, call=Call.NORMAL)
    text = said(dashboard.open("reading"))
    assert "Nothing waits for you. 4 karyograms wait for another reader." in text
    third = dashboard.open("reading", list="third")
    assert third.dataframe[0].value["turn"].tolist() == ["Supervisor, not you"]
    assert dashboard.open("reading", list="second").dataframe[0].value["turn"][0] == "Second reader, not you"


def test_reading_begins_at_the_top_and_goes_on_where_it_stopped(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    app = press(dashboard.open("reading", outcome=["Abnormal", "Uncertain"]), "Start reading")
    assert app.query_params["karyogram"] == karyograms[1].id
    assert app.query_params["list"] == "mine"
    assert "1 of 2 on the reading list" in said(app)
    page, address = linked(app)["Reading list, my turn"]
    assert page == "reading"
    assert f"karyogram={karyograms[1].id}" in address
    opened = press(dashboard.open("reading", karyogram=karyograms[2].id), "Continue where you stopped")
    assert opened.query_params["karyogram"] == karyograms[2].id
    decide(dashboard, ME, karyograms[1].id)
    decided = press(dashboard.open("reading"), "Continue where you stopped")
    assert decided.query_params["karyogram"] == karyograms[2].id


def test_steps_go_through_the_same_list_and_past_what_was_decided(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    decide(dashboard, ME, karyograms[1].id)
    app = dashboard.open("karyogram", karyogram=karyograms[1].id, list="mine")
    assert "No longer among the 3 on the reading list" in said(app)
    press(app, "Riskier")
    assert app.query_params["karyogram"] == karyograms[3].id
    press(app, "Less risky")
    assert app.query_params["karyogram"] == karyograms[2].id
    (last,) = (button for button in app.button if button.label == "Less risky")
    assert last.disabled
    assert app.query_params["list"] == "mine"


def test_a_click_on_a_row_opens_it_with_its_list(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    app = dashboard.open("reading", list="first", case="P")
    app.session_state["reading_list"] = {"selection": {"rows": [], "columns": [], "cells": [(1, "case")]}}
    app.run()
    assert app.query_params["karyogram"] == karyograms[3].id
    assert (app.query_params["list"], app.query_params["case"]) == ("first", "P")


def test_a_long_list_is_read_page_by_page(dashboard: Dashboard) -> None:
    many.fill(dashboard.engine, 1_500, batch_size=500)
    app = dashboard.open("reading")
    first = app.dataframe[0].value["file"].tolist()
    assert len(first) == 25
    assert "1 to 25 of " in said(app)
    press(app, "Next page")
    second = app.dataframe[0].value["file"].tolist()
    assert "26 to 50 of " in said(app)
    assert not set(first) & set(second)
    assert dashboard.open("reading", after=app.query_params["after"]).dataframe[0].value["file"].tolist() == second
    press(app, "Previous page")
    assert app.dataframe[0].value["file"].tolist() == first
    press(app, "Next page")
    app.pills[0].set_value(["Uncertain"]).run()  # another filter begins at its first page
    assert "1 to 25 of " in said(app)
    assert "after" not in app.query_params


def test_a_large_batch_shows_one_page_and_all_its_counts(dashboard: Dashboard) -> None:
    many.fill(dashboard.engine, 600, batch_size=600)
    app = dashboard.open("batches", batch=f"{0:032x}")
    assert len(app.dataframe[0].value) == 100
    assert sum(int(metric.value.replace(",", "")) for metric in app.metric) == 600
    press(app, "Next page")
    assert "101 to 200 of 600" in said(app)


def test_an_unknown_batch_or_karyogram_in_the_address_does_no_harm(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("reading", batch="nothing", after="nobody", karyogram="nobody")
    assert "Nothing passes these filters" in said(app)
    assert app.selectbox[1].value == "nothing"


def test_what_is_older_than_an_hour(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    with open_session(dashboard.engine) as session:
        old = schema.karyograms.update().where(schema.karyograms.c.id == karyograms[1].id)
        session.execute(old.values(created_at=records.NOW - timedelta(hours=2)))
        session.commit()
        assert store.karyogram(session, karyograms[1].id).created_at < records.NOW
    assert outcomes(dashboard.open("reading", older="1h")) == ["Abnormal"]
