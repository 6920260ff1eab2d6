"""The upload page beyond a plain upload: what it shows beforehand, folders, priority, duplicates, and its memory."""

from __future__ import annotations

import copy

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.testing.v1 import AppTest

from dashboard.session import state
from dashboard.upload import browser_files, options
from dashboard.upload import preview as upload_preview
from dashboard.wording import upload_words as said
from dashboard.wording import words
from engine.files.preview import Doubt, DoubtKind, ToldBy, preview
from engine.intake import receipts
from engine.intake.intake import IncomingFile
from engine.intake.receipts import Receipt
from engine.jobs.stream import JobStream, connect_redis
from engine.records import reports, store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import Batch, Karyogram, Priority, ProblemKind
from models.judging.triage import TriageOutcome
from tests import records
from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_pages import said as told

Picture = tuple[str, bytes, str]


def pictures(*names: str) -> list[Picture]:
    return [(name, records.png(seed), "image/png") for seed, name in enumerate(names)]


def choose(app: AppTest, *files: Picture) -> AppTest:
    app.file_uploader[0].set_value(list(files))
    return app.run()


def start(app: AppTest) -> AppTest:
    return next(button for button in app.button if "Start triage" in button.label).click().run()


def test_cases_cells_and_doubts_are_shown_before_anything_is_sent(dashboard: Dashboard) -> None:
    manifest = ("manifest.csv", b"file,case_id,cell\nscan.png,K7,3\nlost.png,K7,4\n", "text/csv")
    names = ("P001_c1.png", "P001_c2.png", "P001_c4.png", "scan.png", "x.png")
    app = choose(dashboard.open(), *pictures(*names), manifest)
    by_case, by_file = (table.value for table in app.dataframe)
    assert by_case.to_dict("list") == {
        "case": ["P001", "K7", "x"],
        "cells": ["1–2, 4", "3", "1"],  # noqa: RUF001
        "files": [3, 1, 1],
        "told_by": [said.TOLD_BY[one] for one in (ToldBy.NAME, ToldBy.MANIFEST, ToldBy.NOBODY)],
    }
    assert by_file["file"].tolist() == list(names)
    shown = told(app)
    assert "**5 files** · **3 cases**" in shown
    for kind in (DoubtKind.NOT_HERE, DoubtKind.GAP, DoubtKind.OWN_CASE):
        assert said.DOUBTS[kind].heading in shown
    assert r"lost\.png" in shown
    with open_session(dashboard.engine) as session:
        assert reports.batch_summaries(session) == []


