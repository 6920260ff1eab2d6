"""The workbook as a spreadsheet program opens it."""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime

from openpyxl import Workbook, load_workbook
from sqlalchemy import Engine

from engine.exports.batch_report.formats import Format, write
from engine.records import store
from engine.records.database import open_session
from models.pictures import DEFAULT_LIMITS
from tests.engine.exports.batch_report.conftest import SQLITE, Read, add
from tests.records import NOW

pytestmark = SQLITE


def opened(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def records(book: Workbook, sheet: str) -> list[dict[str, object]]:
    header, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_each_sheet_is_there_and_its_header_stays_in_sight(read_batch: Read) -> None:
    book = opened(read_batch.written(Format.XLSX))
    assert book.sheetnames == ["Summary", "Karyograms", "Decisions", "Policy"]
    assert [book[name].freeze_panes for name in book.sheetnames] == [None, "A2", "A2", "A2"]
    assert book["Karyograms"].column_dimensions["D"].width > 40
    assert book["Karyograms"].auto_filter.ref is not None


def test_times_are_real_dates_and_figures_numbers(read_batch: Read) -> None:
    rows = records(opened(read_batch.written(Format.XLSX)), "Karyograms")
    assert len(rows) == 8
    flagged = next(row for row in rows if row["Outcome"] == "Flagged abnormal")
    assert flagged["Received at (UTC)"] == NOW.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    assert isinstance(flagged["Signed at (UTC)"], datetime)
    assert flagged["Mean probability"] == 1 / 3
    assert (flagged["Call"], flagged["Karyotype"]) == ("Abnormal", "47,XY,+21")
    assert flagged["Signed by"] == "Anna Åkesson (first); Ben (second)"


def same(value: object, text: str) -> bool:
    """Whether a cell says what the CSV says, in the kind of a spreadsheet: no text, a date, a number, or its words."""
    if isinstance(value, datetime):
        return value == datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    if isinstance(value, int | float):
        return math.isclose(value, float(text), rel_tol=1e-12)
    return (value or "") in (text, text.replace("_", " ").capitalize())


def test_each_cell_says_what_the_csv_says(read_batch: Read) -> None:
    table = list(csv.DictReader(io.StringIO(read_batch.written(Format.CSV).decode(), newline="")))
    found = records(opened(read_batch.written(Format.XLSX)), "Karyograms")
    rows = [
        {name.removesuffix(" (UTC)").replace(" ", "_").lower(): value for name, value in row.items()} for row in found
    ]
    assert set(table[0]) - set(rows[0]) == {"batch", "batch_id", "pass_probabilities"}
    wrong = [
        (name, value, line[name])
        for line, row in zip(table, rows, strict=True)
        for name, value in row.items()
        if not same(value, line[name].removeprefix("'"))
    ]
    assert wrong == []


def test_decisions_are_those_of_signed_karyograms_amended_ones_too(read_batch: Read) -> None:
    rows = records(opened(read_batch.written(Format.XLSX)), "Decisions")
    assert len(rows) == 2 + 2 + 3 + 3
    (new,) = [row for row in rows if row["Amends"]]
    (old,) = [row for row in rows if row["Decision"] == new["Amends"]]
    assert (old["Stands"], new["Stands"], new["Reason"]) == ("no", "yes", "a word was missing")


def test_summary_and_policy_say_what_judged(read_batch: Read) -> None:
    book = opened(read_batch.written(Format.XLSX))
    told = {row[0]: row[1:] for row in book["Summary"].iter_rows(values_only=True)}
    assert told["SHA-256 of the model"][0] == "cd" * 32
    assert told["Flagged abnormal"][0] == 1
    assert told["Abnormal"] == (1, 0, 0, 0, 1)
    policy = {row[0]: row[1] for row in book["Policy"].iter_rows(values_only=True)}
    assert (policy["Pass agreement"], policy["SHA-256"]) == ("at least 90 %", "cd" * 32)


def test_text_that_looks_like_a_formula_stays_text(sql_engine: Engine) -> None:
    hostile = ("=1+1", "+1", "-1", '@SUM(A1)\n=HYPERLINK("http://evil")')
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "=cmd|' /C calc'!A0", "pixels", 5, NOW)
        for number, text in enumerate(hostile):
            add(session, batch, number, case=text, file=f"http://{text}.png")
        session.commit()
        stream = io.BytesIO()
        write(session, batch.id, Format.XLSX, stream, DEFAULT_LIMITS)
    book = opened(stream.getvalue())
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    cells = [row[0] for row in book["Karyograms"].iter_rows(min_row=2)]
    assert sorted(str(cell.value) for cell in cells) == sorted(hostile)
    assert all(cell.quotePrefix for cell in cells)
    assert not any(cell.hyperlink for row in book["Karyograms"].iter_rows() for cell in row)
