"""Connections, migrations, and several processes at once, on both databases."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from engine.people import DEMO
from engine.records import database, store
from engine.records.database import open_session
from engine.records.schema import metadata
from engine.reviewing import reading_list
from engine.reviewing.reading_filter import Filter
from models.judging.triage import Finding
from tests.records import NOW, add_batch, karyograms, png
from tests.servers import REPOSITORY

_UPGRADE = "import sys; from engine.records import database; database.upgrade(database.connect(sys.argv[1]))"


def test_the_migrations_build_the_tables_of_the_schema(sql_engine: Engine) -> None:
    with sql_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday", "vgg16", 100, NOW)
        session.commit()
    database.upgrade(sql_engine)
    with open_session(sql_engine) as session:
        assert store.batch(session, batch.id) == batch


_OLD_VERDICT = {
    **dict.fromkeys(("model_sha256", "image_sha256"), "ab" * 32),
    **dict.fromkeys(("pass_agreement", "agreement_low", "agreement_high", "mean_probability"), 1.0),
    **dict.fromkeys(("standard_deviation", "predictive_entropy", "mutual_information", "seconds"), 0.0),
    "model": "vgg16",
    "seed": 1,
    "precision": "float32",
    "outcome": "flagged_abnormal",
    "reasons": '["voted_abnormal"]',
    "findings": '[{"chromosome": "21", "text": "+21", "probability": 0.875}]',
    "passes": 1,
    "votes_abnormal": 1,
    "label": "abnormal",
    "calibrated_probability": 1.0,
    "policy": '{"min_pass_agreement": 0.8, "max_calibrated_probability": 0.3, "max_mutual_information": 0.1}',
    "pass_probabilities": struct.pack("<d", 0.75),
    "engine": "host-1",
    "created_at": "2026-01-01 00:00:00+00:00",
}


def migrate(engine: Engine, way: Callable[[Config, str], None], revision: str) -> None:
    """Take the database to a revision, upwards or downwards."""
    config = Config()
    config.set_main_option("script_location", str(REPOSITORY / "engine" / "records" / "migrations"))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        way(config, revision)
        connection.commit()


def test_a_verdict_of_the_first_version_is_still_read(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), model="vgg16")
    (karyogram,) = karyograms(sql_engine)
    migrate(sql_engine, command.downgrade, "0001")
    with sql_engine.connect() as connection:  # as a worker of then marked it
        connection.execute(text("UPDATE karyograms SET state = 'judged'"))
        connection.commit()
    values = {**_OLD_VERDICT, "karyogram_id": karyogram.id}
    names = ", ".join(values)
    with sql_engine.connect() as connection:
        connection.execute(
            text(f"INSERT INTO verdicts ({names}) VALUES ({', '.join(f':{name}' for name in values)})"), values
        )
        connection.commit()
    database.upgrade(sql_engine)
    with open_session(sql_engine) as session:
        found = store.verdict(session, karyogram.id)
    assert found is not None
    assert found.findings == (Finding("21", "+21", 0.875),)
    assert (found.refusals, found.suggestion, found.pass_probabilities) == ((), None, (0.75,))
    assert (found.reading, found.distance) == (None, None)
    with open_session(sql_engine) as session:
        assert reading_list.known_findings(session) == ["+21"]
        assert reading_list.page(session, DEMO[0], Filter(finding="+21", case="P"), 5).entries[0].verdict == found


def test_several_processes_may_upgrade_at_once(empty_url: str) -> None:
    commands = [sys.executable, "-W", "error", "-c", _UPGRADE, empty_url]
    processes = [subprocess.Popen(commands, cwd=REPOSITORY, stderr=subprocess.PIPE) for _ in range(4)]
    complaints = [process.communicate(timeout=60)[1].decode() for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, complaints
    engine = database.connect(empty_url)
    assert set(sqlalchemy.inspect(engine).get_table_names()) == {*metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_failed_migration_leaves_nothing_behind(empty_url: str) -> None:
    engine = database.connect(empty_url)
    with engine.connect() as connection:
        # a table that is in the way makes the last of the migration's tables fail
        connection.execute(text("CREATE TABLE verdicts (x INTEGER)"))
        connection.commit()
    with pytest.raises(sqlalchemy.exc.DBAPIError):
        database.upgrade(engine)
    assert sqlalchemy.inspect(engine).get_table_names() == ["verdicts"]
    engine.dispose()


def test_readers_and_writers_do_not_disturb_each_other(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday", "vgg16", 100, NOW)
        session.commit()

    def read_then_write(number: int) -> None:
        for turn in range(10):
            with open_session(sql_engine) as session:
                store.batch(session, batch.id)
                store.find_or_add_case(session, batch.id, f"P{number}-{turn}")
                store.batch(session, batch.id)
                session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(read_then_write, range(8)))
    with sql_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM cases")) == 80


def test_sqlite_keeps_a_write_ahead_log_and_foreign_keys(sqlite_url: str) -> None:
    engine = database.connect(sqlite_url)
    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA journal_mode")) == "wal"
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
        assert connection.scalar(text("PRAGMA busy_timeout")) == 30_000
        assert connection.scalar(text("PRAGMA synchronous")) == 2  # FULL: what is committed survives a power cut
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://lab:secret@db/karyo", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused_without_naming_a_password(url: str) -> None:
    with pytest.raises(ValueError, match="database URL must") as caught:
        database.connect(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_works(postgres_url: str, scheme: str) -> None:
    engine = database.connect(postgres_url.replace("postgresql", scheme, 1))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    engine.dispose()