def test_what_cannot_be_taken_is_told_beforehand_with_what_to_do(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KARYOTRIAGE_MAX_FILE_MB", "1")
    large = ("P002_c1.png", bytes(1024**2 + 1), "image/png")
    app = choose(dashboard.open(), *pictures("P001_c1.png"), large)
    assert "1 file will not be taken as it is" in told(app)
    table = app.table[0].value
    assert table["Problem"].tolist() == ["Too many bytes"]
    assert "KARYOTRIAGE_MAX_FILE_MB" in table["What to do"][0]


def test_an_urgent_batch_goes_first_and_wears_a_badge(dashboard: Dashboard, redis_url: str) -> None:
    app = choose(dashboard.open(), *pictures("P001_c1.png"))
    next(one for one in app.segmented_control if one.label == "Priority").set_value(Priority.URGENT)
    start(app.run())
    assert ":primary-badge[:material/bolt: Urgent] Received **1 of 1** file" in told(app)
    with connect_redis(redis_url) as client:
        assert JobStream(client).lag(Priority.URGENT) == 1
    for page in (dashboard.open("batches"), dashboard.open("batches", batch=app.query_params["batch"])):
        assert "bolt: Urgent]" in told(page)


def test_a_duplicate_leads_to_the_earlier_verdict(
    dashboard: Dashboard, judged_batch: tuple[Batch, list[Karyogram]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch of the fixture is of 5 passes; its second karyogram is abnormal and its last one waits."""
    monkeypatch.setenv("KARYOTRIAGE_PASSES", "5")
    again = [("again.png", records.png(1), "image/png"), ("last.png", records.png(5), "image/png")]
    app = start(choose(dashboard.open(), *again))
    _, karyograms = judged_batch
    abnormal, waiting = app.table[0].value["What was expected and found"]
    assert words.OUTCOMES[TriageOutcome.FLAGGED_ABNORMAL].label in abnormal
    assert f"(karyogram?karyogram={karyograms[1].id})" in abnormal
    assert "Waiting" in waiting
    assert "Received **0 of 2** files" in told(app)


def test_the_commands_for_more_carry_the_wishes_of_the_form(dashboard: Dashboard) -> None:
    app = dashboard.open()
    assert "1,000 files and 1 GB at once" in told(app)
    app.text_input[0].input("Monday's").run()
    submit, watch = (code.value for code in app.code)
    assert submit == """python -m engine submit FOLDER --name 'Monday'"'"'s' --model pixels --passes 100"""
    assert watch == "python -m engine watch FOLDER --model pixels --passes 100"
    assert said.watch_command("a b", 5, Priority.URGENT).endswith("--model 'a b' --passes 5 --urgent")


def test_more_than_a_browser_can_carry_is_said(dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "FILES_AT_ONCE", 2)
    monkeypatch.setattr(options, "_COUNT_ASKED_FROM", 3)
    app = choose(dashboard.open(), *pictures("P001_c1.png", "P001_c2.png"))
    assert "More than a browser can carry" not in told(app)
    assert not app.number_input
    choose(app, *pictures("P001_c1.png", "P001_c2.png", "P001_c3.png"))
    assert "More than a browser can carry" in told(app)
    app.number_input[0].set_value(5).run()
    assert "2 files of 5 did not arrive" in told(app)
    app.number_input[0].set_value(3).run()
    assert "All 3 files have arrived" in told(app)


def test_memory_is_given_back_when_the_files_are_taken_in(
    dashboard: Dashboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = []
    remove = MemoryUploadedFileManager.remove_file

    def watched(manager: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
        removed.append((session_id, file_id in manager.file_storage[session_id]))
        remove(manager, session_id, file_id)

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", watched)
    app = choose(dashboard.open(), *pictures("P001_c1.png", "P001_c2.png"))
    assert removed == []
    start(app)
    assert [was_there for _, was_there in removed] == [True, True]


def test_drawing_the_page_again_copies_no_bytes() -> None:
    data = records.png(1)
    file = UploadedFile(UploadedFileRec("1", "P001_c1.png", "image/png", data), FileURLs(file_id="1"))
    file.seek(7)
    again = copy.deepcopy([file])[0]
    assert again.getvalue() is data
    assert (again, again.name, again.size, again.tell()) == (file, file.name, file.size, 0)


def test_of_a_folder_only_what_is_meant_is_taken() -> None:
    files = [
        UploadedFile(UploadedFileRec(name, name, "", data), FileURLs())
        for name, data in {
            "day/P001_c1.png": b"",
            "day/manifest.csv": b"",
            "day/notes.txt": b"a note",
            "day/no_suffix": records.png(1),
            "day/Thumbs.db": b"",
        }.items()
    ]
    folder, chosen = browser_files.sent(files, folder=True), browser_files.sent(files, folder=False)
    assert [file.name for file in folder.files] == ["day/P001_c1.png", "day/manifest.csv", "day/no_suffix"]
    assert folder.left_aside == ["day/notes.txt", "day/Thumbs.db"]
    assert len(chosen.files) == 5
    assert chosen.size == sum(file.size for file in files)


def test_an_upload_that_was_cut_off_is_told_after_a_reload(dashboard: Dashboard) -> None:
    batch = records.add_batch(dashboard.engine, records.png(1))
    with open_session(dashboard.engine) as session:
        cut = store.add_batch(session, "Cut", "pixels", 5, records.NOW, sent=3)
        session.commit()
        assert receipts.receipt(session, batch) == Receipt(taken=1, refused=0, karyograms=1, sent=1)
        assert receipts.receipt(session, cut).lost == 3
    app = dashboard.open(batch=cut.id)
    assert "Received **0 of 3** files" in told(app)
    assert "3 files of this upload have not come in" in told(app)


def test_every_problem_has_advice_and_every_doubt_words() -> None:
    assert said.ADVICE.keys() == set(ProblemKind)
    assert said.DOUBTS.keys() == set(DoubtKind)
    assert said.TOLD_BY.keys() == set(ToldBy)
    assert said.PRIORITIES.keys() == set(Priority)


@pytest.mark.parametrize(
    ("doubt", "line"),
    [
        (Doubt(DoubtKind.SAME_CELL, "A_1, cell 2", ("x", "y")), r"**A\_1\, cell 2**: x, y"),
        (Doubt(DoubtKind.NAME_AGAINST_MANIFEST, "f", ("A", "B")), "**f**: A by its name, B by the manifest"),
        (Doubt(DoubtKind.GAP, "P1", ("3",)), "**P1**: cell 3"),
        (Doubt(DoubtKind.NOT_HERE, "", ("a", "b", "c", "d", "e")), "a, b, c and 2 more"),
        (Doubt(DoubtKind.SPELLING, "p", ("p", "P")), "**p**, **P**"),
    ],
)
def test_doubts_in_words(doubt: Doubt, line: str) -> None:
    assert said.doubt_line(doubt) == line


def test_figures_in_words() -> None:
    assert [said.size(count) for count in (0, 640_000, 203_000_000, 1_500_000_000)] == [
        "0 kB",
        "640 kB",
        "203 MB",
        "1.5 GB",
    ]
    assert said.cells(["3", "1", "2", "7"]) == "1–3, 7"  # noqa: RUF001
    assert said.cells(["A", "1"]) == "A, 1"
    assert said.received(Receipt(2, 1, 5, 3)) == "Received **2 of 3** files, 5 karyograms in all"
    assert said.arrived(4, 3)[0] is False


def test_an_empty_preview_has_tables_without_rows() -> None:
    empty = preview(list[IncomingFile](), Settings())
    assert upload_preview.cases(empty).empty
    assert upload_preview.files(empty).columns.tolist() == ["file", "case", "cell", "told_by"]
    assert state.upload_key("files") == "files_0"
