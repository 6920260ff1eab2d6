"""What comes from outside stays data: names and comments in exports and logs, pictures, weights, and secrets."""

from __future__ import annotations

import ast
import hashlib
import io
import logging
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from PIL import Image
from PIL.ExifTags import Base
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader
from sqlalchemy import Engine

from engine.__main__ import main
from engine.exports import coco
from engine.exports.batch_report.formats import Format, write
from engine.exports.redaction import BY_DEFAULT, Shown
from engine.intake.intake import IncomingFile, Intake
from engine.jobs.stream import JobStream
from engine.people import Person, Role
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.settings import Settings
from engine.vocabulary import Batch, Karyogram
from models.judging.familiarity import FamiliarityError, from_bytes
from models.judging.triage import TriageOutcome
from models.pictures import Limits
from tests.engine.workers import MakeWorker, Poison, steps
from tests.predictors import PixelPredictor
from tests.records import NOW, pixels, png, reading, verdict
from tests.servers import REPOSITORY

NAME = "Anna Andersson 19800101"  # of a patient, where it does not belong
SECRET = "top-secret-4711"
FORGED = "P001\n2026-01-01 00:00:00 ERROR all is lost\x1b[31m\r_c1.png"
PEOPLE = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.SUPERVISOR)
# what is written does not depend on the record store
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
NAMELESS = Shown(names=False)
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1")


def batch_of(engine: Engine, *, case: str = NAME, file: str = f"{NAME}_c1.png", comment: str = NAME) -> Batch:
    """A batch of one signed karyogram that is called by what people typed."""
    with open_session(engine) as session:
        batch = store.add_batch(session, f"Batch of {case}", "pixels", 5, NOW)
        sha256 = store.add_picture(session, png(1), "image/png")
        known = store.find_or_add_case(session, batch.id, case)
        size = {"width": 120, "height": 100}
        placed = {"batch": batch, "case": known, "cell": "1", "file_name": file, "page": 0, "image_sha256": sha256}
        karyogram = store.add_karyogram(session, **placed, **size, now=NOW)  # type: ignore[arg-type]
        store.save_verdict(session, verdict(karyogram, TriageOutcome.FLAGGED_ABNORMAL, reading=reading()))
        for person in PEOPLE:
            opinion = Opinion(Call.NORMAL, "46,XX", comment=comment, reason=f"because of {comment}")
            decisions.decide(session, person, karyogram.id, opinion, NOW)
        session.commit()
    return batch


def written(engine: Engine, batch: Batch, kind: Format, shown: Shown = BY_DEFAULT) -> bytes:
    stream = io.BytesIO()
    with open_session(engine) as session:
        write(session, batch.id, kind, stream, Limits(), shown=shown)
    return stream.getvalue()


def readable(kind: Format, data: bytes) -> str:
    """Everything that can be read in a report."""
    if kind is Format.PDF:
        return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).split())
    if kind is Format.XLSX:
        return "\n".join(str(cell.value) for cell in cells(data))
    return data.decode()


def cells(data: bytes) -> Iterator[openpyxl.cell.Cell]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return (cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)


@SQLITE
@pytest.mark.parametrize("kind", list(Format))
def test_a_report_without_names_has_none_and_one_with_names_has_them(sql_engine: Engine, kind: Format) -> None:
    batch = batch_of(sql_engine)
    assert "Andersson" in readable(kind, written(sql_engine, batch, kind))
    hidden = readable(kind, written(sql_engine, batch, kind, NAMELESS))
    assert "Andersson" not in hidden
    with open_session(sql_engine) as session:
        case = session.scalar(schema.cases.select().with_only_columns(schema.cases.c.id))
    assert f"case-{str(case)[:12]}" in hidden
    assert "46,XX" in hidden
    assert "Ben" in hidden  # who signed is part of the result


@SQLITE
def test_a_report_without_names_shows_no_picture(sql_engine: Engine) -> None:
    batch = batch_of(sql_engine)
    shown, hidden = (
        PdfReader(io.BytesIO(written(sql_engine, batch, Format.PDF, shown))) for shown in (BY_DEFAULT, NAMELESS)
    )
    assert [sum(len(page.images) for page in reader.pages) for reader in (shown, hidden)] == [1, 0]


