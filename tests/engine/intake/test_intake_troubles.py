"""Intake of files that give trouble nobody foresaw: each is refused by itself, and the others are taken."""

from __future__ import annotations

import errno
import io

import pytest
from sqlalchemy import Engine

from engine.intake.intake import IncomingFile, Intake
from engine.jobs.stream import JobStream
from engine.settings import Settings
from engine.vocabulary import Batch, ProblemKind
from models.pictures import media_type
from tests.records import NOW, png


@pytest.fixture
def intake(sql_engine: Engine, stream: JobStream) -> Intake:
    return Intake(sql_engine, stream, Settings())


@pytest.fixture
def batch(intake: Intake) -> Batch:
    return intake.open_batch("Monday", "vgg16", 100, NOW)


class Broken(io.BytesIO):
    """A file on a disk that is going to pieces."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(errno.EIO, "Input/output error")


def test_file_that_cannot_be_read_stops_nothing(intake: Intake, batch: Batch) -> None:
    files = [
        IncomingFile("P001_c1.png", PermissionError(errno.EACCES, "Permission denied")),
        IncomingFile("P001_c2.png", Broken()),
        IncomingFile("P001_c3.png", png(1)),
    ]
    report = intake.receive(batch, files, NOW)
    assert [found.file_name for found in report.accepted] == ["P001_c3.png"]
    assert [(problem.file_name, problem.kind, problem.message) for problem in report.problems] == [
        ("P001_c1.png", ProblemKind.NOT_READABLE, "expected a file that can be read, found: Permission denied"),
        ("P001_c2.png", ProblemKind.NOT_READABLE, "expected a file that can be read, found: Input/output error"),
    ]


def test_unforeseen_error_of_a_decoder_stops_nothing(
    intake: Intake, batch: Batch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(data: bytes) -> str:
        if data == png(1):
            raise TypeError("a tag of the wrong type")
        return media_type(data)

    monkeypatch.setattr("engine.files.decoding.media_type", stumble)
    report = intake.receive(batch, [IncomingFile("P001_c1.png", png(1)), IncomingFile("P001_c2.png", png(2))], NOW)
    assert [found.file_name for found in report.accepted] == ["P001_c2.png"]
    assert [(problem.kind, problem.message) for problem in report.problems] == [
        (ProblemKind.NOT_AN_IMAGE, "could not be read: TypeError: a tag of the wrong type")
    ]
    assert "Traceback" in caplog.text
