"""Backup while everything runs, restoring on an empty machine, and the check that finds what was changed since."""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from engine.__main__ import main
from engine.exports import export
from engine.figures import overview
from engine.figures.agreement import agreement
from engine.figures.periods import Period
from engine.operations import checks
from engine.people import Person, Role
from engine.records import database, store
from engine.records.backup import BackupError, backup, restore
from engine.records.database import open_session
from engine.records.schema import metadata
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from tests.records import NOW, add_batch, png, verdict

_INSERTED = """
    INSERT INTO decisions (id, karyogram_id, place, person, call, karyotype, findings, comment, reason, created_at)
    SELECT 99, max(id), 'second', 'Ben', 'normal', '', '[]', '', '', '2026-01-01 00:00:00+00:00' FROM karyograms
"""


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, sql_engine: Engine, tmp_path: Path) -> str:
    """An empty record store of the same kind as the filled one."""
    if sql_engine.dialect.name == "sqlite":
        return f"sqlite:///{tmp_path}/another machine/karyotriage.db"
    return str(request.getfixturevalue("empty_postgres_url"))


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def fill(engine: Engine, files: int = 3) -> None:
    add_batch(engine, *(png(number) for number in range(files)))
    with open_session(engine) as session:
        for karyogram in store.karyograms(session, store.unfinished(session)):
            store.save_verdict(session, verdict(karyogram))
            decisions.decide(session, Person("Anna", Role.TECHNICIAN), karyogram.id, Opinion(Call.NORMAL), NOW)
        session.commit()


def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, in a fixed order."""
    engine = database.connect(url)
    with engine.connect() as connection:
        rows = {
            table.name: sorted(map(tuple, connection.execute(table.select())), key=repr)
            for table in metadata.sorted_tables
        }
    engine.dispose()
    return rows


def found(engine: Engine) -> list[checks.Fault]:
    with open_session(engine) as session:
        return list(checks.faults(session))


def test_a_restored_store_is_the_same_and_holds(sql_engine: Engine, empty_url: str, tmp_path: Path) -> None:
    fill(sql_engine)
    file = tmp_path / "monday.backup"
    assert backup(url_of(sql_engine), file) == file.stat().st_size > 1000
    restore(file, empty_url)
    assert everything(empty_url) == everything(url_of(sql_engine))
    restored = database.connect(empty_url)
    database.upgrade(restored)
    assert found(restored) == []
    with restored.connect() as connection, pytest.raises(Exception, match="never changed or deleted"):
        connection.execute(text("DELETE FROM audit"))  # the triggers came along
    restored.dispose()


def figures(url: str) -> list[object]:
    """What the pages Overview and Quality and the table of the batch show."""
    engine, period = (
        database.connect(url),
        Period(NOW - timedelta(hours=1), NOW + timedelta(hours=1), timedelta(hours=1)),
    )
    table = io.StringIO(newline="")
    with open_session(engine) as session:
        for batch in session.scalars(select(metadata.tables["batches"].c.id)):
            export.write_csv(session, batch, table)
        told = [one(session, period) for one in (overview.counts, overview.reasons, overview.turnaround, agreement)]
    engine.dispose()
    return [*told, table.getvalue()]


def test_a_restored_store_gives_the_same_figures(sql_engine: Engine, empty_url: str, tmp_path: Path) -> None:
    fill(sql_engine)
    backup(url_of(sql_engine), tmp_path / "monday.backup")
    before = figures(url_of(sql_engine))
    restore(tmp_path / "monday.backup", empty_url)
    assert figures(empty_url) == before
    assert str(before[-1]).count("\n") == 1 + 3


def test_a_backup_while_others_write_is_the_state_of_one_moment(
    sql_engine: Engine, empty_url: str, tmp_path: Path
) -> None:
    fill(sql_engine)
    stop = threading.Event()

    def write() -> None:
        number = 100
        while not stop.is_set():
            add_batch(sql_engine, png(number), png(number + 1))
            number += 2

    writer = threading.Thread(target=write)
    writer.start()
    try:
        backup(url_of(sql_engine), tmp_path / "busy.backup")
    finally:
        stop.set()
        writer.join()
    restore(tmp_path / "busy.backup", empty_url)
    restored = database.connect(empty_url)
    assert found(restored) == []
    restored.dispose()


def test_nothing_is_written_over(sql_engine: Engine, tmp_path: Path) -> None:
    fill(sql_engine)
    backup(url_of(sql_engine), tmp_path / "a.backup")
    with pytest.raises(BackupError, match="must be empty, found"):
        restore(tmp_path / "a.backup", url_of(sql_engine))


def test_what_is_no_backup_is_refused(sql_engine: Engine, empty_url: str, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear colleague " * 100)
    with pytest.raises(BackupError, match="letter"):
        restore(tmp_path / "letter.txt", empty_url)
    with pytest.raises(BackupError, match="no such file"):
        restore(tmp_path / "none", empty_url)
    assert list(tmp_path.glob("*.part")) == []


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE pictures SET bytes = (SELECT bytes FROM pictures ORDER BY sha256 LIMIT 1)", "picture"),
        ("UPDATE verdicts SET outcome = 'screened_normal'", "verdict"),
        ("DELETE FROM verdicts", "karyogram"),
        ("UPDATE karyograms SET review = 'signed'", "karyogram"),
        ("UPDATE karyograms SET image_sha256 = (SELECT max(sha256) FROM pictures)", "karyogram"),
        (_INSERTED, "decision"),
    ],
)
def test_the_check_names_what_was_changed(sql_engine: Engine, statement: str, subject: str) -> None:
    fill(sql_engine)
    assert found(sql_engine) == []
    with sql_engine.begin() as connection:
        connection.execute(text(statement))
    wrong = found(sql_engine)
    assert wrong
    assert subject in {fault.subject.split()[0] for fault in wrong}


def test_the_commands(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = database.connect(sqlite_url)
    fill(engine)
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    assert main(["backup", str(tmp_path / "b")]) == 0
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/new/k.db")
    assert main(["restore", str(tmp_path / "b")]) == 0
    assert main(["check"]) == 0
    assert (
        "3 karyograms, 3 pictures, 3 verdicts, 3 decisions, 6 audit: all as they were written"
        in capsys.readouterr().out
    )
    assert main(["restore", str(tmp_path / "b")]) == 2
    assert "must be empty" in capsys.readouterr().err
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_head SET sequence = 2"))
    assert main(["check"]) == 1
    assert "audit entry 2: the last entry must be this one, found 6" in capsys.readouterr().out
    engine.dispose()
