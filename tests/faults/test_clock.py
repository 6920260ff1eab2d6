"""Clocks that jump by a day, forwards and backwards, under the engines and Valkey: nobody may wait until they agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from engine.jobs.heartbeat import alive
from engine.jobs.pace import Pace
from engine.jobs.stream import connect_redis
from engine.records import audit
from engine.records.database import open_session
from tests import servers
from tests.faults import victims
from tests.faults.trials import REPEATED, Laboratory, laboratory

LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib*/faketime/libfaketimeMT.so.1"


# Of the micro-batches that an engine reads at the same time, it judges first what is read first.
READ_AT_ONCE = 8 * (Pace().look_ahead + 1)


class Clock:
    """The clock of Valkey and of the engines that the test starts: the true one, and so many days beside it."""

    def __init__(self, library: Path, file: Path) -> None:
        """Begin with the true time; ``library`` is libfaketime."""
        self._file = file
        self.show(0)
        self.of_engines = {"FAULTS_CLOCK": str(file)}
        # not for engines: under it Python cannot sleep
        self.of_valkey = {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def show(self, days: int) -> None:
        """Jump."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{days:+d}d\n")
        new.replace(self._file)  # nobody may read half a line


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """A clock that the test sets."""
    found = [path for pattern in LIBRARIES for path in Path("/").glob(pattern.removeprefix("/"))]
    if not found:
        pytest.skip("libfaketime is not installed (Debian's package faketime)")
    return Clock(found[0], tmp_path / "clock")


@pytest.fixture
def lab(clock: Clock, sqlite_url: str, tmp_path: Path) -> Iterator[Laboratory]:
    """A laboratory whose engines and Valkey have that clock."""
    with (
        victims.running_valkey(tmp_path / "valkey", clock.of_valkey) as server,
        laboratory(sqlite_url, server.url, tmp_path, engines=clock.of_engines) as lab,
    ):
        yield lab


@REPEATED
def test_the_clock_jumps_while_an_engine_dies(clock: Clock, lab: Laboratory, tries: int) -> None:
    """Its jobs are taken over, and what is not on the stream is put there, whatever day it is said to be."""
    with ExitStack() as stack:
        engines = [stack.enter_context(lab.engine()) for _ in range(2)]
        days = 0

        def jump() -> None:
            nonlocal days
            days = int(lab.generator.choice([day for day in (-1, 0, 1) if day != days]))
            engines[0].kill()
            engines[0].wait(10)
            clock.show(days)
            engines[:] = [engines[1], stack.enter_context(lab.engine())]

        for _ in range(tries):
            lab.endure(jump)
            lab.recover(lab.batch(queued=False))
        lab.report("clock jumps while an engine dies")


def _furthest_from_its_place(ids: list[str], told: list[str]) -> int:
    """By how many places a karyogram of a batch was judged too early or too late, at most."""
    judged = {key: place for place, key in enumerate(key for key in told if key in set(ids))}
    assert judged.keys() == set(ids)
    return max(abs(judged[key] - place) for place, key in enumerate(ids))


@REPEATED
def test_order_and_heartbeats_hold(clock: Clock, lab: Laboratory, tries: int) -> None:
    with lab.engine() as engine, connect_redis(lab.url) as client:
        for number in range(tries):
            ids = lab.batch()
            lab.reach_the_middle(ids)
            clock.show((-1, 0, 1, 0)[number % 4])
            lab.recover(ids)
            with open_session(lab.sql) as session:
                told = [entry.subject.split()[1] for entry in audit.entries(session) if entry.action == "judge"]
            assert _furthest_from_its_place(ids, told) < READ_AT_ONCE
            servers.wait_until(lambda: len(alive(client)) == 1, 20)
        engine.kill()
        servers.wait_until(lambda: alive(client) == [], 40)
    lab.report("clock jumps")
