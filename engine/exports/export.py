"""A batch as a table: one row for each karyogram, with its verdict and what people decided, for statistics.

The columns stand in the order of ``COLUMNS``. Figures are written so that reading them gives the very same numbers.
A karyogram without a verdict has empty cells there, with "waiting" or "failed" in the column "outcome".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Final, TextIO, TypeAlias

from sqlalchemy.orm import Session

from engine.exports.batch_report import report
from engine.exports.batch_report.entries import Entry, entries
from engine.exports.batch_report.report import Report
from engine.reviews import Decision
from engine.vocabulary import Batch, Karyogram, Verdict
from models.judging.triage import Finding, Policy
from models.judging.uncertainty import Measures

Cell: TypeAlias = str | int | float
Row: TypeAlias = dict[str, Cell]

WAITING: Final = "waiting"

_KARYOGRAM_COLUMNS: Final = (
    "batch_id",
    "batch",
    "karyogram_id",
    "case",
    "cell",
    "file",
    "page",
    "width",
    "height",
    "received_at",
    "outcome",
    "failure",
)
_MEASURE_COLUMNS: Final = tuple(field.name for field in fields(Measures))
_POLICY_COLUMNS: Final = tuple(field.name for field in fields(Policy))
_VERDICT_COLUMNS: Final = (
    "reasons",
    "refusals",
    "findings",
    "findings_in_words",
    "suggestion",
    "no_suggestion",
    *_MEASURE_COLUMNS,
    *_POLICY_COLUMNS,
    "policy_version",
    "distance",
    "model",
    "model_sha256",
    "image_sha256",
    "seed",
    "precision",
    "engine",
    "seconds",
    "judged_at",
    "pass_probabilities",
)
_DECISION_COLUMNS: Final = (
    "review",
    "call",
    "karyotype",
    "decided_findings",
    "comment",
    "reason",
    "signed_by",
    "signed_at",
    "amended",
)
COLUMNS: Final = (*_KARYOGRAM_COLUMNS, *_VERDICT_COLUMNS, *_DECISION_COLUMNS)

# A cell that begins so is a formula for a spreadsheet, which could then run what a file was named (CWE-1236).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows(session: Session, batch_id: str) -> Iterator[Row]:
    """Read a batch as rows, the riskiest karyogram first, with the columns of ``COLUMNS``.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.

    Raises:
        NotFoundError: if there is no such batch.
    """
    return of_report(session, report.read(session, batch_id))


def of_report(session: Session, read: Report) -> Iterator[Row]:
    """Read the rows of a report, a few at a time."""
    for entry in entries(session, read, read.order):
        karyogram, verdict = entry.karyogram, entry.verdict
        yield {
            **_of_karyogram(read.batch, karyogram, entry.outcome or WAITING),
            **_of_verdict(read.batch, karyogram, verdict),
            **_of_decisions(entry),
        }


def write_csv(session: Session, batch_id: str, stream: TextIO) -> int:
    """Write a batch as CSV (RFC 4180) with a header.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.
        stream: a text file opened with ``newline=""``, or ``io.StringIO(newline="")``.

    Returns:
        How many karyograms were written.

    Raises:
        NotFoundError: if there is no such batch; nothing is written then.
    """
    return write_report(session, report.read(session, batch_id), stream)


def write_report(session: Session, read: Report, stream: TextIO) -> int:
    """Write a report that was read as CSV; returns how many karyograms it has."""
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    for row in of_report(session, read):
        writer.writerow({name: harmless(value) for name, value in row.items()})
    return len(read.order)


def harmless(value: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _of_karyogram(batch: Batch, karyogram: Karyogram, outcome: str) -> Row:
    return {
        "batch_id": batch.id,
        "batch": batch.name,
        "karyogram_id": karyogram.id,
        "case": karyogram.case_name,
        "cell": karyogram.cell,
        "file": karyogram.file_name,
        "page": karyogram.page + 1,
        "width": karyogram.width,
        "height": karyogram.height,
        "received_at": karyogram.created_at.isoformat(),
        "outcome": outcome,
        "failure": karyogram.failure or "",
    }


def _of_verdict(batch: Batch, karyogram: Karyogram, verdict: Verdict | None) -> Row:
    if verdict is None:
        return {**dict.fromkeys(_VERDICT_COLUMNS, ""), "model": batch.model, "image_sha256": karyogram.image_sha256}
    return {
        "reasons": "; ".join(verdict.reasons),
        "refusals": "; ".join(verdict.refusals),
        "findings": "; ".join(map(_finding, verdict.findings)),
        "findings_in_words": "; ".join(finding.in_words for finding in verdict.findings),
        "suggestion": (verdict.suggestion and verdict.suggestion.iscn) or "",
        "no_suggestion": verdict.suggestion.reason if verdict.suggestion else "",
        **vars(verdict.measures),
        **vars(verdict.policy),
        "policy_version": "" if verdict.policy_version is None else verdict.policy_version,
        "distance": "" if verdict.distance is None else verdict.distance,
        "model": verdict.model,
        "model_sha256": verdict.model_sha256,
        "image_sha256": verdict.image_sha256,
        "seed": verdict.seed,
        "precision": verdict.precision,
        "engine": verdict.engine,
        "seconds": verdict.seconds,
        "judged_at": verdict.created_at.isoformat(),
        "pass_probabilities": " ".join(map(repr, verdict.pass_probabilities)),  # a thousand still fit in a cell
    }


def _of_decisions(entry: Entry) -> Row:
    review, result, signed_at = entry.karyogram.review, entry.result, entry.signed_at
    if result is None or signed_at is None:
        return {**dict.fromkeys(_DECISION_COLUMNS, ""), "review": review}
    return {
        "review": review,
        "call": result.opinion.call,
        "karyotype": result.opinion.karyotype,
        "decided_findings": "; ".join(result.opinion.findings),
        "comment": _said(entry.standing, "comment"),
        "reason": _said(entry.standing, "reason"),
        "signed_by": signers(entry),
        "signed_at": signed_at.isoformat(),
        "amended": "yes" if entry.amended else "no",
    }


def signers(entry: Entry) -> str:
    """Who signed, each with their place, such as ``Anna (first); Ben (second)``."""
    return "; ".join(f"{decision.person} ({decision.place})" for decision in entry.standing)


def _said(made: Sequence[Decision], field: str) -> str:
    """What each reader wrote there, with their name; blank where nobody wrote anything."""
    written = [(decision.person, getattr(decision.opinion, field)) for decision in made]
    return "; ".join(f"{person}: {text}" for person, text in written if text)


def _finding(finding: Finding) -> str:
    """The chromosome stands first, so that "+21" does not look like a formula."""
    return f"{finding.chromosome}: {finding.in_short} ({finding.probability!r})"
