"""The report as a PDF for people: the figures, the flagged karyograms with their pictures, and every signed decision.

The same state of a batch gives the same bytes.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from sqlalchemy.orm import Session

from engine.exports.batch_report import facts
from engine.exports.batch_report.cards import Illustrator, card
from engine.exports.batch_report.entries import Entry, entries
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
from engine.exports.batch_report.report import Report
from engine.exports.batch_report.symbols import symbol
from engine.wording import RESEARCH_USE, case_and_cell, count, in_short, named, utc_time
from models.pictures import Limits

PICTURES: Final = 60
"""The most pictures in one report; further flagged karyograms are listed without theirs."""

_GAP: Final = 3.0
_REDACTED: Final = (
    " Of a picture only what was read as chromosomes is shown: what else stands on it may be a name. A chromosome that "
    "was not read is missing here; look at the picture itself before you decide."
)
_LIST: Final = (
    Column("Case and cell", 34),
    Column("Verdict", 32),
    Column("Why", 64),
    Column("Reading", WIDTH - 130),
)
_SIGNED: Final = (
    Column("Case and cell", 34),
    Column("Signed as", 24),
    Column("Karyotype", 34),
    Column("Signed by", 48),
    Column("Signed", WIDTH - 140),
)


def write_pdf(session: Session, report: Report, stream: BinaryIO, limits: Limits, pictures: int = PICTURES) -> int:
    """Write a report as PDF.

    Args:
        session: see ``engine.records.database.open_session``.
        report: what to write.
        stream: a binary file.
        limits: what a picture may be.
        pictures: at most so many flagged karyograms are shown with their picture, the riskiest ones.

    Returns:
        How many karyograms the report has.
    """
    pages = Pages(f"Batch report: {report.batch.name}", _running(report), _foot(report), report.as_of)
    _title(pages, report)
    _outcomes(pages, report)
    _facts_and_reading(pages, report)
    _agreement(pages, report)
    _flagged(pages, session, report, Illustrator(session, limits, report.shown), pictures)
    _signed(pages, session, report)
    pages.number()
    stream.write(pages.output())
    return len(report.order)


def _running(report: Report) -> str:
    return f"Karyotriage · batch report · {report.batch.name} · state of {utc_time(report.as_of)}"


def _foot(report: Report) -> list[str]:
    hashes = ", ".join(model.sha256 for model in report.models) or "no verdict yet"
    policies = "; ".join(map(facts.policy_in_words, report.policies)) or "no verdict yet"
    return [f"Model {report.batch.model} · SHA-256 {hashes}", f"Policy: {policies}", RESEARCH_USE]


def _title(pages: Pages, report: Report) -> None:
    y = pages.paragraph(MARGIN, MARGIN, WIDTH, "Karyotriage · batch report", Style(9, bold=True, colour=ACCENT))
    y = pages.paragraph(MARGIN, y + 1, WIDTH, report.batch.name[:200], Style(21, bold=True))
    uploaded = f"Uploaded {utc_time(report.batch.created_at)} · state of {utc_time(report.as_of)}"
    pages.set_y(pages.paragraph(MARGIN, y + 0.5, WIDTH, uploaded, Style(9, colour=MUTED)) + 4)


def _outcomes(pages: Pages, report: Report) -> None:
    """Draw one card for each outcome; its shape tells as much as its colour."""
    counted = facts.outcome_counts(report)
    width, y = (WIDTH - _GAP * (len(counted) - 1)) / len(counted), pages.get_y()
    for number, ((name, karyograms), outcome) in enumerate(zip(counted, (*facts.OUTCOMES, None), strict=True)):
        x = MARGIN + number * (width + _GAP)
        pages.frame(x, y, width, 19)
        symbol(pages, outcome, x + 3, y + 3)
        pages.line_of(x + 7.5, y + 2.9, width - 8, name.replace("Flagged ", "").capitalize(), Style(6.8, colour=MUTED))
        pages.line_of(x + 3, y + 8, width - 4, f"{karyograms:,}", Style(17, bold=True))
    pages.set_y(y + 22)


def _facts_and_reading(pages: Pages, report: Report) -> None:
    y, half = pages.get_y() + 2, WIDTH * 0.6
    left = y
    for name, value in facts.facts(report):
        pages.line_of(MARGIN, left, 30, name, SMALL)
        left = pages.paragraph(MARGIN + 30, left - 0.2, half - 40, value, PLAIN) + 1
    right = y
    for name, karyograms in facts.reading_counts(report):
        pages.line_of(MARGIN + half, right, WIDTH - half - 16, name, SMALL)
        pages.line_of(MARGIN + WIDTH - 16, right - 0.2, 16, f"{karyograms:,}", STRONG, align="R")
        right += STRONG.height + 1
    pages.set_y(max(left, right))


def _agreement(pages: Pages, report: Report) -> None:
    pages.heading("What people signed, by verdict", keep=34)
    names = [named(outcome) for outcome in facts.OUTCOMES]
    columns = [Column("Signed as", 26), *(Column(name, (WIDTH - 26) / len(names), "R") for name in names)]
    pages.table_head(columns)
    for call, counts in facts.agreement_table(report):
        pages.table_row(columns, [call, *(f"{number:,}" for number in counts)])
    y = pages.get_y() + 1
    for line in facts.agreement_lines(report):
        y = pages.paragraph(MARGIN, y, WIDTH, line, STRONG) + 0.5
    for note in (facts.SCREENED_NOTE, facts.BLIND_NOTE):
        y = pages.paragraph(MARGIN, y, WIDTH, note, SMALL) + 0.5
    pages.set_y(y)


def _flagged(pages: Pages, session: Session, report: Report, illustrator: Illustrator, pictures: int) -> None:
    if not report.flagged:
        return
    shown, listed = report.flagged[:pictures], report.flagged[pictures:]
    pages.heading("Flagged karyograms", keep=60)
    about = _how_many(len(shown), len(listed)) + (
        "" if report.shown.whole_pictures or not report.shown.names else _REDACTED
    )
    pages.set_y(pages.paragraph(MARGIN, pages.get_y(), WIDTH, about, SMALL) + 2)
    for entry in entries(session, report, shown):
        card(pages, entry, illustrator)
    if listed:
        pages.heading("Further flagged karyograms, without pictures")
        pages.table_head(_LIST)
    for entry in entries(session, report, listed):
        why = in_short(entry.karyogram, entry.verdict)
        outcome = named(entry.outcome) if entry.outcome else "Waiting"
        pages.table_row(_LIST, [_name(entry), outcome, why, facts.reading_in_short(entry)])


def _how_many(shown: int, listed: int) -> str:
    if not listed:
        return f"{count(shown, 'karyogram')}, the riskiest first."
    return (
        f"{shown + listed:,} karyograms, the riskiest first. The first {shown} are shown; the other {listed:,} are "
        "listed after these, their pictures left out."
    )


def _signed(pages: Pages, session: Session, report: Report) -> None:
    if not report.signed:
        return
    pages.heading("Signed decisions")
    pages.table_head(_SIGNED)
    for entry in entries(session, report, report.signed):
        result, signed_at = entry.result, entry.signed_at
        if result is not None and signed_at is not None:
            amended = "amended, " if entry.amended else ""
            signers = ", ".join(decision.person for decision in entry.standing)
            call, karyotype = named(result.opinion.call), result.opinion.karyotype
            row = [_name(entry), call, karyotype, signers, amended + utc_time(signed_at)]
            pages.table_row(_SIGNED, row, Style(colour=INK))


def _name(entry: Entry) -> str:
    return case_and_cell(entry.karyogram.case_name, entry.karyogram.cell)
