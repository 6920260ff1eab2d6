"""The qualification as a PDF: who ran it, when and where, each step with what was expected and found, lines to sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from engine.exports.batch_report.pages import (
    ACCENT,
    INK,
    MARGIN,
    MUTED,
    PLAIN,
    SMALL,
    STRONG,
    WIDTH,
    Column,
    Pages,
    Style,
)
from engine.qualification.step import Result, Step, failed
from engine.wording import RESEARCH_USE, utc_time

_COLUMNS: Final = (
    Column("No.", 10),
    Column("What", 50),
    Column("Expected", 45),
    Column("Found", 47),
    Column("Result", 26),
)
_SIGNERS: Final = ("Performed by", "Reviewed by", "Approved by")
_SIGNS: Final = {Result.PASSED: "✓ passed", Result.FAILED: "✗ FAILED", Result.NOT_COMPARED: "○ not compared"}
_NOTE: Final = (
    "This paper is designed to support the laboratory's own qualification. The samples are simulated karyograms: that "
    "their verdicts come out as written down shows that the installation works as it was shipped, and nothing about "
    "how good the model is on the laboratory's material."
)


@dataclass(frozen=True)
class Run:
    """A qualification: who ran it, when, on which machine, with which model, and its steps in two parts."""

    person: str
    at: datetime
    machine: str
    model: str
    weights_sha256: str
    installation: Sequence[Step]
    operation: Sequence[Step]

    @property
    def steps(self) -> list[Step]:
        """All of them, in order."""
        return [*self.installation, *self.operation]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not failed(self.steps)


def write_pdf(run: Run, stream: BinaryIO) -> None:
    """Write a qualification; the same one gives the same bytes."""
    made = utc_time(run.at)
    foot = [f"Model {run.model} · SHA-256 {run.weights_sha256}", f"{run.person} · {run.machine}", RESEARCH_USE]
    pages = Pages("Karyotriage qualification", f"Karyotriage · qualification · {made}", foot, run.at)
    _title(pages, run, made)
    _part(pages, "Installation", run.installation, 1)
    _part(pages, "Operation", run.operation, 1 + len(run.installation))
    _signatures(pages)
    pages.number()
    stream.write(pages.output())


def _title(pages: Pages, run: Run, made: str) -> None:
    y = pages.paragraph(MARGIN, MARGIN, WIDTH, "Karyotriage", Style(9, bold=True, colour=ACCENT))
    heading = "Installation and operation qualification"
    y = pages.paragraph(MARGIN, y + 1, WIDTH, heading, Style(21, bold=True))
    said = f"{made} · by {run.person} · on {run.machine}"
    y = pages.paragraph(MARGIN, y + 0.5, WIDTH, said, Style(9, colour=MUTED))
    y = pages.paragraph(MARGIN, y + 4, WIDTH, _summary(run), Style(13, bold=True))
    pages.set_y(pages.paragraph(MARGIN, y + 1.5, WIDTH, _NOTE, SMALL))


def _summary(run: Run) -> str:
    counts = {result: sum(step.result is result for step in run.steps) for result in Result}
    said = f"{counts[Result.PASSED]} of {len(run.steps)} steps passed, {counts[Result.FAILED]} failed"
    rest = counts[Result.NOT_COMPARED]
    return f"{'✓' if run.passed else '✗'} {said}" + (f", {rest} had nothing to compare with" if rest else "")


def _part(pages: Pages, name: str, steps: Sequence[Step], first: int) -> None:
    pages.heading(name)
    pages.table_head(_COLUMNS)
    for number, step in enumerate(steps, first):
        style = Style(PLAIN.size, bold=step.result is Result.FAILED, colour=INK)
        pages.table_row(_COLUMNS, [f"{number}", step.what, step.expected, step.found, _SIGNS[step.result]], style)


def _signatures(pages: Pages) -> None:
    pages.heading("Signatures", keep=24 * len(_SIGNERS))
    for role in _SIGNERS:
        y = pages.get_y() + 12
        pages.line_of(MARGIN, y - 5, 28, role, STRONG)
        for x, width, label in ((30.0, 58.0, "Name"), (92.0, 52.0, "Signature"), (148.0, WIDTH - 148, "Date")):
            pages.set_draw_color(*MUTED)
            pages.line(MARGIN + x, y, MARGIN + x + width, y)
            pages.line_of(MARGIN + x, y + 0.8, width, label, SMALL)
        pages.set_y(y + 6)
