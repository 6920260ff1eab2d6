"""What one person may send: each limit is reached for real, and the shell has none."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from engine.intake.intake import IncomingFile, Intake, IntakeReport
from engine.intake.quotas import QuotaError
from engine.jobs.stream import JobStream
from engine.people import Person, Role
from engine.records import store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import ProblemKind
from tests.records import NOW, png

ANNA, BEN = (Person(name, Role.TECHNICIAN) for name in ("Anna", "Ben"))
SIZE = len(png(1))


def sends(
    engine: Engine, stream: JobStream, settings: Settings, person: Person | None, *seeds: int, days: float = 0.0
) -> IntakeReport:
    """Somebody sends a batch of their own."""
    now = NOW + timedelta(days=days)
    intake = Intake(engine, stream, settings, person)
    batch = intake.open_batch("Monday", "pixels", 5, now)
    return intake.receive(batch, [IncomingFile(name=f"{seed}.png", data=io.BytesIO(png(seed))) for seed in seeds], now)


def figures(report: IntakeReport) -> tuple[int, list[ProblemKind]]:
    return len(report.accepted), [problem.kind for problem in report.problems]


def test_files_above_the_limit_of_a_day_are_refused_one_by_one(sql_engine: Engine, stream: JobStream) -> None:
    settings = replace(Settings(), day_files=3)
    assert figures(sends(sql_engine, stream, settings, ANNA, 1, 2)) == (2, [])
    late = sends(sql_engine, stream, settings, ANNA, 3, 4, 5)
    assert figures(late) == (1, [ProblemKind.OVER_LIMIT] * 2)
    assert late.problems[0].message == "one person may send 3 files in 24 hours, and that many are there"
    assert figures(sends(sql_engine, stream, settings, BEN, 4)) == (1, [])
    assert figures(sends(sql_engine, stream, settings, None, 6, 7, 8, 9)) == (4, [])
    assert figures(sends(sql_engine, stream, settings, ANNA, 5, days=1.1)) == (1, [])


def test_what_was_refused_counts_for_nothing(sql_engine: Engine, stream: JobStream) -> None:
    settings = replace(Settings(), day_files=2)
    assert figures(sends(sql_engine, stream, settings, ANNA, 1, 1, 1)) == (1, [ProblemKind.DUPLICATE] * 2)
    assert figures(sends(sql_engine, stream, settings, ANNA, 2)) == (1, [])


def test_bytes_above_the_limit_of_a_day_are_refused(sql_engine: Engine, stream: JobStream) -> None:
    settings = replace(Settings(), day_bytes=int(2.5 * SIZE))
    report = sends(sql_engine, stream, settings, ANNA, 1, 2, 3)
    assert figures(report) == (2, [ProblemKind.OVER_LIMIT])
    assert "MiB in 24 hours, and this would be more" in report.problems[0].message
    assert figures(sends(sql_engine, stream, settings, BEN, 3)) == (1, [])


def test_nobody_opens_a_batch_while_too_many_of_theirs_wait(sql_engine: Engine, stream: JobStream) -> None:
    settings = replace(Settings(), open_batches=2)
    first, second = (sends(sql_engine, stream, settings, ANNA, seed) for seed in (1, 2))
    with pytest.raises(QuotaError, match="2 of your batches wait for their verdicts"):
        sends(sql_engine, stream, settings, ANNA, 3)
    assert figures(sends(sql_engine, stream, settings, BEN, 3)) == (1, [])
    with open_session(sql_engine) as session:
        store.fail(session, first.accepted[0].id, "it is done")
        session.commit()
    assert figures(sends(sql_engine, stream, settings, ANNA, 4)) == (1, [])
    assert second.queued
