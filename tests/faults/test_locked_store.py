"""Another process holds the write lock of SQLite in the middle of a batch, even for longer than anybody waits."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

from tests.faults.trials import REPEATED, laboratory

BUSY_SECONDS = 30  # as long as an engine waits for the lock


def lock(url: str, seconds: float) -> None:
    """Hold the lock for so long."""
    with closing(sqlite3.connect(str(make_url(url).database), timeout=BUSY_SECONDS)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.rollback()


@REPEATED
def test_the_store_is_locked_for_a_while(sqlite_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    with laboratory(sqlite_url, redis_url, tmp_path) as lab, lab.engine():
        for _ in range(tries):
            lab.endure(lambda: lock(sqlite_url, lab.seconds(1.0, 3.0)))
        lab.report("store locked for up to 3 s")


@REPEATED
def test_the_store_is_locked_for_longer_than_anybody_waits(
    sqlite_url: str, redis_url: str, tmp_path: Path, tries: int
) -> None:
    with laboratory(sqlite_url, redis_url, tmp_path) as lab, lab.engine() as first, lab.engine() as second:
        for _ in range(max(1, tries // 4)):  # each takes a minute or two
            lab.endure(lambda: lock(sqlite_url, BUSY_SECONDS + lab.seconds(5.0, 70.0)))
            assert [first.poll(), second.poll()] == [None, None]
        lab.report("store locked for longer than the waiting time")
