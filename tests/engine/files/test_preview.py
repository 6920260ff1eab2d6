"""What an upload will become is told beforehand, by the code that takes it in."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import Engine

from engine.files.cases import CellName, OwnCases
from engine.files.preview import Doubt, DoubtKind, Preview, ToldBy, preview
from engine.intake.intake import IncomingFile, Intake
from engine.jobs.stream import JobStream
from engine.records import reports
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import ProblemKind
from tests.records import NOW, png

SETTINGS = Settings(max_file_bytes=100_000)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def look(*names: str, manifest: str = "") -> Preview:
    """Preview files of these names, which begin as pictures do."""
    files = [IncomingFile(name, PNG_SIGNATURE) for name in names]
    if manifest:
        files.append(IncomingFile("manifest.csv", manifest.encode()))
    return preview(files, SETTINGS)


def cells(found: Preview) -> dict[str, tuple[str, str]]:
    return {file.name: (file.cell.case, file.cell.cell) for file in found.files}


def zipped(files: dict[str, bytes]) -> io.BytesIO:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return stream


def mixed() -> list[IncomingFile]:
    """Everything at once: names, manifests in and beside a ZIP, twins, clutter, and what will be refused."""
    inside = zipped(
        {
            "deep/scan.png": png(5),
            "deep/manifest.csv": b"file,case_id,cell\nscan.png,K9,4\n",
            "left/page.png": png(6),
            "__MACOSX/._scan.png": b"clutter",
        }
    )
    return [
        IncomingFile("P001_c2.png", png(1)),
        IncomingFile("a/page.png", png(2)),
        IncomingFile("b/page.png", png(3)),
        IncomingFile("page.png", png(7)),
        IncomingFile("batch.zip", inside),
        IncomingFile("scan.png", io.BytesIO(png(4))),
        IncomingFile("a/Thumbs.db", b"clutter"),
        IncomingFile("large.png", bytes(100_001)),
        IncomingFile("notes.txt", io.BytesIO(b"Ask for a second slide of P001.")),
        IncomingFile("empty.png", b""),
        IncomingFile("manifest.csv", b"file;case_id;cell\nscan.png;K7;2\n"),
    ]


def test_the_preview_says_what_intake_does(sql_engine: Engine, stream: JobStream) -> None:
    planned = preview(mixed(), SETTINGS)
    intake = Intake(sql_engine, stream, SETTINGS)
    batch = intake.open_batch("Monday", "pixels", 5, NOW)
    report = intake.receive(batch, mixed(), NOW)
    taken = [(karyogram.file_name, karyogram.case_name, karyogram.cell) for karyogram in report.accepted]
    assert [(file.name, file.cell.case, file.cell.cell) for file in planned.files] == taken
    assert len(taken) == 7
    assert list(planned.problems) == report.problems
    assert [problem.kind for problem in report.problems] == [
        ProblemKind.TOO_LARGE,
        ProblemKind.NOT_AN_IMAGE,
        ProblemKind.EMPTY,
    ]
    with open_session(sql_engine) as session:
        assert reports.progress(session, batch.id, NOW).accepted + len(report.problems) == planned.sent


def test_names_then_the_manifest_then_each_file_by_itself() -> None:
    found = look("P001_c2.png", "scan.png", "other.png", manifest="file,case_id,cell\nscan.png,K7,3\n")
    assert cells(found) == {"P001_c2.png": ("P001", "2"), "scan.png": ("K7", "3"), "other.png": ("other", "1")}
    assert [file.told_by for file in found.files] == [ToldBy.NAME, ToldBy.MANIFEST, ToldBy.NOBODY]
    assert found.doubts == (Doubt(DoubtKind.OWN_CASE, "", ("other.png",)),)
    assert list(found.cases) == ["P001", "K7", "other"]


def test_what_is_plain_raises_no_doubt() -> None:
    found = look("P001_c1.png", "P001_c2.png", "P002_c7.png", "1-11_c1.png", "11-1_c1.png")
    assert found.doubts == ()
    assert found.sent == 5


@pytest.mark.parametrize(
    ("names", "doubt"),
    [
        (
            ("a/P001_c2.png", "b/P001_c2.tif"),
            Doubt(DoubtKind.SAME_CELL, "P001, cell 2", ("a/P001_c2.png", "b/P001_c2.tif")),
        ),
        (("P-001_c1.png", "p1_c2.png"), Doubt(DoubtKind.SPELLING, "P-001", ("P-001", "p1"))),
        (("P001_c1.png", "P001_c3.png", "P001_c6.png"), Doubt(DoubtKind.GAP, "P001", ("2", "4", "5"))),
    ],
)
def test_doubts_that_names_raise(names: Sequence[str], doubt: Doubt) -> None:
    assert look(*names).doubts == (doubt,)


def test_far_apart_numbers_are_no_gap() -> None:
    assert look("P001_c1.png", "P001_c30.png").doubts == ()


def test_a_name_against_the_manifest_and_files_that_did_not_come() -> None:
    manifest = "file,case_id,cell\nP001_c1.png,P002,1\nLost.png,K1,1\nP003_c1.png,P003,1\n"
    found = look("P001_c1.png", "P003_c1.png", manifest=manifest)
    assert found.files[0].cell == CellName("P001", "1")
    assert found.doubts == (
        Doubt(DoubtKind.NAME_AGAINST_MANIFEST, "P001_c1.png", ("P001, cell 1", "P002, cell 1")),
        Doubt(DoubtKind.NOT_HERE, "", ("lost.png",)),
    )


def test_a_manifest_that_cannot_be_used_is_told_beforehand() -> None:
    found = look("scan.png", manifest="name,case\n")
    assert [problem.kind for problem in found.problems] == [ProblemKind.BAD_MANIFEST]
    assert cells(found) == {"scan.png": ("scan", "1")}


def test_open_files_can_be_taken_in_afterwards(sql_engine: Engine, stream: JobStream) -> None:
    files = [IncomingFile("P001_c1.png", io.BytesIO(png(1))), IncomingFile("z.zip", zipped({"P002_c1.png": png(2)}))]
    preview(files, SETTINGS)
    intake = Intake(sql_engine, stream, SETTINGS)
    assert len(intake.receive(intake.open_batch("Monday", "pixels", 5, NOW), files, NOW).accepted) == 2


def test_a_thousand_files_are_looked_at_in_no_time_and_without_copies() -> None:
    picture = PNG_SIGNATURE + bytes(200_000 - len(PNG_SIGNATURE))
    files = [IncomingFile(f"P{number // 10:03d}_c{number % 10}.png", io.BytesIO(picture)) for number in range(1000)]
    files.append(IncomingFile("z.zip", zipped({f"Q{number}_c1.png": b"x" * 1000 for number in range(1000)})))
    tracemalloc.start()
    start = time.process_time()
    found = preview(files, Settings())
    assert len(found.cases) == 1100
    assert found.doubts == ()
    spent = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found.files) == 2000
    assert peak < 10 * 1024**2
    assert spent < 10  # a tenth of that where nothing counts the memory


def test_many_files_of_one_name_are_not_compared_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Counted(OwnCases):
        def free(self, name: str, is_taken: Callable[[str], bool]) -> CellName:
            def counted(case: str) -> bool:
                asked.append(case)
                return is_taken(case)

            return super().free(name, counted)

    monkeypatch.setattr("engine.files.preview.OwnCases", Counted)
    found = look(*["image.png"] * 200)
    assert found.files[-1].cell == CellName("image (200)", "1")
    assert len(asked) < 2 * 200
