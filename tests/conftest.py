"""What all tests share: real databases, a real Valkey, and where the real data are.

Each test that asks for ``database_url`` or ``sql_engine`` runs twice, on SQLite and on PostgreSQL, with a fresh
migrated database; ``sqlite_url`` is for those where one is enough. ``redis_client`` starts empty in each test.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
import redis
from psycopg import sql
from sqlalchemy import Engine

from engine.jobs.stream import JobStream, connect_redis
from engine.records import database
from models.registry import Registry
from tests import servers

REPOSITORY = servers.REPOSITORY
SHARED_DATA = REPOSITORY.parent / "shared" / "data"  # real karyograms; beside the project, never inside it


def pytest_xdist_auto_num_workers() -> int:
    """How many processes test: one more than there are cores, because tests wait for browsers and servers too."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that hold slow tests: whoever is done early can then help with many small ones."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, where there is one."""
    if not (SHARED_DATA / "karyograms").is_dir():
        pytest.skip(f"the real karyograms are not here ({SHARED_DATA})")
    return SHARED_DATA


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy: faster than to migrate once more for each test."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    database.upgrade(engine)
    engine.dispose()  # the last connection folds the write-ahead log into the file
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh migrated SQLite database."""
    path = tmp_path / "karyotriage.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a PostgreSQL that runs as long as the tests."""
    binaries = servers.postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: its programs initdb and postgres were not found")
    with servers.postgres(binaries) as server:
        yield server.url


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = "karyotriage_template"
    _administer(postgres_server, "CREATE DATABASE {}", name)
    engine = database.connect(_beside(postgres_server, name))
    database.upgrade(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """A fresh migrated PostgreSQL database."""
    name = f"test_{uuid.uuid4().hex}"
    _administer(postgres_server, _copying(postgres_server), name, postgres_template)
    yield _beside(postgres_server, name)
    _administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


@pytest.fixture
def empty_postgres_url(postgres_server: str) -> Iterator[str]:
    """A PostgreSQL database without any table."""
    name = f"test_{uuid.uuid4().hex}"
    _administer(postgres_server, "CREATE DATABASE {}", name)
    yield _beside(postgres_server, name)
    _administer(postgres_server, "DROP DATABASE {} WITH (FORCE)", name)


def _administer(server_url: str, statement: str, *names: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def _copying(server_url: str) -> str:
    """The statement that copies a database file by file; page by page, as PostgreSQL does since 15, is slow."""
    with psycopg.connect(server_url) as connection:
        by_files = " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""
    return f"CREATE DATABASE {{}} TEMPLATE {{}}{by_files}"


def _beside(server_url: str, name: str) -> str:
    return f"{server_url.rpartition('/')[0]}/{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture
def sql_engine(database_url: str) -> Iterator[Engine]:
    """A record store of each kind."""
    engine = database.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[str]:
    """The URL of a Valkey that runs as long as the tests."""
    with servers.valkey() as url:
        yield url


@pytest.fixture
def redis_url(valkey_server: str) -> str:
    """The URL of an empty Valkey."""
    with connect_redis(valkey_server) as client:
        client.flushall()
    return valkey_server


@pytest.fixture
def redis_client(redis_url: str) -> Iterator[redis.Redis]:
    """A client of an empty Valkey."""
    with connect_redis(redis_url) as client:
        yield client


@pytest.fixture
def stream(redis_client: redis.Redis) -> JobStream:
    """An empty job stream with its group."""
    stream = JobStream(redis_client)
    stream.ensure_group()
    return stream


@pytest.fixture(scope="session")
def untrained_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry with one small model of random weights, named "untrained"."""
    from tests.untrained import save_untrained  # loads TensorFlow

    folder = tmp_path_factory.mktemp("registry")
    save_untrained(Registry(folder), "untrained")
    return folder
