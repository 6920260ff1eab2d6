"""Known cases on the pages: a supervisor puts them in and sees the results; a reader sees nothing of it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.known_cases import drawing, frames
from dashboard.upload import sample
from dashboard.wording import words
from engine.figures.shares import ENOUGH, Share
from engine.known_cases.known_answers import Answer
from engine.known_cases.seed_results import Result
from engine.records import seeds
from engine.records.database import open_session
from engine.records.seeds import Standing
from engine.reviews import Call
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import TriageOutcome
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import metrics, said
from tests.seeded import ABNORMAL, NORMAL, SARA, add_batch, judge, known, seed, sign

FORM, HEADING = "Put known cases among the others", "Known cases"
GIVEN_AWAY = ("known", "seed", "simulated sample")


def quality(dashboard: Dashboard, person: str) -> AppTest:
    return dashboard.open("quality", period="7 days", person=person)


def headings(app: AppTest) -> list[str]:
    return [subheader.value for subheader in app.subheader]


def press(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if label in button.label).click().run()


def standing(dashboard: Dashboard) -> Standing:
    with open_session(dashboard.engine) as session:
        return seeds.standing(session, SARA)


@pytest.fixture
def read(dashboard: Dashboard) -> tuple[Batch, Karyogram]:
    """A batch with a known case that two readers have signed: the first one missed it."""
    batch = add_batch(dashboard.engine)
    (placed,) = seed(dashboard.engine, batch, known(1, karyotype="47,XX,+21"))
    others = [one for one in records.karyograms(dashboard.engine) if one.id != placed.id]
    judge(dashboard.engine, (placed, TriageOutcome.FLAGGED_ABNORMAL), (others[0], TriageOutcome.FLAGGED_ABNORMAL))
    sign(dashboard.engine, placed, NORMAL, ABNORMAL, ABNORMAL)
    sign(dashboard.engine, others[0], ABNORMAL, ABNORMAL)
    return batch, placed


def test_a_reader_sees_nothing_of_it(dashboard: Dashboard, read: tuple[Batch, Karyogram]) -> None:
    for person in ("tove", "gast"):
        app = quality(dashboard, person)
        assert HEADING not in headings(app)
        assert [one.label for one in app.expander] == []
    assert HEADING in headings(quality(dashboard, "sara"))


@pytest.mark.parametrize("view", ["karyogram", "batches", "reading", "audit", "overview", "quality"])
def test_no_page_of_a_reader_tells_it(dashboard: Dashboard, read: tuple[Batch, Karyogram], view: str) -> None:
    batch, placed = read
    app = dashboard.open(view, karyogram=placed.id, batch=batch.id, list="all", person="tove")
    assert not app.exception
    tables = " ".join(table.value.to_csv() for table in app.dataframe)
    shown = f"{said(app)} {tables}".lower()
    assert [word for word in GIVEN_AWAY if word in shown] == []


def test_the_batch_of_a_reader_has_it_among_the_others(dashboard: Dashboard, read: tuple[Batch, Karyogram]) -> None:
    batch, placed = read
    app = dashboard.open("batches", batch=batch.id)
    assert placed.case_name in app.dataframe[0].value["case"].tolist()
    assert len(app.dataframe[0].value) == 5


def test_the_supervisor_sees_results_and_the_signed_ones(dashboard: Dashboard, read: tuple[Batch, Karyogram]) -> None:
    app = quality(dashboard, "sara")
    shown = metrics(app)
    assert [shown[name] for name in ("Wait for a batch", "Not signed yet", "Signed")][:2] == ["0", "0"]
    readers, of_readers, of_models, told = (table.value for table in app.dataframe)
    assert readers["read"].tolist() == [1, 1]  # the figures of routine work know nothing of it
    assert of_readers["missed"].tolist() == ["0 of 1: too few (0 to 79 %)", "1 of 1: too few (21 to 100 %)"]
    assert of_readers["found"].tolist()[0].startswith("1 of 1: too few (")
    assert of_models["name"].tolist() == ["pixels"]
    assert told["answer"].tolist() == ["Abnormal 47,XX,+21"]
    assert told["first"].tolist() == ["Tove (demo technician): Normal"]


def test_on_the_karyogram_only_the_supervisor_is_told(dashboard: Dashboard, read: tuple[Batch, Karyogram]) -> None:
    for person, told in (("sara", True), ("teo", False)):
        app = dashboard.open("karyogram", karyogram=read[1].id, person=person)
        assert ("Known answer" in said(app)) is told


def test_the_audit_trail_tells_it_to_the_supervisor(dashboard: Dashboard, read: tuple[Batch, Karyogram]) -> None:
    actions = {
        person: set(dashboard.open("audit", person=person).dataframe[0].value["action"]) for person in ("sara", "tove")
    }
    assert actions["sara"] - actions["tove"] == {"seed", "prepare a seed"}


def test_samples_go_into_the_next_batches_and_can_be_taken_back(dashboard: Dashboard) -> None:
    app = quality(dashboard, "sara")
    assert "Nothing to check in this period" in said(app)
    app.segmented_control(key="known_from").set_value("Simulated samples").run()
    app.number_input[0].set_value(3).run()
    app = press(app, "Put them in")
    assert [toast.value for toast in app.toast] == [
        "3 known cases: each of the next batches gets one. Readers are not told."
    ]
    assert metrics(app)["Wait for a batch"] == "3"
    assert standing(dashboard) == Standing(3, 0, 0)
    assert len(app.dataframe[-1].value) == len(sample.files()) - 3  # the others are still on offer
    app = press(quality(dashboard, "sara"), "Take back those that wait")
    assert standing(dashboard) == Standing(0, 0, 0)


def test_own_pictures_with_their_table_go_into_an_open_batch(dashboard: Dashboard) -> None:
    batch = add_batch(dashboard.engine)
    judge(dashboard.engine, *((one, TriageOutcome.FLAGGED_ABNORMAL) for one in records.karyograms(dashboard.engine)))
    table = b'file,case_id,label,karyotype\na.png,K1,abnormal,"47,XX,+21"\nb.png,K2,normal,\n'
    pictures = [(name, records.png(number), "image/png") for number, name in enumerate(("a.png", "b.png", "c.png"))]
    app = quality(dashboard, "sara")
    app.file_uploader[0].set_value([*pictures, ("answers.csv", table, "text/csv")])
    app.run()
    assert "1 picture without a known answer: left aside" in said(app)
    where = app.selectbox[0]
    where.set_value(where.options[1]).run()
    app = press(app, "Put them in")
    assert [toast.value for toast in app.toast] == ["2 known cases: now in Batch 100. Readers are not told."]
    assert standing(dashboard) == Standing(0, 2, 0)
    assert len(records.karyograms(dashboard.engine)) == 2
    assert batch.id == records.karyograms(dashboard.engine)[0].batch_id


def test_what_was_refused_is_told_and_the_rest_is_taken(dashboard: Dashboard) -> None:
    app = quality(dashboard, "sara")
    table = b"file,label\na.png,abnormal\nb.png,normal\n"
    pictures = [("a.png", records.png(1), "image/png"), ("b.png", b"no picture", "image/png")]
    app.file_uploader[0].set_value([*pictures, ("answers.csv", table, "text/csv")])
    app = press(app.run(), "Put them in")
    assert "1 file could not be used" in said(app)
    assert standing(dashboard) == Standing(1, 0, 0)


def test_too_small_a_batch_is_refused_and_nothing_is_kept(dashboard: Dashboard) -> None:
    add_batch(dashboard.engine, cases=1)
    judge(dashboard.engine, *((one, TriageOutcome.FLAGGED_ABNORMAL) for one in records.karyograms(dashboard.engine)))
    app = quality(dashboard, "sara")
    app.segmented_control(key="known_from").set_value("Simulated samples").run()
    where = app.selectbox[0]
    where.set_value(where.options[1]).run()
    assert "at least 3 cases" in said(press(app, "Put them in"))
    assert standing(dashboard) == Standing(0, 0, 0)


def test_a_table_that_cannot_be_read_is_told(dashboard: Dashboard) -> None:
    app = quality(dashboard, "sara")
    app.file_uploader[0].set_value([("answers.csv", b"file\na.png\n", "text/csv")])
    assert "expected the columns file and label" in said(app.run())


RESULT = Result("Tove", Share(9, 10, ENOUGH), Share(1, 10, ENOUGH), Share(0, 4, 4), Share(5, 9, 9))


def test_a_share_is_told_with_its_interval_or_as_too_few() -> None:
    assert words.share(RESULT.found) == "9 of 10: 90 % (60 to 98 %)"
    assert words.share(RESULT.alarms) == "0 of 4: too few (0 to 49 %)"
    assert words.share(Share(0, 0, 0)) == "none yet"
    assert frames.results([]).columns.tolist() == ["name", "found", "missed", "alarms", "named"]


def test_too_few_are_drawn_hollow_and_models_as_squares() -> None:
    model = Result("vgg16", Share(1, 1, 1), Share(0, 1, 1), Share(0, 0, 0))
    nothing = Result("new", Share(0, 0, 0), Share(0, 0, 0), Share(0, 0, 0))
    chart = drawing.found(frames.intervals([RESULT, nothing], [model])).to_dict()
    (rows,) = chart["datasets"].values()
    assert [(row["name"], row["who"], row["value"], row["enough"]) for row in rows] == [
        ("Tove", "Reader", 0.9, True),
        ("vgg16", "Model", 1.0, False),
    ]
    points = chart["layer"][1]["encoding"]
    assert points["shape"]["scale"] == {"domain": ["Reader", "Model"], "range": ["circle", "square"]}
    assert points["fillOpacity"]["scale"]["range"] == [1, 0]


def test_answers_are_completed_in_the_table() -> None:
    frame = frames.answers({"a.png": Answer("K1", "2", Call.NORMAL), "b.png": None}, {"b.png": ("b", "1")})
    assert frame["case"].tolist() == ["K1", "b"]
    assert frames.completed(frame) == {"a.png": Answer("K1", "2", Call.NORMAL)}
    frame.loc[1, ["answer", "karyotype"]] = ["Abnormal", " 45,X "]
    assert frames.completed(frame)["b.png"] == Answer("b", "1", Call.ABNORMAL, "45,X")


def test_the_samples_have_their_answers() -> None:
    pictures = sample.known()
    assert len(pictures) == len(sample.files()) > 0
    assert {picture.answer.call for picture in pictures} == {Call.NORMAL, Call.ABNORMAL}
    assert all(picture.simulated and picture.answer.karyotype for picture in pictures)
