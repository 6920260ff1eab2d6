"""Every page on a real record store and a real Valkey: what it says, and that an address alone leads to it."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from dashboard.upload import sample
from dashboard.wording import words
from engine.jobs.heartbeat import Heartbeat, beat
from engine.jobs.stream import JobStream, connect_redis
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import heat_maps
from engine.vocabulary import Batch, HeatMapRequest, HeatMapState, Karyogram, KaryogramState
from models.judging.heatmap import HeatMap
from models.judging.suggestion import Suggestion
from models.judging.triage import Reason, TriageOutcome
from models.preparation.framing import Framing
from tests import large, records
from tests.dashboard.conftest import Dashboard
from tests.servers import REPOSITORY, free_port

Judged = tuple[Batch, list[Karyogram]]


def said(app: AppTest) -> str:
    """Everything that a page says in words."""
    assert [exception.value for exception in app.exception] == []
    texts = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.success]
    return "\n".join(str(text.value) for text in texts)


def linked(app: AppTest) -> dict[str, tuple[str, str]]:
    """The links of a page: their labels, with the page and the parameters they lead to."""
    links = [element.proto for element in app.get("page_link")]
    return {link.label: (link.page, link.query_string) for link in links}


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def press(app: AppTest, label: str) -> AppTest:
    """Press the button that says this."""
    (button,) = (button for button in app.button if label in button.label)
    return button.click().run()


@pytest.mark.parametrize("view", ["upload", "batches", "reading", "karyogram", "system"])
def test_every_page_opens_on_an_empty_system_and_says_what_it_is_for(dashboard: Dashboard, view: str) -> None:
    assert "For research use only" in said(dashboard.open(view))


def test_every_page_opens_on_a_large_store(dashboard: Dashboard) -> None:
    large.fill(dashboard.engine, 600, 30, seed=3, now=records.NOW)
    shown = records.karyograms(dashboard.engine)[0]
    views = sorted(path.stem for path in (REPOSITORY / "dashboard" / "views").glob("*.py") if path.stem != "__init__")
    assert len(views) == 11
    for view in views:
        app = dashboard.open(view, person="sara", karyogram=shown.id, batch=shown.batch_id)
        assert "For research use only" in said(app), view
        assert app.title, view


def test_many_failed_karyograms_are_cut_off_and_sent_back_at_once(dashboard: Dashboard) -> None:
    records.add_batch(dashboard.engine, *(records.png(seed) for seed in range(53)))
    with open_session(dashboard.engine) as session:
        for karyogram in records.karyograms(dashboard.engine):
            store.fail(session, karyogram.id, "out of memory")
        session.commit()
    app = dashboard.open("system")
    assert "And 3 more." in said(app)
    assert len([button for button in app.button if button.label == "Try again"]) == 50
    press(app, "Try all again")
    assert [toast.value for toast in app.toast] == ["53 karyograms sent back to the engines."]
    assert metrics(app)["Failed"] == "0"


def test_an_empty_system_offers_the_sample_and_loads_it(dashboard: Dashboard) -> None:
    assert sample.files()
    app = dashboard.open()
    app.button[0].click().run()
    assert sample.BATCH_NAME.replace("(", r"\(").replace(")", r"\)") in said(app)
    assert len(records.karyograms(dashboard.engine)) == len(sample.files())


def test_the_sample_is_not_offered_once_there_is_a_batch(dashboard: Dashboard, judged_batch: Judged) -> None:
    assert [button.label for button in dashboard.open().button] == ["Start triage"]


def test_an_upload_is_received_file_by_file(dashboard: Dashboard, redis_url: str) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("P001_c1.png", records.png(1))
        file.writestr("P001_c2.png", records.png(2)[:500])
    app = dashboard.open()
    assert app.button[-1].disabled
    app.file_uploader[0].set_value(
        [("batch.zip", archive.getvalue(), "application/zip"), ("a*b*.png", b"no picture", "image/png")]
    )
    app.run()
    app.text_input[0].input("Monday [1]").run()
    app.button[-1].click().run()
    assert "Received **1 of 3**" in said(app)
    assert r"Monday \[1\]" in said(app)
    assert app.table[0].value["File"].tolist() == [r"P001\_c2\.png", r"a\*b\*\.png"]
    assert app.query_params["batch"]
    assert [karyogram.file_name for karyogram in records.karyograms(dashboard.engine)] == ["P001_c1.png"]
    assert JobStream(connect_redis(redis_url)).backlog() == 1
    assert app.text_input[0].value == ""  # the form is ready for the next upload
    assert app.button[-1].disabled


def test_the_receipt_of_an_upload_survives_a_reload(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open(batch=judged_batch[0].id)
    assert "Received **6 of 6**" in said(app)
    assert "No engine is running" in said(app)


def test_an_unknown_batch_in_the_address_is_told(dashboard: Dashboard) -> None:
    assert "does not exist" in said(dashboard.open(batch="nothing"))
    assert "does not exist" in said(dashboard.open("batches", batch="nothing"))
    assert "does not exist" in said(dashboard.open("karyogram", karyogram="nothing"))


def test_without_a_model_nothing_can_be_uploaded(dashboard: Dashboard) -> None:
    (dashboard.registry.folder / "pixels" / "card.json").unlink()
    app = dashboard.open()
    assert "No model is installed" in said(app)
    assert not app.get("file_uploader")


def test_batches_are_listed_with_abnormal_first(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("batches")
    badges = next(line for line in said(app).splitlines() if "1 abnormal" in line)
    shown = ("abnormal", "uncertain", "unreadable", "failed", "screened normal", "waiting")
    order = [badges.index(f"1 {word}") for word in shown]
    assert order == sorted(order)
    assert linked(app)["**Monday**"] == ("batches", f"batch={judged_batch[0].id}")


def test_a_long_list_of_batches_is_cut_into_pages(dashboard: Dashboard) -> None:
    for _ in range(21):
        records.add_batch(dashboard.engine)
    assert len(dashboard.open("batches").get("page_link")) == 20
    assert len(dashboard.open("batches", list_page="2").get("page_link")) == 1


def test_a_batch_is_found_by_its_name_in_the_address(dashboard: Dashboard) -> None:
    for _ in range(21):
        records.add_batch(dashboard.engine)
    with open_session(dashboard.engine) as session:
        store.add_batch(session, "Sunday*", "pixels", 5, records.NOW)
        session.commit()
    app = dashboard.open("batches", name="sunday*", list_page="2")
    assert list(linked(app)) == [r"**Sunday\***"]
    assert r"1 batch with “sunday\*” in the name" in said(app)
    app.text_input(key="name").input("").run()
    assert "22 batches" in said(app)
    app.text_input(key="name").input("nothing").run()
    assert "0 batches with" in said(app)


def test_a_batch_shows_counts_and_the_riskiest_first(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("batches", batch=judged_batch[0].id)
    assert metrics(app) == {
        "Abnormal": "1",
        "Uncertain": "1",
        "Unreadable": "1",
        "Failed": "1",
        "Screened normal": "1",
        "Waiting": "1",
    }
    outcomes = app.dataframe[0].value["outcome"].tolist()
    assert outcomes == ["Failed", "Unreadable", "Abnormal", "Uncertain", "Screened normal", "Waiting"]
    assert "**5 of 6 karyograms** done" in str(app.get("progress")[0].proto.text)


def test_a_click_means_the_row_as_it_was_drawn(dashboard: Dashboard, judged_batch: Judged) -> None:
    """While a batch is live, a verdict between drawing and click moves the rows."""
    batch, karyograms = judged_batch
    app = dashboard.open("batches", batch=batch.id)
    assert app.dataframe[0].value["file"].tolist()[1] == karyograms[3].file_name
    with open_session(dashboard.engine) as session:
        store.fail(session, karyograms[5].id, "moves to the head of the list")
        session.commit()
    app.session_state["reading_list"] = {"selection": {"rows": [], "columns": [], "cells": [(1, "file")]}}
    app.run()
    assert app.query_params["karyogram"] == karyograms[3].id


def test_the_filter_stands_in_the_address(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("batches", batch=judged_batch[0].id, outcome="Abnormal")
    assert app.dataframe[0].value["outcome"].tolist() == ["Abnormal"]
    assert app.pills[0].value == ["Abnormal"]


def test_a_batch_of_refused_files_only_says_so(dashboard: Dashboard) -> None:
    batch = records.add_batch(dashboard.engine)
    assert "No karyogram was accepted" in said(dashboard.open("batches", batch=batch.id))


def test_a_karyogram_shows_its_verdict_in_plain_words(dashboard: Dashboard, judged_batch: Judged) -> None:
    batch, karyograms = judged_batch
    app = dashboard.open("karyogram", karyogram=karyograms[2].id)
    text = said(app)
    assert "Flagged uncertain" in text
    assert r"Only 66\.7 \% of the passes agree" in text
    assert metrics(app) == {"Probability of abnormal": "40 %", "Pass agreement on normal": "66.7 %"}
    figures = dict(zip(app.table[0].value["Measure"], app.table[0].value["Figure"], strict=True))
    assert figures["**Votes for abnormal**"] == "1 of 3"
    # escaped: the sign of "> 99.9 %" would make a quotation of it
    assert figures["**Pass agreement**"].startswith(r"66\.7 \% \(95 \% interval")
    assert "Other karyograms of case P001" in text
    assert "4 of 6 on the reading list" in text
    assert linked(app)["Monday"] == ("batches", f"batch={batch.id}")


def test_the_way_through_the_reading_list_keeps_the_filter(dashboard: Dashboard, judged_batch: Judged) -> None:
    batch, karyograms = judged_batch
    outcomes = ["Abnormal", "Uncertain"]
    app = dashboard.open("karyogram", karyogram=karyograms[1].id, batch=batch.id, outcome=outcomes)
    assert "1 of 2 on the reading list" in said(app)
    assert linked(app)["Monday"][1] == f"outcome=Abnormal&outcome=Uncertain&batch={batch.id}"
    press(app, "Less risky")
    assert app.query_params["karyogram"] == karyograms[2].id
    assert app.query_params["outcome"] == outcomes
    assert "2 of 2 on the reading list" in said(app)


def test_the_figures_of_an_unreadable_picture_are_kept_back(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("karyogram", karyogram=judged_batch[1][3].id)
    assert metrics(app) == {}
    assert "does not look like a karyogram" in said(app)


def test_an_unreadable_picture_says_why_and_what_to_do(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][3]
    with open_session(dashboard.engine) as session:
        refused = records.verdict(karyogram, TriageOutcome.FLAGGED_UNREADABLE, model="gate")
        store.save_verdict(session, dataclasses.replace(refused, reasons=(Reason.NOT_A_KARYOGRAM,)))
        session.execute(update(schema.batches).values(model="gate"))
        session.commit()
    text = said(dashboard.open("karyogram", karyogram=karyogram.id))
    assert r"Unreadable because the pieces do not stand in rows \(12\% do\)" in text
    assert words.UNREADABLE_ADVICE in text
    assert "three copies" not in text  # no finding of what is no karyogram


def test_findings_tell_their_agreement_and_no_karyotype_is_suggested_without_a_reason(
    dashboard: Dashboard, judged_batch: Judged
) -> None:
    text = said(dashboard.open("karyogram", karyogram=judged_batch[1][2].id))
    assert r":red-badge[\+21] chromosome 21\: three copies \(3 of 3 passes\)" in text
    assert "No karyotype is suggested: the passes do not agree on the number of chromosome 4." in text


@pytest.mark.parametrize(("suggestion", "told"), [(Suggestion("47,XY,+21"), True), (None, False)])
def test_a_suggested_karyotype_is_called_a_suggestion(
    dashboard: Dashboard, judged_batch: Judged, suggestion: Suggestion | None, told: bool
) -> None:
    """An earlier version kept none: its verdicts are shown without."""
    karyogram = judged_batch[1][5]
    with open_session(dashboard.engine) as session:
        store.save_verdict(session, dataclasses.replace(records.verdict(karyogram), suggestion=suggestion))
        session.commit()
    app = dashboard.open("karyogram", karyogram=karyogram.id)
    text = said(app)
    assert (r"**Karyotype (suggestion)** 47\,XY\,\+21" in text) is told
    assert (words.SUGGESTION_ADVICE in text) is told
    assert "No karyotype is suggested" not in text


def with_evidence(app: AppTest) -> AppTest:
    """Switch on where the evidence lies."""
    return app.toggle[0].set_value(True).run()


def asked_for(dashboard: Dashboard, karyogram: Karyogram) -> HeatMapRequest:
    with open_session(dashboard.engine) as session:
        asked = heat_maps.find(session, karyogram.id, "pixels")
    assert asked is not None
    return asked


def test_the_evidence_is_asked_for_drawn_and_shown(dashboard: Dashboard, judged_batch: Judged, redis_url: str) -> None:
    karyogram = judged_batch[1][1]
    app = with_evidence(dashboard.open("karyogram", karyogram=karyogram.id))
    assert "An engine draws it" in said(app)
    assert JobStream(connect_redis(redis_url)).backlog() == 1  # an engine is woken
    with open_session(dashboard.engine) as session:
        heat_maps.keep(session, asked_for(dashboard, karyogram), HeatMap(1, b"\xff", Framing(0.0, 0.0, 100.0)))
        session.commit()
    text = said(app.run())
    assert words.EVIDENCE_ADVICE in text
    assert "An engine draws it" not in text


def test_evidence_that_could_not_be_drawn_can_be_asked_for_again(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][1]
    app = with_evidence(dashboard.open("karyogram", karyogram=karyogram.id))
    with open_session(dashboard.engine) as session:
        heat_maps.fail(session, asked_for(dashboard, karyogram), "out of *memory*")
        session.commit()
    assert r"It could not be drawn: out of \*memory\*" in said(app.run())
    press(app, "Draw it again")
    assert "An engine draws it" in said(app)
    assert asked_for(dashboard, karyogram).state is HeatMapState.REQUESTED


@pytest.mark.parametrize("index", [0, 3, 4, 5])
def test_evidence_is_not_offered_where_nothing_speaks_for_abnormal(
    dashboard: Dashboard, judged_batch: Judged, index: int
) -> None:
    offered = dashboard.open("karyogram", karyogram=judged_batch[1][index].id).toggle
    assert [toggle.label for toggle in offered] == ["Zoom and pan"]


def test_a_waiting_karyogram_says_so(dashboard: Dashboard, judged_batch: Judged) -> None:
    assert "Waiting for an engine" in said(dashboard.open("karyogram", karyogram=judged_batch[1][5].id))


def test_a_failed_karyogram_can_be_tried_again(dashboard: Dashboard, judged_batch: Judged, redis_url: str) -> None:
    failed = judged_batch[1][4].id
    app = dashboard.open("karyogram", karyogram=failed)
    assert r"the engine \*stopped\* three times" in said(app)
    press(app, "Try again")
    assert "Waiting for an engine" in said(app)
    assert JobStream(connect_redis(redis_url)).backlog() == 1
    with open_session(dashboard.engine) as session:
        assert store.karyogram(session, failed).state is KaryogramState.QUEUED


def test_the_system_page_shows_engines_and_queue(dashboard: Dashboard, redis_url: str) -> None:
    client = connect_redis(redis_url)
    beat(client, Heartbeat(engine="host-1", host="host", pid=1, started_at=records.NOW, pictures_per_second=2.5))
    JobStream(client).put(["a", "b"])
    app = dashboard.open("system")
    assert metrics(app) == {"Engines alive": "1", "Karyograms a second": "2.5", "In the queue": "2", "Failed": "0"}
    assert app.dataframe[0].value["engine"].tolist() == ["host-1"]


def test_the_system_page_sends_failed_karyograms_back(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = dashboard.open("system")
    assert metrics(app)["Failed"] == "1"
    app.button[0].click().run()
    assert [toast.value for toast in app.toast] == ["1 karyogram sent back to the engines."]
    assert metrics(app)["Failed"] == "0"
    assert "No karyogram has failed" in said(app)


def test_a_retry_without_redis_does_not_claim_to_be_sent(
    dashboard: Dashboard, judged_batch: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    app = dashboard.open("system")
    app.button[0].click().run()
    assert [toast.value for toast in app.toast] == ["1 karyogram will be taken up again within a minute."]


def test_the_system_page_says_when_redis_is_away(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://:secret@127.0.0.1:{free_port()}/0")
    text = said(dashboard.open("system"))
    assert "Redis cannot be reached" in text
    assert "secret" not in text


def test_an_upload_without_redis_is_kept_for_later(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}/0")
    app = dashboard.open()
    app.file_uploader[0].set_value([("P001_c1.png", records.png(1), "image/png")])
    app.run()
    app.button[-1].click().run()
    assert "Received **1 of 1**" in said(app)
    assert "Redis cannot be reached" in said(app)


def test_wrong_settings_are_told_in_one_line(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KARYOTRIAGE_PASSES", "many")
    text = said(dashboard.open())
    assert "Karyotriage cannot start" in text
    assert r"KARYOTRIAGE\_PASSES must be a whole number from 1 to 1000" in text
