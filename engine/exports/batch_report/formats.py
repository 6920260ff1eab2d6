"""The formats of a report: how each is called, and one function that writes any of them."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import BinaryIO, Final, TextIO

from sqlalchemy.orm import Session

from engine.exports import export
from engine.exports.batch_report import pseudonyms, report
from engine.exports.batch_report.fhir import write_fhir
from engine.exports.batch_report.json_file import write_json
from engine.exports.batch_report.report import Report
from engine.exports.batch_report.workbook import write_xlsx
from engine.exports.redaction import BY_DEFAULT, Shown
from engine.people import Action, Person, require
from engine.records import audit
from engine.vocabulary import Batch
from models.pictures import Limits


class Format(StrEnum):
    """How a report is written."""

    CSV = "csv"
    JSON = "json"
    XLSX = "xlsx"
    PDF = "pdf"
    FHIR = "fhir"


MEDIA_TYPES: Final = {
    Format.CSV: "text/csv",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
    Format.FHIR: "application/fhir+json",
}
_SUFFIXES: Final = {Format.FHIR: "fhir.json"}


def file_name(batch: Batch, kind: Format) -> str:
    """Return a name for the file that is safe everywhere: nothing that people typed is in it."""
    return f"karyotriage_{batch.id[:8]}.{_SUFFIXES.get(kind, kind.value)}"


def _record(session: Session, person: Person | None, batch_id: str, details: Mapping[str, object]) -> None:
    """Enter an export into the audit trail, before the first byte is written."""
    who = person.name if person else audit.SHELL
    now, subject = datetime.now(UTC), f"batch {batch_id}"
    audit.record(session, now, person=who, action="export", subject=subject, details=details)
    session.commit()


def write(
    session: Session,
    batch_id: str,
    kind: Format,
    stream: BinaryIO,
    limits: Limits,
    *,
    shown: Shown = BY_DEFAULT,
    person: Person | None = None,
) -> int:
    """Write the report of a batch.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.
        kind: in which format.
        stream: a binary file; nothing is written to it where an error is raised for the batch or the person.
        limits: what a picture may be, for decoding those that the report shows.
        shown: how much of patients; without names there are no pictures.
        person: who asks, where that is known.

    Returns:
        How many karyograms the report has; in FHIR these are the signed ones.

    Raises:
        NotAllowedError: the role of this person may not export.
        NotFoundError: there is no such batch.
    """
    if person is not None:
        require(person, Action.EXPORT)
    read = replace(report.read(session, batch_id), shown=shown)
    if not shown.names:
        read = pseudonyms.of_report(read)
    _record(session, person, batch_id, {"as": kind, **asdict(shown)})
    if kind is Format.PDF:
        from engine.exports.batch_report.paper import write_pdf  # what draws pages takes most of a second to load

        return write_pdf(session, read, stream, limits)
    if kind is Format.XLSX:
        return write_xlsx(session, read, stream)
    with _as_text(stream) as text:
        return _TEXTS[kind](session, read, text)


_TEXTS: Final[dict[Format, Callable[[Session, Report, TextIO], int]]] = {
    Format.CSV: export.write_report,
    Format.JSON: write_json,
    Format.FHIR: write_fhir,
}


@contextmanager
def _as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """A text file in UTF-8 over a binary one, which stays open; line ends are written as they are."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
    try:
        yield text
    finally:
        text.detach()
