"""The page of one karyogram in each of its states: who may decide, what they see of others, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.drawing import thumbnails
from engine.people import DEMO, Person
from engine.records import audit, retention, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Decision, Opinion, Review
from engine.vocabulary import Batch, Karyogram
from models.judging.suggestion import Suggestion
from models.judging.triage import TriageOutcome
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import linked, said

Judged = tuple[Batch, list[Karyogram]]
TOVE, TEO, SARA, GAST = DEMO
DOWN = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",))
NORMAL = Opinion(Call.NORMAL, "46,XY", reason="the third 21 is a caption")
WHAT = "What do you see?"


def decide(dashboard: Dashboard, karyogram: Karyogram, *made: tuple[Person, Opinion]) -> Decision:
    """Keep decisions, the last of which is returned."""
    with open_session(dashboard.engine) as session:
        kept = [decisions.decide(session, who, karyogram.id, opinion, records.NOW) for who, opinion in made]
        session.commit()
    return kept[-1]


def shown(dashboard: Dashboard, karyogram: Karyogram, person: Person = TOVE) -> AppTest:
    return dashboard.open("karyogram", karyogram=karyogram.id, person=person.short)


def asks(app: AppTest) -> bool:
    """Whether the page asks for a decision that is not an amendment."""
    return any(group.label == WHAT and "_new" in str(group.key) for group in app.segmented_control)


def call(app: AppTest, what: Call) -> AppTest:
    return next(group for group in app.segmented_control if group.label == WHAT).set_value(what).run()


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def write(app: AppTest, label: str, text: str) -> AppTest:
    return next(field for field in app.text_input if field.label.startswith(label)).set_value(text).run()


def fields(app: AppTest) -> dict[str, str]:
    return {field.label: str(field.value) for field in app.text_input}


def standing(dashboard: Dashboard, karyogram: Karyogram) -> tuple[Review, list[Decision]]:
    with open_session(dashboard.engine) as session:
        return store.karyogram(session, karyogram.id).review, decisions.of(session, karyogram.id)


def test_what_waits_for_its_verdict_cannot_be_decided(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = shown(dashboard, judged_batch[1][5])
    assert "This karyogram has no verdict yet" in said(app)
    assert not asks(app)


@pytest.mark.parametrize("index", [0, 1, 2, 3, 4])
def test_what_is_judged_or_failed_asks_for_a_decision_and_fills_nothing_in(
    dashboard: Dashboard, judged_batch: Judged, index: int
) -> None:
    app = shown(dashboard, judged_batch[1][index])
    assert asks(app)
    assert [group.value for group in app.segmented_control if group.label == WHAT] == [None]
    assert not [button for button in app.button if button.label.startswith("Confirm")]


def test_a_first_reader_decides(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][1]
    app = call(shown(dashboard, karyogram), Call.ABNORMAL)
    assert (app.multiselect[0].value, fields(app)) == ([], {"Karyotype (ISCN)": "", "Comment": ""})
    app = press(app, "Take over from the model")
    app = write(app, "Karyotype", "47,XY,+21")
    assert "first reader: **abnormal, 47\\,XY\\,\\+21, with \\+21\\, structural change on 9**. Another person" in said(
        app
    )
    app = press(app, "Confirm: abnormal")
    review, (kept,) = standing(dashboard, karyogram)
    assert review is Review.SECOND
    assert kept.opinion == Opinion(Call.ABNORMAL, "47,XY,+21", ("+21", "structural change on 9"))
    assert (kept.person, kept.outcome) == (TOVE.name, TriageOutcome.FLAGGED_ABNORMAL)
    assert "You have decided on this karyogram" in said(app)
    assert not asks(app)


def test_the_reason_is_asked_for_at_once_and_its_lack_is_told(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][1]
    app = call(shown(dashboard, karyogram), Call.NORMAL)
    assert "Reason for saying the contrary of the model (needed)" in fields(app)
    app = press(app, "Confirm: normal")
    assert "The model says the contrary\\. Please give the reason" in said(app)
    app = press(write(app, "Reason", NORMAL.reason), "Confirm: normal")
    assert standing(dashboard, karyogram)[1][0].opinion.reason == NORMAL.reason


def test_no_reason_is_asked_for_where_nothing_is_overridden(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = shown(dashboard, judged_batch[1][2])
    for what in (Call.ABNORMAL, Call.NORMAL, Call.NOT_ASSESSABLE):
        app = call(app, what)
        assert not [label for label in fields(app) if label.startswith("Reason")]
    assert fields(app) == {"Comment": ""}


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("47,XX", r"This is not valid ISCN: 47\,XX says 47\, but lists 46; you can save it all the same."),
        ("46,XX", "This is a normal karyotype, and your call is abnormal; you can save it all the same."),
        ("47,XX,+8", ""),
    ],
)
def test_iscn_is_advised_on_and_kept_as_it_is(
    dashboard: Dashboard, judged_batch: Judged, typed: str, told: str
) -> None:
    karyogram = judged_batch[1][2]
    app = write(call(shown(dashboard, karyogram), Call.ABNORMAL), "Karyotype", typed)
    assert (told in said(app)) if told else ("you can save it" not in said(app))
    press(app, "Confirm: abnormal")
    assert standing(dashboard, karyogram)[1][0].opinion.karyotype == typed


def test_a_normal_karyotype_is_taken_over_only_for_a_normal_call(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][5]
    suggestion = replace(records.verdict(karyogram, TriageOutcome.SCREENED_NORMAL), findings=())
    with open_session(dashboard.engine) as session:
        store.save_verdict(session, replace(suggestion, suggestion=Suggestion("46,XX")))
        session.commit()
    app = call(shown(dashboard, karyogram), Call.ABNORMAL)
    assert not [button for button in app.button if button.label.startswith("Take over")]
    app = press(call(app, Call.NORMAL), "Take over from the model")
    assert fields(app)["Karyotype (ISCN)"] == "46,XX"


def test_the_second_reader_does_not_see_the_first(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][1]
    decide(dashboard, karyogram, (TOVE, replace(DOWN, comment="a secret remark")))
    for person, may_decide in ((TEO, True), (SARA, True), (GAST, False)):
        app = shown(dashboard, karyogram, person)
        assert asks(app) is may_decide
        assert "What they said stays hidden until the second reader has decided" in said(app)
        for secret in ("secret remark", TOVE.name.split()[0] + "**", "47\\,XY"):
            assert secret not in said(app)
    own = said(shown(dashboard, karyogram))
    assert "a secret remark" in own
    assert "You have decided on this karyogram. Another person has to be the next reader" in own.replace("\\", "")


def test_two_who_agree_sign_and_the_page_says_so_on_top(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][1]
    decide(dashboard, karyogram, (TOVE, replace(DOWN, karyotype="")))
    app = press(write(call(shown(dashboard, karyogram, TEO), Call.ABNORMAL), "Karyotype", "47,XY,+21"), "Confirm")
    text = said(app).replace("\\", "")
    assert standing(dashboard, karyogram)[0] is Review.SIGNED
    assert f"{TOVE.name} and {TEO.name} read it, each without seeing the other's decision, and agree." in text
    assert ":red-badge[:material/warning: Abnormal] **47,XY,+21**" in text
    assert "Amend your own decision, with a reason" in text
    assert not asks(app)


def test_where_readers_disagree_only_a_supervisor_is_asked_and_sees_both(
    dashboard: Dashboard, judged_batch: Judged
) -> None:
    karyogram = judged_batch[1][1]
    decide(dashboard, karyogram, (TOVE, DOWN), (TEO, NORMAL))
    technician = shown(dashboard, karyogram)
    assert not asks(technician)
    assert r"who may\: supervisor" in said(technician)
    assert not asks(shown(dashboard, karyogram, GAST))
    assert NORMAL.reason not in said(shown(dashboard, karyogram, GAST))
    app = shown(dashboard, karyogram, SARA)
    text = said(app).replace("\\", "")
    assert f"**{TOVE.name}**, first reader: **abnormal, 47,XY,+21, with +21**" in text
    assert f"**{TEO.name}**, second reader: **normal, 46,XY**. Reason: {NORMAL.reason}" in text
    app = call(app, Call.NOT_ASSESSABLE)
    assert "This settles and signs it." in said(app)
    text = said(press(app, "Confirm")).replace("\\", "")
    assert f"{TOVE.name} and {TEO.name} read it and did not agree; {SARA.name} settled it as supervisor." in text
    assert standing(dashboard, karyogram)[0] is Review.SIGNED


def test_a_signed_decision_is_amended_with_a_reason_and_the_old_one_is_struck_through(
    dashboard: Dashboard, judged_batch: Judged
) -> None:
    karyogram = judged_batch[1][2]
    decide(dashboard, karyogram, (TOVE, DOWN), (TEO, DOWN))
    app = shown(dashboard, karyogram, TEO)
    assert not fields(app)
    app = next(toggle for toggle in app.toggle if toggle.label == "Amend my decision").set_value(True).run()
    assert fields(app) == {
        "Karyotype (ISCN)": "47,XY,+21",
        "Comment": "",
        "Reason for amending your decision (needed)": "",
    }
    assert [group.value for group in app.segmented_control if group.label == WHAT] == [Call.ABNORMAL]
    assert app.multiselect[0].value == ["+21"]
    app = press(write(app, "Karyotype", "47,XY,+18"), "Confirm")
    assert "Please give the reason for amending the decision" in said(app).replace("\\", "")
    text = said(press(write(app, "Reason", "it is an 18"), "Confirm")).replace("\\", "")
    assert "second reader: ~~abnormal, 47,XY,+21, with +21~~ (amended later)" in text
    assert "second reader amends to: **abnormal, 47,XY,+18, with +21**. Reason: it is an 18" in text
    review, made = standing(dashboard, karyogram)
    assert (review, len(made)) == (Review.THIRD, 3)


def test_somebody_who_only_reads_is_told_so(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = shown(dashboard, judged_batch[1][1], GAST)
    assert not asks(app)
    assert "is read only and may not read; who may: technician, supervisor" in said(app).replace("\\", "")


def test_somebody_who_was_quicker_is_told_and_nothing_is_kept_twice(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][2]
    app = call(shown(dashboard, karyogram), Call.ABNORMAL)
    decide(dashboard, karyogram, (TOVE, DOWN))  # in another window of theirs
    app = press(app, "Confirm")
    assert "You have decided on this karyogram" in said(app)
    assert len(standing(dashboard, karyogram)[1]) == 1


def test_a_draft_is_of_one_person_and_waits_for_them(dashboard: Dashboard, judged_batch: Judged) -> None:
    first, second = judged_batch[1][1], judged_batch[1][2]
    app = write(call(shown(dashboard, first), Call.ABNORMAL), "Comment", "half a thought")
    app.query_params["karyogram"] = second.id
    assert "Comment" not in fields(app.run())
    app.query_params["karyogram"], app.query_params["person"] = first.id, TEO.short
    assert "Comment" not in fields(app.run())
    app.query_params["person"] = TOVE.short
    assert fields(app.run())["Comment"] == "half a thought"


def test_links_take_along_who_works_here(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    links = linked(shown(dashboard, karyograms[1], SARA))
    assert links["Monday"][1] == f"person=sara&batch={karyograms[1].batch_id}"
    assert f"person=sara&karyogram={karyograms[0].id}" in links["Cell 0"][1]
    app = shown(dashboard, karyograms[1], SARA)
    del app.query_params["person"]  # as the navigation of Streamlit leaves it behind
    app.run()
    assert app.query_params["person"] == "sara"
    assert "person" not in shown(dashboard, karyograms[1], TOVE).query_params  # the first goes without saying


def test_who_works_here_is_chosen_on_the_page(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = shown(dashboard, judged_batch[1][1], GAST)
    assert not asks(app)
    app = app.menu_button[0].click(TEO).run()
    assert app.query_params["person"] == "teo"
    assert app.menu_button[0].label == TEO.name
    assert asks(app)


def test_the_case_is_concluded_beside_the_picture(dashboard: Dashboard, judged_batch: Judged) -> None:
    _, karyograms = judged_batch
    for karyogram in (karyograms[1], karyograms[2]):
        decide(dashboard, karyogram, (TOVE, DOWN), (TEO, DOWN))
    text = said(shown(dashboard, karyograms[0])).replace("\\", "")
    assert "**47,XY,+21** in 2 cells: makes a clone." in text
    assert "3 cells not signed yet." in text  # unreadable, failed and waiting
    assert "1 cell screened as normal by the model and read by nobody." in text
    assert ":material/verified: Signed: 47,XY,+21" in text
    assert "for the first reader" in text


def test_the_other_models_are_named_with_what_they_say(dashboard: Dashboard, judged_batch: Judged) -> None:
    karyogram = judged_batch[1][2]
    late = records.NOW + timedelta(minutes=1)
    with open_session(dashboard.engine) as session:
        store.save_verdict(
            session, records.verdict(karyogram, TriageOutcome.FLAGGED_ABNORMAL, model="second", created_at=late)
        )
        session.commit()
    text = said(shown(dashboard, karyogram))
    assert "- **second**: :red-badge[:material/warning: Flagged abnormal] probability of abnormal 40" in text
    assert r"**second** judged it: flagged abnormal" in text
    assert "**second**" not in said(shown(dashboard, judged_batch[1][1]))


def test_the_picture_can_be_zoomed(dashboard: Dashboard, judged_batch: Judged) -> None:
    app = shown(dashboard, judged_batch[1][1])
    charts = len(app.get("vega_lite_chart"))
    app = app.toggle(key="zoom").set_value(True).run()
    assert len(app.get("vega_lite_chart")) == charts + 1
    assert "Turn the wheel to zoom" in said(app)


def test_a_picture_that_retention_removed_is_told_of_and_never_shown_from_a_cache(
    dashboard: Dashboard, judged_batch: Judged
) -> None:
    screened = judged_batch[1][0]
    assert "Picture removed" not in said(shown(dashboard, screened))
    assert thumbnails.small([screened])[0] != thumbnails.small(judged_batch[1][:2])[1]
    with open_session(dashboard.engine) as session:
        gone = retention.remove(session, records.NOW + timedelta(days=31), 30, person=audit.NOBODY)
        session.commit()
    assert set(gone.karyograms) == {screened.image_sha256}
    app = shown(dashboard, screened)
    assert "Picture removed on " in said(app)
    assert screened.image_sha256 in said(app)
    assert not [toggle for toggle in app.toggle if "evidence" in toggle.label or "Zoom" in toggle.label]
    assert not app.exception
    kept, frame = thumbnails.small(judged_batch[1][:2])[1], thumbnails.small([screened])[0]
    assert frame.startswith("data:image/png;base64,")
    assert frame != kept
    app = dashboard.open("batches", batch=judged_batch[0].id)
    assert not app.exception
