"""An engine that stands still for longer than the reclaim time while another one takes over, and then goes on."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from tests import servers
from tests.faults.trials import RECLAIM_SECONDS, REPEATED, laboratory


def stall_by_turns(database_url: str, redis_url: str, folder: Path, tries: int) -> None:
    """Have one of two engines stand still in the middle of each batch."""
    with laboratory(database_url, redis_url, folder) as lab, lab.engine() as first, lab.engine() as second:
        engines = (first, second)

        def stall() -> None:
            engine = engines[lab.generator.integers(2)]
            engine.send_signal(signal.SIGSTOP)
            time.sleep(RECLAIM_SECONDS * 1.5 + lab.seconds(0.0, 2.0))
            engine.send_signal(signal.SIGCONT)

        for _ in range(tries):
            lab.endure(stall)
            servers.wait_until(lambda: lab.stream.holders() == {})
            assert [engine.poll() for engine in engines] == [None, None]
        lab.report("one of two engines stalled")


def test_one_of_two_stalls_and_goes_on(sqlite_url: str, redis_url: str, tmp_path: Path) -> None:
    stall_by_turns(sqlite_url, redis_url, tmp_path, 1)


@REPEATED
def test_one_of_two_stalls_again_and_again(database_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    stall_by_turns(database_url, redis_url, tmp_path, tries)
