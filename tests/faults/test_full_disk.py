"""A disk without any room in the middle of a batch, for seconds or for so long that a job could be given up."""

from __future__ import annotations

import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from engine.records import database
from tests import servers
from tests.faults import victims
from tests.faults.trials import RECLAIM_SECONDS, REPEATED, Laboratory, laboratory
from tests.servers import PostgresServer

DELIVERIES = 3
LONG = RECLAIM_SECONDS * 1.0, RECLAIM_SECONDS * (DELIVERIES + 3.0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets one process limit another")
@REPEATED
def test_no_file_of_the_engine_may_grow(sqlite_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    with laboratory(sqlite_url, redis_url, tmp_path) as lab, lab.engine() as engine:
        for _ in range(tries):
            lab.endure(lambda: stunt(engine, lab.seconds(*LONG)))
            assert engine.poll() is None
        lab.report("no file of the engine may grow")


def stunt(engine: subprocess.Popen[bytes], seconds: float) -> None:
    """Let no file of a process grow for a while."""
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (0, most))
    time.sleep(seconds)
    resource.prlimit(engine.pid, resource.RLIMIT_FSIZE, (most, most))


def fill(lab: Laboratory, disk: victims.SmallDisk) -> bool:
    """Leave no room on a disk for a while, not even in the log of SQLite, which is written over again and again.

    Tells whether anybody felt it: a batch may be done just before.
    """
    if lab.sql.dialect.name == "sqlite":
        with lab.sql.connect() as connection:
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    disk.fill()
    time.sleep(lab.seconds(*LONG))
    felt = lab.waiting() > 0
    disk.free()
    return felt


@REPEATED
def test_the_disk_of_the_store_is_full(sqlite_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    with victims.small_disk(tmp_path / "disk", 40 + 2 * tries) as disk:
        shutil.copyfile(str(make_url(sqlite_url).database), disk.folder / "karyotriage.db")
        url = f"sqlite:///{disk.folder}/karyotriage.db"
        felt: list[bool] = []
        with laboratory(url, redis_url, tmp_path) as lab, lab.engine() as engine:
            for _ in range(tries):
                lab.endure(lambda: felt.append(fill(lab, disk)))
                assert engine.poll() is None
            lab.report(f"disk full, felt {sum(felt)} times")
        assert any(felt)


@REPEATED
def test_the_disk_of_postgres_is_full(redis_url: str, tmp_path: Path, tries: int) -> None:
    """It ends by itself where there is no room for its log, and is started again when there is."""
    binaries = servers.postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed: its programs initdb and postgres were not found")
    with servers.folder_for_postgres() as folder, victims.small_disk(folder / "disk", 400) as disk:
        server = PostgresServer(binaries, disk.folder)
        try:
            server.start()
            engine = database.connect(server.url)
            database.upgrade(engine)
            engine.dispose()
            with laboratory(server.url, redis_url, tmp_path) as lab, lab.engine() as worker:
                felt: list[bool] = []

                def fill_and_start() -> None:
                    felt.append(fill(lab, disk))
                    server.start()

                for _ in range(tries):
                    lab.endure(fill_and_start)
                    assert worker.poll() is None
                lab.report(f"disk full, felt {sum(felt)} times")
                assert any(felt)
        finally:
            server.end(signal.SIGINT)
