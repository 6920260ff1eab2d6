"""The report as an Excel workbook: summary, karyograms, decisions and policy, a row at a time.

Whatever people typed is written as text, never as a formula or a link. The same state gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, BinaryIO, Final, TypeAlias

from sqlalchemy.orm import Session

from engine.exports import export
from engine.exports.batch_report import facts
from engine.exports.batch_report.entries import Entry, entries
from engine.exports.batch_report.report import Report
from engine.reviews import Decision
from engine.wording import RESEARCH_USE, named, policy_lines

Value: TypeAlias = str | int | float | datetime | None

_LONGEST: Final = 32_000  # characters; Excel allows 32,767 in a cell
_TIMES: Final = ("received_at", "judged_at", "signed_at")
_FIRST: Final = ("case", "cell", "outcome", "findings_in_words", "reasons", "review", "call", "karyotype", "signed_by")
_LEFT_OUT: Final = ("batch", "batch_id", "pass_probabilities")  # the CSV has them; here the sheets say whose they are
_KARYOGRAM_COLUMNS: Final = (
    *_FIRST,
    *(name for name in export.COLUMNS if name not in (*_FIRST, *_LEFT_OUT)),
)
_WIDE: Final = {"file": 30, "findings_in_words": 46, "reasons": 30, "signed_by": 34, "comment": 40, "reason": 40}
_DECISION_COLUMNS: Final = (
    ("Case", 16),
    ("Cell", 8),
    ("File", 30),
    ("Reader", 10),
    ("Person", 28),
    ("Call", 16),
    ("Karyotype", 26),
    ("Findings", 26),
    ("Comment", 40),
    ("Reason", 40),
    ("Model said", 20),
    ("Stands", 8),
    ("Amends", 8),
    ("Decision", 9),
    ("Decided at (UTC)", 18),
)


class _Sheet:
    """A worksheet that is written from top to bottom."""

    def __init__(self, book: Any, name: str, widths: Sequence[int]) -> None:
        self._sheet = book.add_worksheet(name)
        self._formats = {
            "date": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss", "align": "left"}),
            "text": book.add_format({"valign": "top"}),
            "quoted": book.add_format({"valign": "top", "quote_prefix": True}),
            "bold": book.add_format({"bold": True, "bottom": 1, "valign": "top"}),
            "title": book.add_format({"bold": True, "font_size": 16}),
        }
        self._row = 0
        for column, width in enumerate(widths):
            self._sheet.set_column(column, column, width)

    def header(self, names: Sequence[str]) -> None:
        """Write the names of the columns, which stay in sight."""
        self.row(names, "bold")
        self._sheet.freeze_panes(self._row, 0)

    def row(self, values: Iterable[Value], style: str = "") -> None:
        """Write one row; blank values leave their cells empty."""
        for column, value in enumerate(values):
            self._cell(column, value, style)
        self._row += 1

    def filtered(self, columns: int) -> None:
        """Offer to filter by the header."""
        self._sheet.autofilter(0, 0, max(self._row - 1, 0), columns - 1)

    def _cell(self, column: int, value: Value, style: str) -> None:
        if isinstance(value, datetime):
            naive = value.astimezone(UTC).replace(tzinfo=None, microsecond=0)  # Excel knows no time zones
            self._sheet.write_datetime(self._row, column, naive, self._formats["date"])
        elif isinstance(value, int | float):
            self._sheet.write_number(self._row, column, value)
        elif value:
            # the prefix keeps it text even when somebody edits the cell
            kept = "quoted" if export.harmless(value) != value else style or "text"
            self._sheet.write_string(self._row, column, value[:_LONGEST], self._formats[kept])


def write_xlsx(session: Session, report: Report, stream: BinaryIO) -> int:
    """Write a report as a workbook; returns how many karyograms it has."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_numbers": False, "nan_inf_to_errors": True}
    with xlsxwriter.Workbook(stream, options) as book:
        made = report.as_of.astimezone(UTC).replace(tzinfo=None, microsecond=0)
        book.set_properties({"title": "Batch report", "comments": RESEARCH_USE, "created": made})
        _summary(_Sheet(book, "Summary", (44, 20, 20, 20, 20, 20)), report)
        karyograms = _Sheet(book, "Karyograms", [_WIDE.get(name, 18) for name in _KARYOGRAM_COLUMNS])
        decisions = _Sheet(book, "Decisions", [width for _, width in _DECISION_COLUMNS])
        _karyograms(session, karyograms, report)
        _decisions(session, decisions, report)
        _policy(_Sheet(book, "Policy", (30, 70)), report)
    return len(report.order)


