"""What the commands show at the end: small tables for a terminal, readable in a file too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich import box
from rich.table import Table
from rich.text import Text

from engine.names import printable
from engine.vocabulary import FileProblem, Karyogram
from models.judging.triage import TriageOutcome

_ID_LENGTH: Final = 32
_RED, _YELLOW, _GREEN = "red", "yellow", "green"
_OUTCOMES: Final = {  # in the order of risk
    TriageOutcome.FAILED: ("failed", _RED),
    TriageOutcome.FLAGGED_UNREADABLE: ("flagged unreadable", _RED),
    TriageOutcome.FLAGGED_ABNORMAL: ("flagged abnormal", _RED),
    TriageOutcome.FLAGGED_UNCERTAIN: ("flagged uncertain", _YELLOW),
    TriageOutcome.SCREENED_NORMAL: ("screened normal", _GREEN),
}


def plain(text: str) -> Text:
    """Text from outside as it is: brackets are no markup, controls no commands to the terminal."""
    return Text(printable(text))


def outcomes(by_outcome: Mapping[TriageOutcome, int], waiting: int, refused: int) -> Table:
    """Count karyograms by outcome, the riskiest first, with what waits and what was refused."""
    table = _table("Outcome", "Karyograms")
    for outcome, (words, style) in _OUTCOMES.items():
        count = by_outcome.get(outcome, 0)
        table.add_row(Text(words, style=style if count else "dim"), str(count))
    if waiting:
        table.add_row("waiting", str(waiting))
    table.add_section()
    table.add_row("files refused", Text(str(refused), style=_RED if refused else "dim"))
    return table


def problems(found: Iterable[FileProblem]) -> Table:
    """List the files that were refused, and why."""
    table = _table("Refused file", "Why")
    table.add_column("Earlier karyogram", no_wrap=True, min_width=_ID_LENGTH)  # to be copied in one piece
    for problem in found:
        why = plain(f"{problem.kind.replace('_', ' ')}: {problem.message}")
        table.add_row(plain(problem.file_name), why, problem.duplicate_of or "")
    return table


def failures(failed: Iterable[Karyogram]) -> Table:
    """List the karyograms that failed, and why."""
    table = _table("Failed karyogram", "Why")
    for karyogram in failed:
        table.add_row(plain(f"{karyogram.file_name}, page {karyogram.page + 1}"), plain(karyogram.failure or ""))
    return table


def _table(*headers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    return table