@SQLITE
@pytest.mark.parametrize("start", FORMULAS)
def test_no_cell_of_a_table_is_a_formula(sql_engine: Engine, start: str) -> None:
    batch = batch_of(sql_engine, case=f"{start} case", file=f"{start}.png", comment=f"{start} comment")
    for line in written(sql_engine, batch, Format.CSV).decode().splitlines():
        for cell in line.split(","):
            assert not cell.strip('"').startswith(("=", "@", "\t")), cell
    assert {cell.data_type for cell in cells(written(sql_engine, batch, Format.XLSX))} <= {"s", "n", "d"}


def test_no_name_and_no_comment_forges_a_line_of_the_log(
    sql_engine: Engine,
    stream: JobStream,
    make_worker: MakeWorker,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A hostile name goes all the way: taken in, refused, given up by an engine, decided on."""
    caplog.set_level(logging.DEBUG)
    intake = Intake(sql_engine, stream, Settings())
    batch = intake.open_batch(FORGED, "pixels", 5, NOW)
    files = [IncomingFile(FORGED, png(1)), IncomingFile(FORGED, b"no picture"), IncomingFile(FORGED, png(2))]
    intake.receive(batch, files, NOW)
    steps(make_worker(PixelPredictor(spoil=Poison(1))))
    with open_session(sql_engine) as session:
        (judged,) = [one for one in store.karyograms(session, ids(sql_engine)) if one.image_sha256 == sha_of(2)]
        decisions.decide(session, PEOPLE[0], judged.id, Opinion(Call.ABNORMAL, comment=FORGED, reason=FORGED), NOW)
        session.commit()
    assert "is given up" in caplog.text  # something was logged at all
    lines = [line for record in caplog.records for line in record.getMessage().splitlines()]
    assert [line for line in lines if line.startswith("2026-01-01")] == []
    assert "\x1b" not in caplog.text
    for karyogram in store_of(sql_engine):
        assert karyogram.file_name.isprintable()
        assert karyogram.case_name.isprintable()


def ids(engine: Engine) -> list[str]:
    with open_session(engine) as session:
        return list(session.scalars(schema.karyograms.select().with_only_columns(schema.karyograms.c.id)))


def store_of(engine: Engine) -> list[Karyogram]:
    with open_session(engine) as session:
        return store.karyograms(session, ids(engine))


def sha_of(seed: int) -> str:
    return hashlib.sha256(png(seed)).hexdigest()


def test_an_unforeseen_error_of_a_decoder_logs_the_name_on_one_line(
    sql_engine: Engine, stream: JobStream, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumble(data: bytes) -> str:
        raise TypeError("a tag of the wrong type")

    monkeypatch.setattr("engine.files.decoding.media_type", stumble)
    intake = Intake(sql_engine, stream, Settings())
    intake.receive(intake.open_batch("Monday", "pixels", 5, NOW), [IncomingFile(FORGED, png(1))], NOW)
    (record,) = [record for record in caplog.records if "could not decode" in record.getMessage()]
    assert len(record.getMessage().splitlines()) == 1


@SQLITE
def test_no_file_is_written_where_a_name_says(sql_engine: Engine, tmp_path: Path) -> None:
    """Names of cases and files lead nowhere: what is written is called by ids alone."""
    batch_of(sql_engine, case="../../outside", file="../../../etc/outside.png")
    (karyogram,) = store_of(sql_engine)
    with open_session(sql_engine) as session:
        values = {"karyogram_id": karyogram.id, "model": "pixels", "object": 0, "name": "9", "created_at": NOW}
        box = {"box_left": 1.0, "box_top": 1.0, "box_right": 9.0, "box_bottom": 9.0}
        session.execute(schema.corrections.insert().values(**values, **box))
        session.commit()
        coco.write_folder(session, tmp_path / "a" / "b" / "coco", Limits())
    files = {path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").rglob("*") if path.is_file()}
    assert files == {"b/coco/annotations.json", f"b/coco/images/{karyogram.id}.png"}


def with_metadata(kind: str) -> bytes:
    """A picture of which the camera tells whose it is."""
    image, buffer = Image.fromarray(pixels(5)), io.BytesIO()
    exif = Image.Exif()
    exif[Base.ImageDescription] = NAME
    exif[Base.Artist] = NAME
    if kind == "png":
        text = PngInfo()
        text.add_text("Comment", NAME)
        text.add_itxt("Title", NAME)
        image.save(buffer, "png", pnginfo=text, exif=exif)
    else:
        image.save(buffer, kind, exif=exif, comment=NAME.encode())
    return buffer.getvalue()


@SQLITE
@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_metadata_of_a_picture_reaches_no_export(sql_engine: Engine, tmp_path: Path, kind: str) -> None:
    data = with_metadata(kind)
    assert NAME.encode() in data
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday", "pixels", 5, NOW)
        case = store.find_or_add_case(session, batch.id, "P001")
        sha256 = store.add_picture(session, data, f"image/{kind}")
        placed = {"batch": batch, "case": case, "cell": "", "file_name": "a.png", "page": 0, "image_sha256": sha256}
        karyogram = store.add_karyogram(session, **placed, width=120, height=100, now=NOW)  # type: ignore[arg-type]
        store.save_verdict(session, verdict(karyogram, reading=reading()))
        values = {"karyogram_id": karyogram.id, "model": "pixels", "object": 0, "name": "9", "created_at": NOW}
        box = {"box_left": 1.0, "box_top": 1.0, "box_right": 9.0, "box_bottom": 9.0}
        session.execute(schema.corrections.insert().values(**values, **box))
        session.commit()
        coco.write_folder(session, tmp_path, Limits())
    pdf = PdfReader(io.BytesIO(written(sql_engine, batch, Format.PDF)))
    (image,) = [image for page in pdf.pages for image in page.images]
    assert NAME.encode() not in image.data
    exported = (tmp_path / "images" / f"{karyogram.id}.png").read_bytes()
    assert NAME.encode() not in exported
    assert set(Image.open(io.BytesIO(exported)).info) == set()


class _Dangerous:
    """A pickle that would run something when it is loaded."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('a pickle was loaded')",)