def _summary(sheet: _Sheet, report: Report) -> None:
    sheet.row(["Batch report"], "title")
    sheet.row([RESEARCH_USE])
    sheet.row([])
    for name, value in facts.facts(report):
        sheet.row([name, value])
    sheet.row(["Uploaded (UTC)", report.batch.created_at])
    sheet.row(["State of (UTC)", report.as_of])
    _table(sheet, ["Verdicts of the model", "Karyograms"], facts.outcome_counts(report))
    _table(sheet, ["Reading", "Karyograms"], facts.reading_counts(report))
    sheet.row([])
    sheet.row(["Signed as", *map(named, facts.OUTCOMES)], "bold")
    for call, counts in facts.agreement_table(report):
        sheet.row([call, *counts])
    sheet.row([])
    for line in (*facts.agreement_lines(report), facts.SCREENED_NOTE, facts.BLIND_NOTE):
        sheet.row([line])


def _table(sheet: _Sheet, header: Sequence[str], rows: Iterable[tuple[str, int]]) -> None:
    sheet.row([])
    sheet.row(header, "bold")
    for row in rows:
        sheet.row(row)


def _karyograms(session: Session, sheet: _Sheet, report: Report) -> None:
    sheet.header([_heading(name) for name in _KARYOGRAM_COLUMNS])
    for row in export.of_report(session, report):
        sheet.row(_shown(name, row[name]) for name in _KARYOGRAM_COLUMNS)
    sheet.filtered(len(_KARYOGRAM_COLUMNS))


def _heading(name: str) -> str:
    return name.replace("_", " ").capitalize() + (" (UTC)" if name in _TIMES else "")


def _shown(name: str, value: export.Cell) -> Value:
    """A value as people read it: a real date, and the words of the vocabulary as on screen."""
    if name in _TIMES and value:
        return datetime.fromisoformat(str(value))
    return named(value) if isinstance(value, StrEnum) else value


def _decisions(session: Session, sheet: _Sheet, report: Report) -> None:
    sheet.header([name for name, _ in _DECISION_COLUMNS])
    for entry in entries(session, report, report.signed):
        for decision in entry.decisions:
            sheet.row(_decision(entry, decision))
    sheet.filtered(len(_DECISION_COLUMNS))


def _decision(entry: Entry, decision: Decision) -> list[Value]:
    opinion = decision.opinion
    return [
        entry.karyogram.case_name,
        entry.karyogram.cell,
        entry.karyogram.file_name,
        decision.place.value,
        decision.person,
        named(opinion.call),
        opinion.karyotype,
        "; ".join(opinion.findings),
        opinion.comment,
        opinion.reason,
        named(decision.outcome) if decision.outcome else "",
        "yes" if decision in entry.standing else "no",
        decision.amends,
        decision.id,
        decision.created_at,
    ]


def _policy(sheet: _Sheet, report: Report) -> None:
    sheet.header(["Limit or model", "Value"])
    for policy in report.policies:
        for line in policy_lines(policy):
            sheet.row(line)
    for model in report.models:
        sheet.row(["Model", model.name])
        sheet.row(["SHA-256", model.sha256])
    sheet.row(["Passes", report.batch.passes])
    sheet.row([RESEARCH_USE])
