"""Intake: files to karyograms, on both databases and a real stream; a bad file never stops the others."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import Engine

from engine.intake.intake import IncomingFile, Intake, IntakeReport
from engine.jobs.stream import JobStream, connect_redis
from engine.records import reports, store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import Batch, Karyogram, KaryogramState, ProblemKind
from tests import servers
from tests.statements import watched

NOW = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
SETTINGS = Settings()


def drawing(number: int) -> NDArray[np.uint8]:
    """A light page with dark spots that differ from number to number."""
    grey = np.full((110, 130), 240, dtype=np.uint8)
    grey[20:90, 20:110] = np.random.default_rng(number).integers(20, 220, (70, 90), dtype=np.uint8)
    return grey


def png(number: int) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(drawing(number)).save(stream, "PNG")
    return stream.getvalue()


def tiff_of_pages(*numbers: int) -> bytes:
    stream = io.BytesIO()
    first, *others = (Image.fromarray(drawing(number)) for number in numbers)
    first.save(stream, "TIFF", save_all=True, append_images=others)
    return stream.getvalue()


def zip_of(**entries: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return stream.getvalue()


def cells(karyograms: list[Karyogram]) -> list[tuple[str, str, str, int]]:
    return [(found.file_name, found.case_name, found.cell, found.page) for found in karyograms]


@pytest.fixture
def intake(sql_engine: Engine, stream: JobStream) -> Intake:
    return Intake(sql_engine, stream, SETTINGS)


@pytest.fixture
def batch(intake: Intake) -> Batch:
    return intake.open_batch("Monday", "vgg16", 100, NOW)


def receive(intake: Intake, batch: Batch, **files: bytes) -> IntakeReport:
    return intake.receive(batch, [IncomingFile(name, data) for name, data in files.items()], NOW)


def test_picture_is_stored_as_it_came_and_queued(
    intake: Intake, batch: Batch, sql_engine: Engine, stream: JobStream
) -> None:
    report = receive(intake, batch, **{"P001_c2.png": png(1)})
    (accepted,) = report.accepted
    assert (report.problems, report.queued) == ([], True)
    with open_session(sql_engine) as session:
        kept = store.karyogram(session, accepted.id)
        assert kept == accepted
        assert store.picture(session, kept.image_sha256) == png(1)
    assert (kept.case_name, kept.cell, kept.width, kept.height) == ("P001", "2", 130, 110)
    assert kept.state is KaryogramState.QUEUED
    assert [job.karyogram_id for job in stream.take("test", 10, block_ms=0)] == [accepted.id]


def test_each_bad_file_gets_its_own_error_and_stops_nothing(intake: Intake, batch: Batch, sql_engine: Engine) -> None:
    files = {
        "empty.png": b"",
        "text.png": b"no picture at all",
        "P001_c1.png": png(1),
        "cut.png": png(2)[:300],
        "tiny.png": picture_of_size(95, 300),
        "broken.zip": zip_of(a=b"x")[:-10],
        "P001_c2.png": png(3),
    }
    report = receive(intake, batch, **files)
    assert [found.file_name for found in report.accepted] == ["P001_c1.png", "P001_c2.png"]
    assert [(problem.file_name, problem.kind) for problem in report.problems] == [
        ("empty.png", ProblemKind.EMPTY),
        ("text.png", ProblemKind.NOT_AN_IMAGE),
        ("cut.png", ProblemKind.TRUNCATED),
        ("tiny.png", ProblemKind.TOO_SMALL),
        ("broken.zip", ProblemKind.BAD_ARCHIVE),
    ]
    with open_session(sql_engine) as session:
        assert reports.problems(session, batch.id) == report.problems


def picture_of_size(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (width, height), 255).save(stream, "PNG")
    return stream.getvalue()


def test_size_in_bytes_is_checked_before_anything_else(sql_engine: Engine, stream: JobStream) -> None:
    data = png(1)
    files = {"at the limit.png": data, "above.png": data + b"\0"}
    intake = Intake(sql_engine, stream, replace(SETTINGS, max_file_bytes=len(data)))
    report = receive(intake, intake.open_batch("b", "vgg16", 100, NOW), **files)
    assert [found.file_name for found in report.accepted] == ["at the limit.png"]
    assert [problem.kind for problem in report.problems] == [ProblemKind.TOO_LARGE]
    assert f"expected at most {len(data):,} bytes, found {len(data) + 1:,} bytes" in report.problems[0].message


def test_pixels_are_limited(sql_engine: Engine, stream: JobStream) -> None:
    intake = Intake(sql_engine, stream, replace(SETTINGS, max_pixels=130 * 110 - 1))
    report = receive(intake, intake.open_batch("b", "vgg16", 100, NOW), **{"P001_c1.png": png(1)})
    assert [problem.kind for problem in report.problems] == [ProblemKind.TOO_MANY_PIXELS]


def test_every_page_is_a_karyogram_of_one_case(intake: Intake, batch: Batch, stream: JobStream) -> None:
    report = receive(intake, batch, **{"P001_c4.tif": tiff_of_pages(1, 2, 3)})
    assert cells(report.accepted) == [("P001_c4.tif", "P001", f"4-{page + 1}", page) for page in range(3)]
    assert len({found.image_sha256 for found in report.accepted}) == 1
    assert len(stream.take("test", 10, block_ms=0)) == 3


def test_file_with_one_bad_page_is_refused_as_a_whole(intake: Intake, batch: Batch, stream: JobStream) -> None:
    stream_of_bytes = io.BytesIO()
    Image.fromarray(drawing(1)).save(
        stream_of_bytes, "TIFF", save_all=True, append_images=[Image.new("L", (20, 20), 255)]
    )
    report = receive(intake, batch, **{"P001_c4.tif": stream_of_bytes.getvalue()})
    assert report.accepted == []
    assert "page 2 has 20 x 20" in report.problems[0].message
    assert stream.backlog() == 0


def test_zip_gives_its_files_with_their_inner_path(intake: Intake, batch: Batch) -> None:
    data = zip_of(**{"inner/P001_c1.png": png(1), "inner/readme.txt": b"hello", "P001_c2.png": png(2), "../x.png": b""})
    report = receive(intake, batch, **{"upload.zip": data})
    assert cells(report.accepted) == [("inner/P001_c1.png", "P001", "1", 0), ("P001_c2.png", "P001", "2", 0)]
    assert [(problem.file_name, problem.kind) for problem in report.problems] == [
        ("inner/readme.txt", ProblemKind.NOT_AN_IMAGE),
        ("x.png", ProblemKind.BAD_ARCHIVE),
    ]


def test_zip_is_known_by_content_whatever_its_name(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"upload.png": zip_of(**{"P001_c1.png": png(1)})})
    assert [found.file_name for found in report.accepted] == ["P001_c1.png"]


@pytest.mark.parametrize(
    "settings", [replace(SETTINGS, max_archive_entries=1), replace(SETTINGS, max_archive_bytes=1000)]
)
def test_limits_of_archives_come_from_the_settings(sql_engine: Engine, stream: JobStream, settings: Settings) -> None:
    data = zip_of(**{"P001_c1.png": png(1), "P001_c2.png": png(2)})
    intake = Intake(sql_engine, stream, settings)
    report = receive(intake, intake.open_batch("b", "vgg16", 100, NOW), **{"upload.zip": data})
    assert [(problem.file_name, problem.kind) for problem in report.problems] == [
        ("upload.zip", ProblemKind.BAD_ARCHIVE)
    ]


def test_open_files_are_taken_like_bytes(intake: Intake, batch: Batch, tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_of(**{"P001_c1.png": png(1)}))
    (tmp_path / "b.png").write_bytes(png(2))
    with (tmp_path / "a.zip").open("rb") as archive, (tmp_path / "b.png").open("rb") as picture:
        report = intake.receive(batch, [IncomingFile("a.zip", archive), IncomingFile("P001_c2.png", picture)], NOW)
    assert [found.file_name for found in report.accepted] == ["P001_c1.png", "P001_c2.png"]


def test_duplicate_points_to_the_earlier_karyogram(intake: Intake, batch: Batch, stream: JobStream) -> None:
    files = {"P001_c1.png": png(1), "again.png": png(1), "upload.zip": zip_of(**{"third.png": png(1)})}
    report = receive(intake, batch, **files)
    (first,) = report.accepted
    assert [(problem.file_name, problem.kind, problem.duplicate_of) for problem in report.problems] == [
        ("again.png", ProblemKind.DUPLICATE, first.id),
        ("third.png", ProblemKind.DUPLICATE, first.id),
    ]
    assert "'P001_c1.png' of case 'P001' in batch 'Monday'" in report.problems[0].message
    assert stream.backlog() == 1


def test_duplicate_of_an_earlier_batch_is_found_for_the_same_model_and_passes_only(
    intake: Intake, batch: Batch
) -> None:
    (first,) = receive(intake, batch, **{"P001_c1.png": png(1)}).accepted
    same = receive(intake, intake.open_batch("Tuesday", "vgg16", 100, NOW), **{"P001_c1.png": png(1)})
    assert [problem.duplicate_of for problem in same.problems] == [first.id]
    for model, passes in (("inceptionv3", 100), ("vgg16", 500)):
        other = receive(intake, intake.open_batch("Wednesday", model, passes, NOW), **{"P001_c1.png": png(1)})
        assert [found.file_name for found in other.accepted] == ["P001_c1.png"]


def test_picture_that_failed_may_be_handed_in_again(intake: Intake, batch: Batch, sql_engine: Engine) -> None:
    (first,) = receive(intake, batch, **{"P001_c1.png": png(1)}).accepted
    with open_session(sql_engine) as session:
        store.fail(session, first.id, "out of memory")
        session.commit()
    assert len(receive(intake, batch, **{"P001_c1.png": png(1)}).accepted) == 1


def test_multi_page_duplicate_is_one_problem(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"P001_c1.tif": tiff_of_pages(1, 2), "P001_c2.tif": tiff_of_pages(1, 2)})
    assert len(report.accepted) == 2
    assert [problem.duplicate_of for problem in report.problems] == [report.accepted[0].id]


MANIFEST = b"file,case_id,cell\nscan1.png,K7,3\nscan2.png,K7,4\n"


def test_manifest_in_a_list_may_stand_anywhere(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"scan1.png": png(1), "scan2.png": png(2), "manifest.csv": MANIFEST})
    assert cells(report.accepted) == [("scan1.png", "K7", "3", 0), ("scan2.png", "K7", "4", 0)]
    assert report.problems == []
    assert report.accepted[0].case_id == report.accepted[1].case_id


def test_manifest_in_a_stream_must_come_before_its_files(intake: Intake, batch: Batch) -> None:
    files = {"scan1.png": png(1), "manifest.csv": MANIFEST, "scan2.png": png(2)}
    report = intake.receive(batch, (IncomingFile(name, data) for name, data in files.items()), NOW)
    assert cells(report.accepted) == [("scan1.png", "scan1", "1", 0), ("scan2.png", "K7", "4", 0)]
    assert [problem.kind for problem in report.problems] == [ProblemKind.BAD_MANIFEST]
    assert "1 came earlier: 'scan1.png'" in report.problems[0].message


def test_manifest_of_a_zip_holds_inside_it_alone(intake: Intake, batch: Batch) -> None:
    inner = zip_of(**{"a/scan1.png": png(1), "a/manifest.csv": MANIFEST})
    report = receive(intake, batch, **{"upload.zip": inner, "scan2.png": png(2)})
    assert cells(report.accepted) == [("a/scan1.png", "K7", "3", 0), ("scan2.png", "scan2", "1", 0)]


def test_manifest_beside_a_zip_holds_inside_it_too(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"upload.zip": zip_of(**{"a/scan1.png": png(1)}), "manifest.csv": MANIFEST})
    assert cells(report.accepted) == [("a/scan1.png", "K7", "3", 0)]


def test_bad_manifest_is_a_problem_and_the_pictures_are_taken(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"manifest.csv": b"name\nscan1.png\n", "scan1.png": png(1)})
    assert cells(report.accepted) == [("scan1.png", "scan1", "1", 0)]
    assert [problem.kind for problem in report.problems] == [ProblemKind.BAD_MANIFEST]


def test_files_of_one_name_without_a_case_are_cases_apart(intake: Intake, batch: Batch) -> None:
    left, right = zip_of(**{"scan.png": png(1)}), zip_of(**{"scan.png": png(2)})
    report = receive(intake, batch, **{"left.zip": left, "right.zip": right, "scan.png": png(3)})
    assert [found.case_name for found in report.accepted] == ["scan", "scan (2)", "scan (3)"]


def test_case_pattern_comes_from_the_settings(sql_engine: Engine, stream: JobStream) -> None:
    settings = Settings.from_environment({"KARYOTRIAGE_CASE_PATTERN": r"^(?P<case>[A-Z]+)-(?P<cell>\d+)"})
    intake = Intake(sql_engine, stream, settings)
    report = receive(intake, intake.open_batch("b", "vgg16", 100, NOW), **{"AB-12 final.png": png(1)})
    assert cells(report.accepted) == [("AB-12 final.png", "AB", "12", 0)]


def test_names_are_cleaned(intake: Intake, batch: Batch) -> None:
    report = receive(intake, batch, **{"C:\\Users\\anna\\P001_c1\x00\x1b.png": png(1), "../../etc/x.png": b""})
    assert cells(report.accepted) == [("P001_c1.png", "P001", "1", 0)]
    assert [problem.file_name for problem in report.problems] == ["x.png"]


def test_without_stream_the_picture_is_accepted_all_the_same(sql_engine: Engine) -> None:
    with connect_redis(f"redis://127.0.0.1:{servers.free_port()}/0") as nowhere:
        intake = Intake(sql_engine, JobStream(nowhere), SETTINGS)
        report = receive(intake, intake.open_batch("b", "vgg16", 100, NOW), a=png(1), b=png(2))
    assert report.queued is False
    with open_session(sql_engine) as session:
        assert sorted(store.unfinished(session)) == sorted(found.id for found in report.accepted)
    assert len(report.accepted) == 2


def test_many_files_of_one_name_take_no_more_statements_each(intake: Intake, batch: Batch, sql_engine: Engine) -> None:
    files = [IncomingFile("image.png", png(number)) for number in range(24)]
    results = intake.process(batch, files, NOW)
    took = []
    for number in range(len(files)):
        with watched(sql_engine) as statements:
            (karyogram,) = next(results).karyograms
        assert karyogram.case_name == ("image" if number == 0 else f"image ({number + 1})")
        took.append(len(statements))
    assert max(took[1:]) <= took[0] + 2


def test_results_come_one_by_one(intake: Intake, batch: Batch, sql_engine: Engine) -> None:
    files = iter([IncomingFile("P001_c1.png", png(1)), IncomingFile("P001_c2.png", png(2))])
    results = intake.process(batch, files, NOW)
    assert next(results).file_name == "P001_c1.png"
    with open_session(sql_engine) as session:
        assert reports.progress(session, batch.id, NOW).accepted == 1  # kept before the second file is even read
    assert [result.file_name for result in results] == ["P001_c2.png"]


def test_batch_keeps_what_was_asked_for(intake: Intake, sql_engine: Engine) -> None:
    opened = intake.open_batch("  Monday\x00 ", "vgg16", 1000, NOW)
    with open_session(sql_engine) as session:
        assert store.batch(session, opened.id) == opened
    assert (opened.name, opened.model, opened.passes, opened.created_at) == ("Monday", "vgg16", 1000, NOW)
    assert intake.open_batch("", "vgg16", 1, NOW).name == "Batch of 2026-01-02 03:04"


@pytest.mark.parametrize(("model", "passes", "message"), [("", 100, "model"), ("m", 0, "got 0"), ("m", 1001, "1001")])
def test_batch_that_cannot_be_judged_is_refused(intake: Intake, model: str, passes: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        intake.open_batch("b", model, passes, NOW)


def test_real_karyograms_are_accepted(intake: Intake, batch: Batch, shared_data: Path) -> None:
    paths = sorted((shared_data / "karyograms").glob("*.png"))[:8]
    report = intake.receive(batch, (IncomingFile(path.name, path.read_bytes()) for path in paths), NOW)
    assert len(report.accepted) == 8
    assert {found.case_name for found in report.accepted} == {path.name.split("_")[0] for path in paths}
