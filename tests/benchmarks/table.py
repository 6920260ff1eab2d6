"""What a benchmark of several ways to do one thing has found: one table to read, and one file for a program."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from tests.conftest import REPOSITORY

ROUNDS = 5
FILE = "BENCH_JSON"


@dataclass(frozen=True)
class Way:
    """``work`` is one way to do it, of which ``share`` is done in a call; the best of ``calls`` counts in a round."""

    work: Callable[[], object]
    calls: int = 3
    share: float = 1.0


@dataclass(frozen=True)
class Row:
    """One way: pictures in a second of the clock (``median`` over the rounds, and ``fastest``), milliseconds of all
    processors for a picture (fastest), and pictures of it for one of the way that is measured first, by either.
    """

    subject: str
    way: str
    median: float
    fastest: float
    processor: float
    by_clock: float
    by_processor: float


def compare(subject: str, ways: Mapping[str, Way], pictures: int) -> list[Row]:
    """Measure ways in turns: whatever else the machine does can only slow a call down.

    Args:
        subject: what they are ways to do.
        ways: by name; the first is what the others are compared with.
        pictures: in a call, or the share of it that a way does.
    """
    for way in ways.values():
        way.work()  # compiles, and draws the sub-networks
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            seconds[name].append(_round(way))
    clock = {name: [wall / pictures for wall, _ in found] for name, found in seconds.items()}
    processor = {name: min(used for _, used in found) / pictures for name, found in seconds.items()}
    first = next(iter(ways))
    return [
        Row(
            subject,
            name,
            median=1 / median(clock[name]),
            fastest=1 / min(clock[name]),
            processor=1000 * processor[name],
            by_clock=min(clock[first]) / min(clock[name]),
            by_processor=processor[first] / processor[name],
        )
        for name in ways
    ]


def _round(way: Way) -> tuple[float, float]:
    """Seconds of the clock and of the processors, each of the best call."""
    clock, processor = zip(*(_call(way.work) for _ in range(way.calls)), strict=True)
    return min(clock) / way.share, min(processor) / way.share


def _call(work: Callable[[], object]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def report(rows: Sequence[Row], device: str) -> Path:
    """Print the table, and write the rows to the file that ``BENCH_JSON`` names, which is returned."""
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    print(f"\n{device}; load of the machine {load}")
    print(f"| {'':<22} | {'':<24} | median /s | fastest /s | processor ms | ratio, clock | ratio, processor |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        figures = f"{row.median:9.2f} | {row.fastest:10.2f} | {row.processor:12.2f}"
        ratios = f"{row.by_clock:12.3f} | {row.by_processor:16.3f}"
        print(f"| {row.subject:<22} | {row.way:<24} | {figures} | {ratios} |")
    path = Path(os.environ.get(FILE, REPOSITORY / "test-results" / "bench.json"))
    path.parent.mkdir(parents=True, exist_ok=True)
    found = {"device": device, "load": os.getloadavg(), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return path
