"""PostgreSQL that ends without a warning in the middle of a batch, and is started again."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.records import database
from tests import servers
from tests.faults.trials import ONCE_AND_REPEATED, laboratory
from tests.servers import PostgresServer


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, with the tables of the record store."""
    binaries = servers.postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: its programs initdb and postgres were not found")
    with servers.postgres(binaries) as server:
        engine = database.connect(server.url)
        database.upgrade(engine)
        engine.dispose()
        yield server


@ONCE_AND_REPEATED
def test_postgres_ends_and_is_started_again(server: PostgresServer, redis_url: str, tmp_path: Path, tries: int) -> None:
    """Killed, and in its immediate shutdown by turns: both leave it to read its log at the next start."""
    with laboratory(server.url, redis_url, tmp_path) as lab, lab.engine():
        ways = itertools.cycle((signal.SIGKILL, signal.SIGQUIT))

        def end() -> None:
            server.end(next(ways))
            time.sleep(lab.seconds(0.0, 1.5))
            server.start()

        for _ in range(tries):
            lab.endure(end)
        lab.report("PostgreSQL ended")
