"""Intake survives whatever is sent: each file is accepted or refused with its reason, in bounded time and memory.

``make soak`` sends 20,000 damaged files; the tests of every day send some hundred.
"""

from __future__ import annotations

import os
import resource
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from engine.intake.intake import IncomingFile, Intake
from engine.jobs.stream import JobStream
from engine.operations import checks
from engine.records import database, schema
from engine.records.database import open_session
from engine.settings import Settings
from tests.faults import hostile
from tests.records import NOW

MOST_SECONDS = 20.0  # a busy machine; alone it is below one
MOST_MEGABYTES = 900


@dataclass
class Tally:
    """What became of the files, and what the worst of them cost."""

    files: int = 0
    accepted: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    worst: str = ""

    def __str__(self) -> str:
        reasons = ", ".join(f"{count:,} {kind}" for kind, count in self.refused.most_common())
        return (
            f"{self.files:,} files: {self.accepted:,} karyograms accepted, {self.refused.total():,} refusals "
            f"({reasons}), no crash; the slowest took {self.seconds:.2f} s ({self.worst}); "
            f"at most {megabytes():,.0f} MB of memory"
        )


def megabytes() -> float:
    """The most memory that this process has had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Sender:
    """Sends files to an intake of its own, one by one."""

    def __init__(self, url: str, stream: JobStream) -> None:
        self.sql = database.connect(url)
        self.intake = Intake(self.sql, stream, Settings())
        self.batch = self.intake.open_batch("hostile", "pixels", 5, NOW)
        self.tally = Tally()

    def send(self, name: str, data: bytes, words: str = "") -> list[str]:
        """Send one file; returns the kinds of the refusals."""
        start = time.perf_counter()
        results = list(self.intake.process(self.batch, [IncomingFile(name, data)], NOW))
        seconds = time.perf_counter() - start
        for result in results:
            assert bool(result.karyograms) != (result.problem is not None)
            assert result.problem is None or result.problem.message
        kinds = [result.problem.kind.value for result in results if result.problem]
        self.tally.files += 1
        self.tally.accepted += sum(len(result.karyograms) for result in results)
        self.tally.refused.update(kinds)
        if seconds > self.tally.seconds:
            self.tally.seconds, self.tally.worst = seconds, words or name[:40]
        return kinds


def send_mutated(url: str, stream: JobStream, count: int, seed: int) -> Sender:
    sender, generator = Sender(url, stream), np.random.default_rng(seed)
    for _ in range(count):
        name, data = hostile.mutated(generator)
        sender.send(name, data)
    return sender


def hold(sender: Sender) -> None:
    """What was accepted is kept whole, and what was told is what is kept."""
    with open_session(sender.sql) as session:
        assert session.scalar(select(func.count()).select_from(schema.karyograms)) == sender.tally.accepted
        assert list(checks.faults(session)) == []
    sender.sql.dispose()
    assert sender.tally.seconds < MOST_SECONDS, str(sender.tally)


def test_damaged_files_are_accepted_or_refused_with_a_reason(sqlite_url: str, stream: JobStream) -> None:
    sender = send_mutated(sqlite_url, stream, 300, seed=7)
    print(sender.tally)
    assert sender.tally.accepted > 0
    assert sender.tally.refused.total() > 100
    hold(sender)


@pytest.mark.parametrize("attack", hostile.ATTACKS)
def test_an_attack_is_refused_and_leaves_no_trace(
    sqlite_url: str, stream: JobStream, tmp_path: Path, attack: str
) -> None:
    sender = Sender(sqlite_url, stream)
    before = set(tmp_path.iterdir())
    kinds = sender.send("upload.bin", hostile.ATTACKS[attack](), attack)
    if attack != hostile.BOTH:  # its picture is a sound one
        assert kinds
        assert sender.tally.accepted == 0
    assert set(tmp_path.iterdir()) <= before | {tmp_path / f"karyotriage.db{end}" for end in ("-wal", "-shm")}
    hold(sender)


@pytest.mark.soak
def test_20_000_damaged_files(sqlite_url: str, stream: JobStream) -> None:
    count, seed = int(os.environ.get("SOAK_FILES", "20000")), int(os.environ.get("SOAK_SEED", "1"))
    sender = send_mutated(sqlite_url, stream, count, seed)
    for attack, data in hostile.ATTACKS.items():
        sender.send("upload.bin", data(), attack)
    print(f"\nseed {seed}: {sender.tally}")
    hold(sender)
    assert megabytes() < MOST_MEGABYTES