def test_a_pickle_in_a_file_of_a_model_is_refused() -> None:
    buffer = io.BytesIO()
    danger = np.empty(1, object)
    danger[0] = _Dangerous()
    np.savez(buffer, centre=danger, axes=danger, variances=danger)
    with pytest.raises(FamiliarityError):
        from_bytes(buffer.getvalue())
    with pytest.raises(FamiliarityError):
        from_bytes(pickle.dumps(_Dangerous()))


def test_no_module_loads_a_pickle_or_runs_text() -> None:
    wrong = []
    for path in (file for part in ("dashboard", "engine", "models") for file in (REPOSITORY / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = [alias.name for alias in node.names] + [getattr(node, "module", None) or ""]
                wrong += [
                    f"{path}:{node.lineno}" for name in names if name in ("pickle", "joblib", "shelve", "marshal")
                ]
            if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "safe_mode", "shell"):
                safe = node.arg == "safe_mode"
                wrong += [f"{path}: {node.arg}"] * (getattr(node.value, "value", None) is not safe)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
                wrong.append(f"{path}:{node.lineno}")
    assert wrong == []


ATTEMPTS = (
    ("REDIS_URL", f"redis://:{SECRET}@127.0.0.1:1/0", ["status"]),
    ("REDIS_URL", f"redis://engine:{SECRET}@127.0.0.1:1/0", ["work", "--once"]),
    ("REDIS_URL", f"http://:{SECRET}@127.0.0.1:1/0", ["status"]),
    ("DATABASE_URL", f"postgresql://karyotriage:{SECRET}@127.0.0.1:1/name", ["check"]),
    ("DATABASE_URL", f"postgresql://karyotriage:{SECRET}@127.0.0.1:1/name", ["backup", "file"]),
    ("DATABASE_URL", f"mysql://karyotriage:{SECRET}@127.0.0.1:1/name", ["check"]),
)


@pytest.mark.parametrize("attempt", ATTEMPTS, ids=lambda attempt: f"{attempt[1].partition(':')[0]} {attempt[2][0]}")
def test_a_password_stands_in_no_message_and_no_log(
    attempt: tuple[str, str, list[str]],
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    variable, url, command = attempt
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv(variable, url)
    assert main(command) == 2
    said = capsys.readouterr()
    assert len(said.err.splitlines()) == 1
    assert SECRET not in said.err + said.out + caplog.text


def test_an_engine_that_waits_for_redis_tells_no_password(sqlite_url: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {
        "PYTHONPATH": str(REPOSITORY),
        "PATH": "/usr/bin:/bin",
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": f"redis://:{SECRET}@127.0.0.1:1/0",
        "KARYOTRIAGE_REGISTRY": str(tmp_path / "empty"),
    }
    with log.open("wb") as output:
        command = [sys.executable, "-m", "engine", "work"]
        process = subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=output, stderr=output)
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(5)
        finally:
            process.terminate()
            process.wait(30)
    assert SECRET not in log.read_text()
