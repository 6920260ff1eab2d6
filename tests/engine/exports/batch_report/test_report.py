"""What a report says: figures, order, and nothing of what one reader decided before another."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from engine.exports.batch_report import facts, report
from engine.exports.batch_report.entries import entries
from engine.exports.batch_report.formats import Format, file_name
from engine.people import NotAllowedError
from engine.records import reports, store
from engine.records.database import open_session
from engine.records.store import NotFoundError
from engine.reviewing import decisions
from engine.reviews import Call, Review
from engine.wording import RESEARCH_USE
from models.judging.triage import TriageOutcome
from tests.engine.exports.batch_report.conftest import ANNA, DORA, OUTCOMES, SQLITE, Read
from tests.records import NOW


def test_the_figures_count_every_karyogram(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session:
        told = report.read(session, read_batch.batch.id)
    assert told.by_outcome == {
        **{outcome: OUTCOMES.count(outcome) for outcome in OUTCOMES},
        TriageOutcome.FAILED: 1,
    }
    assert (len(told.order), told.waiting, told.refused) == (8, 1, 0)
    assert told.by_review == {
        Review.SIGNED: 4,
        Review.FIRST: 1,
        Review.SECOND: 1,
        Review.NOT_NEEDED: 1,
        Review.WAITING: 1,
    }
    assert told.calls == {
        (Call.ABNORMAL, TriageOutcome.FLAGGED_ABNORMAL): 1,
        (Call.ABNORMAL, TriageOutcome.SCREENED_NORMAL): 1,
        (Call.NORMAL, TriageOutcome.FLAGGED_UNCERTAIN): 1,
        (Call.NOT_ASSESSABLE, TriageOutcome.FLAGGED_UNREADABLE): 1,
    }
    assert (told.missed, told.called(Call.ABNORMAL)) == (1, 2)
    assert [model.sha256 for model in told.models] == ["cd" * 32]


def test_a_missed_abnormal_is_told_as_sensitivity(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session:
        lines = facts.agreement_lines(report.read(session, read_batch.batch.id))
    assert lines[0] == "Of 2 karyograms signed as abnormal, 1 were flagged: 50 % (95 % interval 9.5 to 90.5 %)."
    assert lines[1].startswith("Of 1 screened karyogram that people signed, 0 are normal: 0 %")


def test_the_order_is_that_of_the_reading_list(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session:
        told = report.read(session, read_batch.batch.id)
        listed = [karyogram.id for karyogram, _ in reports.judged(session, read_batch.batch.id)]
        read = [entry.karyogram.id for entry in entries(session, told, told.order)]
    assert list(told.order) == listed == read
    assert told.flagged == told.order[:5]
    assert set(told.signed) == {karyogram.id for karyogram in read_batch.karyograms[:4]}


def test_the_time_of_the_report_is_that_of_the_last_change_a_reader_may_see(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session:
        assert report.read(session, read_batch.batch.id).as_of == NOW + timedelta(hours=30)


@SQLITE
@pytest.mark.parametrize("kind", list(Format))
def test_no_format_tells_what_one_reader_decided_before_the_other_has(read_batch: Read, kind: Format) -> None:
    assert b"nobody may see this yet" not in read_batch.written(kind)
    with open_session(read_batch.engine) as session:
        (decision,) = decisions.of(session, read_batch.karyograms[4].id)
    assert decision.opinion.comment == "nobody may see this yet"


@SQLITE
@pytest.mark.parametrize("kind", list(Format))
def test_the_same_state_gives_the_same_bytes(read_batch: Read, kind: Format) -> None:
    assert read_batch.written(kind) == read_batch.written(kind)


def test_who_may_not_export_gets_nothing(read_batch: Read) -> None:
    with pytest.raises(NotAllowedError, match="Dora is read only and may not export"):
        read_batch.written(Format.CSV, DORA)
    assert read_batch.written(Format.CSV, ANNA).count(b"\r\n") == 1 + 8


def test_unknown_batch_is_told(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session, pytest.raises(NotFoundError):
        report.read(session, "0" * 32)


def test_the_names_of_files_hold_nothing_that_people_typed(read_batch: Read) -> None:
    with open_session(read_batch.engine) as session:
        batch = store.add_batch(session, "../=A1 ☃", "pixels", 5, NOW)
    names = [file_name(batch, kind) for kind in Format]
    start = f"karyotriage_{batch.id[:8]}."
    assert names == [start + suffix for suffix in ("csv", "json", "xlsx", "pdf", "fhir.json")]


def test_json_holds_the_decisions_with_the_ones_they_amend(read_batch: Read) -> None:
    told: dict[str, Any] = json.loads(read_batch.written(Format.JSON))
    assert (told["batch"]["name"], told["research_use"], told["waiting"]) == ("Monday", RESEARCH_USE, 1)
    by_id = {one["id"]: one for one in told["karyograms"]}
    amended = by_id[read_batch.karyograms[3].id]
    first, old, new = amended["decisions"]
    assert (new["amends"], new["opinion"]["reason"]) == (old["id"], "a word was missing")
    assert amended["result"] == first["id"]
    assert by_id[read_batch.karyograms[4].id]["decisions"] == []
    assert by_id[read_batch.karyograms[7].id]["verdict"] is None
    assert len(amended["verdict"]["pass_probabilities"]) == 3
