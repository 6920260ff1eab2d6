"""The network between an engine and Redis: cut, half open, slow."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.faults import proxy
from tests.faults.proxy import Mode
from tests.faults.trials import REPEATED, laboratory


def trouble(url: str, redis_url: str, folder: Path, *, mode: Mode, tries: int, longest: float) -> None:
    """Have an engine work through a line that is troubled for up to so many seconds."""
    port = urlsplit(redis_url).port
    assert port is not None
    with (
        proxy.running(port) as line,
        laboratory(url, redis_url, folder, engines={"REDIS_URL": f"redis://127.0.0.1:{line.port}/0"}) as lab,
        lab.engine() as engine,
    ):

        def disturb() -> None:
            line.mode = mode
            time.sleep(lab.seconds(longest / 4, longest))
            line.mode = Mode.OPEN

        for _ in range(tries):
            lab.endure(disturb)
            assert engine.poll() is None
        lab.report(f"network {mode.name.lower()}")


@REPEATED
def test_the_line_is_cut(sqlite_url: str, redis_url: str, tmp_path: Path, tries: int) -> None:
    trouble(sqlite_url, redis_url, tmp_path, mode=Mode.CUT, tries=tries, longest=4)


@REPEATED
@pytest.mark.parametrize("mode", [Mode.CUT, Mode.SILENT, Mode.SLOW])
def test_the_line_is_in_trouble_for_long(
    postgres_url: str, redis_url: str, tmp_path: Path, tries: int, mode: Mode
) -> None:
    trouble(postgres_url, redis_url, tmp_path, mode=mode, tries=tries, longest=20)
