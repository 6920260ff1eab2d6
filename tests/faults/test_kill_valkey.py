"""Valkey killed without a warning in the middle of a batch, and started again on its append-only file or without it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.faults import victims
from tests.faults.trials import ONCE_AND_REPEATED, laboratory


@ONCE_AND_REPEATED
@pytest.mark.parametrize("forgets", [False, True], ids=["with its data", "without its data"])
def test_valkey_is_killed_and_started_again(sqlite_url: str, tmp_path: Path, tries: int, *, forgets: bool) -> None:
    with (
        victims.running_valkey(tmp_path / "valkey") as server,
        laboratory(sqlite_url, server.url, tmp_path) as lab,
        lab.engine(),
    ):

        def kill() -> None:
            server.end()
            if forgets:
                server.forget()
            time.sleep(lab.seconds(0.0, 1.5))
            server.start()

        for _ in range(tries):
            lab.endure(kill)
        lab.report("Valkey killed, its data deleted" if forgets else "Valkey killed")
