"""An engine that stands still for longer than the reclaim time while another one takes over, and then goes on."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from subprocess import Popen

from tests import servers
from tests.faults.trials import ONCE_AND_REPEATED, RECLAIM_SECONDS, laboratory


@ONCE_AND_REPEATED
def test_one_of_two_stalls_and_goes_on(database_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    with laboratory(database_url, redis_url, tmp_path) as lab, lab.engine() as first, lab.engine() as second:
        engines = (first, second)

        def stall(engine: Popen[bytes]) -> None:
            engine.send_signal(signal.SIGSTOP)
            time.sleep(RECLAIM_SECONDS * 1.5 + lab.seconds(0.0, 2.0))
            engine.send_signal(signal.SIGCONT)

        for _ in range(tries):
            lab.endure(lambda: stall(engines[lab.generator.integers(2)]))
            servers.wait_until(lambda: lab.stream.holders() == {})
            assert [engine.poll() for engine in engines] == [None, None]
        lab.report("one of two engines stalled")
