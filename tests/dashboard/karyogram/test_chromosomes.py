"""The chromosomes of a karyogram on its page: offered where they were read, chosen, compared and corrected."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from engine.records import store
from engine.records.database import open_session
from engine.reviewing import corrections
from engine.reviewing.corrections import REMOVED, Correction
from engine.vocabulary import Karyogram
from models.judging.record import Record
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said

READING = records.reading()
NINE = 16  # the number of its first object
EXTRA = 42  # that of the third 21


@pytest.fixture
def read_karyogram(dashboard: Dashboard) -> Karyogram:
    """A karyogram with a reading, and findings on 9 and 21."""
    return judged(dashboard, READING)


def judged(dashboard: Dashboard, reading: Record | None) -> Karyogram:
    records.add_batch(dashboard.engine, records.png(1))
    (karyogram,) = records.karyograms(dashboard.engine)
    with open_session(dashboard.engine) as session:
        store.save_verdict(session, records.verdict(karyogram, reading=reading))
        session.commit()
    return karyogram


def shown(dashboard: Dashboard, karyogram: Karyogram) -> AppTest:
    """The page with the chromosomes switched on."""
    app = dashboard.open("karyogram", karyogram=karyogram.id)
    return app.toggle(key="chromosomes").set_value(True).run()


def choose(app: AppTest, karyogram: Karyogram, number: int) -> AppTest:
    app.session_state[f"object_{karyogram.id}"] = number
    return app.run()


def test_without_a_reading_nothing_is_offered(dashboard: Dashboard) -> None:
    app = dashboard.open("karyogram", karyogram=judged(dashboard, None).id)
    assert [toggle.label for toggle in app.toggle] == ["Show where the evidence lies", "Zoom and pan"]
    assert not app.selectbox
    assert "Flagged uncertain" in said(app)


def test_chromosomes_are_shown_only_if_wanted(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = dashboard.open("karyogram", karyogram=read_karyogram.id)
    assert not app.selectbox
    assert "What speaks for it" not in said(app)
    app = shown(dashboard, read_karyogram)
    assert len(app.selectbox(key=f"object_{read_karyogram.id}").options) == len(READING.objects)
    assert "What speaks for it" in said(app)
    assert "Yellow, dashed and ?: fits nowhere" in said(app)


def test_the_first_chromosome_with_a_finding_is_chosen(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = shown(dashboard, read_karyogram)
    assert app.selectbox(key=f"object_{read_karyogram.id}").value == NINE
    assert r"One homologue shorter by 40 \%\; probability of a changed structure 62\.5 \%" in said(app)


def test_what_each_part_says_stands_in_a_table(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    table = next(table.value for table in shown(dashboard, read_karyogram).table if "Part" in table.value)
    assert dict(zip(table["Part"], table["Probability"], strict=True)) == {
        "Reader, numbers": r"99 \%",
        "Reader, structure": r"62\.7 \%",
        "Whole picture, numbers": r"87\.5 \%",
        "Whole picture": r"25 \%",
    }


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (0, r"The homologues look alike\; probability of a changed structure 0\.4 \%"),
        (2, "Not compared: one of the two may not be a single chromosome"),
        (41, "Not compared: 3 objects of it"),
        (len(READING.objects) - 1, "Only chromosomes are compared"),
    ],
)
def test_any_object_can_be_chosen(dashboard: Dashboard, read_karyogram: Karyogram, number: int, sentence: str) -> None:
    assert sentence in said(choose(shown(dashboard, read_karyogram), read_karyogram, number))


def test_a_reading_without_objects_breaks_nothing(dashboard: Dashboard) -> None:
    karyogram = judged(dashboard, replace(READING, objects=(), pairs=()))
    app = shown(dashboard, karyogram)
    assert app.selectbox(key=f"object_{karyogram.id}").value is None
    assert metrics(app)


def correct(app: AppTest, karyogram: Karyogram, number: int, corrections: int) -> str:
    """The beginning of the keys of the form that corrects an object for so many times before."""
    key = f"correct_{karyogram.id}_{number}_{corrections}"
    assert app.selectbox(key=f"{key}_name").options
    return key


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def kept(dashboard: Dashboard, karyogram: Karyogram) -> list[Correction]:
    with open_session(dashboard.engine) as session:
        verdict = store.verdict(session, karyogram.id)
        assert verdict is not None
        assert verdict.reading == READING
        return corrections.of(session, verdict)


def test_a_class_is_corrected_and_the_verdict_stays(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = choose(shown(dashboard, read_karyogram), read_karyogram, EXTRA)
    key = correct(app, read_karyogram, EXTRA, 0)
    app.selectbox(key=f"{key}_name").set_value("22")
    press(app, "Keep the correction")
    assert metrics(app)["Karyotype (corrected by hand)"] == "47,XX,+22"
    assert "Changed: chromosome 21 from 3 to 2, chromosome 22 from 2 to 3." in said(app)
    assert metrics(app)["Probability of abnormal"] == "40 %"
    (one,) = kept(dashboard, read_karyogram)
    assert (one.object, one.name, one.model) == (EXTRA, "22", "pixels")
    assert one.box == READING.objects[EXTRA].box  # not rounded where nobody moved it
    assert app.selectbox(key=f"object_{read_karyogram.id}").value == EXTRA
    assert "what was read is corrected by hand" in said(app)


def test_what_is_corrected_is_told_with_the_chromosomes_hidden(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    press(choose(shown(dashboard, read_karyogram), read_karyogram, EXTRA), "Remove the box")
    assert [one.name for one in kept(dashboard, read_karyogram)] == [REMOVED]
    app = dashboard.open("karyogram", karyogram=read_karyogram.id)
    assert not app.toggle(key="chromosomes").value
    assert metrics(app)["Karyotype (corrected by hand)"] == "46,XX"


def test_a_box_is_moved_and_one_is_added(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = choose(shown(dashboard, read_karyogram), read_karyogram, 0)
    app.number_input(key=f"{correct(app, read_karyogram, 0, 0)}_Right").set_value(40)
    press(app, "Keep the correction")
    new = len(READING.objects)
    app.segmented_control[0].set_value("A new box").run()
    key = correct(app, read_karyogram, new, 1)
    app.selectbox(key=f"{key}_name").set_value("Y")
    press(app, "Keep the correction")
    moved, added = kept(dashboard, read_karyogram)
    assert (moved.object, moved.name, moved.box) == (0, "1", (2.0, 2.0, 40.0, 18.0))
    assert (added.object, added.name, added.box) == (new, "Y", (57.0, 45.0, 63.0, 55.0))
    assert metrics(app)["Karyotype (corrected by hand)"] == "48,XXY,+21"
    assert app.selectbox(key=f"object_{read_karyogram.id}").value == new


def test_a_box_without_an_inside_is_refused(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    app = choose(shown(dashboard, read_karyogram), read_karyogram, 0)
    app.number_input(key=f"{correct(app, read_karyogram, 0, 0)}_Right").set_value(1)
    press(app, "Keep the correction")
    assert "box must have left" in said(app)
    assert kept(dashboard, read_karyogram) == []


def test_corrections_can_be_downloaded_with_their_batch(dashboard: Dashboard, read_karyogram: Karyogram) -> None:
    def offered() -> list[str]:
        buttons = dashboard.open("batches", batch=read_karyogram.batch_id).get("download_button")
        return [button.proto.label for button in buttons]

    assert "Download corrections" not in offered()
    press(choose(shown(dashboard, read_karyogram), read_karyogram, EXTRA), "Remove the box")
    assert offered()[0] == "Download corrections"
