"""The PDF as a reader opens it: its words, its pictures, and the foot of every page."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, event

from engine.exports.batch_report import paper, report
from engine.exports.batch_report.formats import Format
from engine.records import store
from engine.records.database import open_session
from engine.wording import RESEARCH_USE
from models.judging.triage import TriageOutcome
from models.pictures import DEFAULT_LIMITS
from tests.engine.exports.batch_report.conftest import SQLITE, Read, add, judge
from tests.records import NOW

pytestmark = SQLITE


def opened(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def pictures(reader: PdfReader) -> int:
    return sum(len(page.images) for page in reader.pages)


def drawn(engine: Engine, batch_id: str, most: int = paper.PICTURES) -> PdfReader:
    stream = io.BytesIO()
    with open_session(engine) as session:
        paper.write_pdf(session, report.read(session, batch_id), stream, DEFAULT_LIMITS, most)
    return opened(stream.getvalue())


def test_every_page_has_its_number_the_policy_the_model_and_the_research_use_line(read_batch: Read) -> None:
    reader = opened(read_batch.written(Format.PDF))
    for number, page in enumerate(reader.pages, 1):
        text = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(reader.pages)}" in text
        assert RESEARCH_USE in text
        assert f"Model pixels · SHA-256 {'cd' * 32}" in text
        assert "pass agreement at least 90 %" in text
        assert tuple(map(round, page.mediabox[2:])) == (595, 842)  # A4


def test_flagged_karyograms_are_shown_with_reason_finding_and_decision(read_batch: Read) -> None:
    reader = opened(read_batch.written(Format.PDF))
    text = words(reader)
    assert pictures(reader) == 4
    assert "Left out: no chromosome was read on it." in text  # the one that no engine could judge
    assert "1 of 3 passes vote abnormal." in text
    assert "+21 · chromosome 21: three copies (3 of 3 passes)" in text
    assert "Signed as abnormal 47,XY,+21 by Anna Åkesson, Ben" in text
    assert "No engine could judge it: the engine stopped three times" in text
    assert "Waiting for a second reader" in text
    assert "Of 2 karyograms signed as abnormal, 1 were flagged: 50 %" in text
    assert reader.metadata is not None
    assert reader.metadata.title == "Batch report: Monday"


def test_pictures_beyond_the_limit_are_left_out_and_counted(read_batch: Read) -> None:
    reader = drawn(read_batch.engine, read_batch.batch.id, most=2)
    assert pictures(reader) == 1
    text = words(reader)
    assert "5 karyograms, the riskiest first. The first 2 are shown; the other 3 are listed after these" in text
    assert "Further flagged karyograms, without pictures" in text


def test_pictures_are_read_one_at_a_time_and_only_those_that_are_shown(read_batch: Read) -> None:
    asked: list[str] = []

    @event.listens_for(read_batch.engine, "before_cursor_execute")
    def remember(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    drawn(read_batch.engine, read_batch.batch.id, most=2)
    assert sum("FROM pictures" in statement for statement in asked) == 2
    asked.clear()
    for kind in set(Format) - {Format.PDF}:
        read_batch.written(kind)
    assert asked
    assert not any("pictures" in statement for statement in asked)


@pytest.mark.parametrize("name", ["Łódź Åse Çelik Ñandú µm ≥ Ωмега", "Đặng Ħ ſß ŉ", "Cafe\u0301"])
def test_any_name_can_be_read(sql_engine: Engine, name: str) -> None:
    composed = name.replace("e\u0301", "é")
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, name, "pixels", 5, NOW)
        session.commit()
    assert composed in words(drawn(sql_engine, batch.id))


def test_what_no_font_can_draw_is_told_by_its_number(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "患\x07者" + "W" * 500, "pixels", 5, NOW)
        karyogram = add(session, batch, 1, case="ł" * 300, file="a" * 255, data=b"no picture any more")
        judge(session, karyogram, TriageOutcome.FLAGGED_ABNORMAL)
        session.commit()
    text = words(drawn(sql_engine, batch.id))
    assert "[U+60A3]" in text
    assert "This picture cannot be decoded any more." in text


def test_an_empty_batch_is_one_page(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Nothing", "pixels", 5, NOW)
        session.commit()
    reader = drawn(sql_engine, batch.id)
    assert len(reader.pages) == 1
    assert "nothing can be said of sensitivity" in words(reader)
