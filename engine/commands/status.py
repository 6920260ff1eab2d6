"""``python -m engine status``: which engines live, what waits, and what was given up."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias

from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from engine.jobs.heartbeat import Heartbeat, alive
from engine.jobs.stream import DeadLetter, JobStream, connect_redis
from engine.settings import Settings
from engine.vocabulary import Priority

if TYPE_CHECKING:
    Subparsers: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_DESCRIPTION = "Show which engines live, how many karyograms wait for them, and which were given up."


def add_parser(subparsers: Subparsers) -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser("status", help="show engines, queue and dead letters", description=_DESCRIPTION)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Print how things stand; returns 0."""
    with connect_redis(settings.redis_url) as client:
        stream = JobStream(client)
        backlog, lag, urgent = stream.backlog(), stream.lag(), stream.lag(Priority.URGENT)
        engines, letters = alive(client), stream.dead_letters()
    console = Console()
    if engines:
        console.print(_engines(engines, datetime.now(UTC)))
    else:
        console.print("No engine is alive; start one with: python -m engine work")
    console.print(f"Queue: {lag} waiting ({urgent} urgent), {backlog - lag} in the hands of engines")
    console.print(_letters(letters) if letters else "Dead letters: none")
    return 0


def _engines(engines: list[Heartbeat], now: datetime) -> Table:
    table = Table(
        Column("Engine", overflow="fold"),
        "State",
        "Device",
        "Precision",
        "Models",
        "Pictures/s",
        "Judged",
        "Last batch",
    )
    for one in engines:
        table.add_row(
            one.engine,
            one.state.replace("_", " "),
            one.device or "-",
            one.precision or "-",
            ", ".join(one.models) or "-",
            "-" if one.pictures_per_second is None else f"{one.pictures_per_second:.1f}",
            str(one.judged_total),
            _last_batch(one, now),
        )
    return table


def _last_batch(one: Heartbeat, now: datetime) -> str:
    if one.last_batch_at is None:
        return "-"
    return f"{one.last_batch}, {(now - one.last_batch_at).total_seconds():.0f} s ago"


def _letters(letters: list[DeadLetter]) -> Table:
    title = f"Dead letters: {len(letters)}"
    table = Table(Column("Karyogram", no_wrap=True), "Given up", "Deliveries", "Reason", title=title)
    for letter in letters:
        given_up = letter.buried_at.strftime("%Y-%m-%d %H:%M:%S UTC")
        table.add_row(letter.karyogram_id, given_up, str(letter.deliveries), escape(letter.reason))
    return table
