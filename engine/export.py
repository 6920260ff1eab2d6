"""A batch as a table: one row for each karyogram, with every field of its verdict, for spreadsheets and statistics.

The columns stand in the order of ``COLUMNS``. Figures are written so that reading them gives the very same numbers.
A karyogram without a verdict has empty cells there, with "waiting" or "failed" in the column "outcome".
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import fields
from typing import Final, TextIO, TypeAlias

from sqlalchemy.orm import Session

from engine import reports, store
from engine.vocabulary import Batch, Karyogram, KaryogramState, Verdict
from models.judging.triage import Finding, Policy, TriageOutcome
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
COLUMNS: Final = (*_KARYOGRAM_COLUMNS, *_VERDICT_COLUMNS)

# A cell that begins so is a formula for a spreadsheet, which could then run what a file was named (CWE-1236).
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows(session: Session, batch_id: str) -> Iterator[Row]:
    """Read a batch as rows, the riskiest karyogram first, with the columns of ``COLUMNS``.

    Args:
        session: see ``engine.database.open_session``.
        batch_id: of the batch.

    Raises:
        NotFoundError: if there is no such batch.
    """
    batch = store.batch(session, batch_id)
    return (
        _of_karyogram(batch, karyogram, verdict) | _of_verdict(batch, karyogram, verdict)
        for karyogram, verdict in reports.judged(session, batch_id)
    )


def write_csv(session: Session, batch_id: str, stream: TextIO) -> int:
    """Write a batch as CSV (RFC 4180) with a header.

    Args:
        session: see ``engine.database.open_session``.
        batch_id: of the batch.
        stream: a text file opened with ``newline=""``, or ``io.StringIO(newline="")``.

    Returns:
        How many karyograms were written.

    Raises:
        NotFoundError: if there is no such batch; nothing is written then.
    """
    table = [{name: harmless(value) for name, value in row.items()} for row in rows(session, batch_id)]
    writer = csv.DictWriter(stream, COLUMNS)
    writer.writeheader()
    writer.writerows(table)
    return len(table)


def harmless(value: Cell) -> Cell:
    """Put an apostrophe before text that a spreadsheet would take for a formula; numbers stay as they are."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value


def _of_karyogram(batch: Batch, karyogram: Karyogram, verdict: Verdict | None) -> Row:
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
        "outcome": _outcome(karyogram, verdict),
        "failure": karyogram.failure or "",
    }


def _outcome(karyogram: Karyogram, verdict: Verdict | None) -> str:
    if karyogram.state is KaryogramState.FAILED:
        return TriageOutcome.FAILED
    return verdict.outcome if verdict else WAITING


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


def _finding(finding: Finding) -> str:
    """The chromosome stands first, so that "+21" does not look like a formula."""
    return f"{finding.chromosome}: {finding.text} ({finding.probability!r})"
