"""Reports over both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from engine.records import reports, store
from engine.records.database import open_session
from engine.vocabulary import FileProblem, KaryogramState, ProblemKind
from models.judging.triage import TriageOutcome
from tests.records import NOW, add_batch, karyograms, png, verdict

LATER = NOW + timedelta(seconds=20)


def test_an_empty_record_store(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        assert reports.batch_summaries(session) == []
        assert reports.failed(session) == []


def test_a_batch_without_an_accepted_picture(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    problem = FileProblem("notes.txt", ProblemKind.NOT_AN_IMAGE, "expected a picture")
    with open_session(sql_engine) as session:
        store.add_problem(session, batch.id, problem, NOW)
        (summary,) = reports.batch_summaries(session)
        assert summary == reports.BatchSummary(batch, accepted=0, refused=1, waiting=0, by_outcome={}, finished_at=NOW)
        assert reports.problems(session, batch.id) == [problem]
        progress = reports.progress(session, batch.id, LATER)
    assert progress == reports.Progress(0, 0, 0, 1, 0, True, None, None)


def test_summaries_count_what_is_in_each_batch(sql_engine: Engine) -> None:
    old = add_batch(sql_engine, png(1), png(2), png(3), png(4))
    new = add_batch(sql_engine, png(5), now=LATER)
    one, two, three, four, waiting = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(one, TriageOutcome.SCREENED_NORMAL))
        store.save_verdict(session, verdict(two, TriageOutcome.FLAGGED_ABNORMAL, created_at=LATER))
        store.save_verdict(session, verdict(three, TriageOutcome.FLAGGED_ABNORMAL))
        store.save_verdict(session, verdict(three, TriageOutcome.SCREENED_NORMAL, model="another"))
        store.fail(session, four.id, "cut off")
        assert waiting.batch_id == new.id
        newest, oldest = reports.batch_summaries(session)
    assert newest == reports.BatchSummary(new, accepted=1, refused=0, waiting=1, by_outcome={}, finished_at=None)
    counts = {TriageOutcome.SCREENED_NORMAL: 1, TriageOutcome.FLAGGED_ABNORMAL: 2, TriageOutcome.FAILED: 1}
    assert oldest == reports.BatchSummary(old, 4, 0, 0, by_outcome=counts, finished_at=LATER)


def test_batches_are_found_by_a_part_of_their_name_and_cut_into_pages(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        names = ["Monday", "Tuesday 100 %", "monday late", "Wednesday"]
        for hour, name in enumerate(names):
            store.add_batch(session, name, "pixels", 5, NOW + timedelta(hours=hour))

        def found(named: str, limit: int | None = None, offset: int = 0) -> list[str]:
            summaries = reports.batch_summaries(session, named=named, limit=limit, offset=offset)
            return [summary.batch.name for summary in summaries]

        assert found("") == names[::-1]
        assert found(" MON ") == ["monday late", "Monday"]
        assert found("%") == ["Tuesday 100 %"]
        assert found("", limit=2) == ["Wednesday", "monday late"]
        assert found("", limit=2, offset=3) == ["Monday"]
        assert [reports.count_batches(session, named) for named in ("", "mon", "nothing")] == [4, 2, 0]


def test_a_page_of_batches_counts_like_the_whole_list(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), png(2))
    add_batch(sql_engine, png(3), now=LATER)
    first, second, _ = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        assert reports.any_waiting(session)
        store.save_verdict(session, verdict(first, TriageOutcome.FLAGGED_ABNORMAL))
        store.fail(session, second.id, "cut off")
        everything = reports.batch_summaries(session)
        pages = [reports.batch_summaries(session, limit=1, offset=place) for place in (0, 1, 2)]
    assert everything[1].by_outcome == {TriageOutcome.FLAGGED_ABNORMAL: 1, TriageOutcome.FAILED: 1}
    assert pages == [[everything[0]], [everything[1]], []]


def test_nothing_waits_once_all_are_done(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(karyogram))
        assert not reports.any_waiting(session)


def test_progress_counts_and_foresees(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, *(png(number, (100, 100)) for number in range(8)))
    waiting = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        assert reports.progress(session, batch.id, LATER).seconds_left is None
        for karyogram in waiting[:4]:
            store.save_verdict(session, verdict(karyogram, created_at=NOW + timedelta(seconds=10)))
        store.fail(session, waiting[4].id, "cut off")
        progress = reports.progress(session, batch.id, LATER)
    # four in the twenty seconds since the upload, three to go
    assert progress == reports.Progress(8, 4, 1, 0, 3, False, seconds_left=15.0, pictures_per_second=0.2)


def test_speed_forgets_what_is_older_than_a_minute(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1), png(2), png(3))
    first, second, _ = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(first, created_at=NOW))
        store.save_verdict(session, verdict(second, created_at=NOW + timedelta(seconds=100)))
        progress = reports.progress(session, batch.id, NOW + timedelta(seconds=120))
        assert progress.pictures_per_second == pytest.approx(1 / 60)
        assert reports.progress(session, batch.id, NOW + timedelta(seconds=300)).pictures_per_second is None


def test_progress_of_nothing_is_refused(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(store.NotFoundError, match="nobody"):
        reports.progress(session, "nobody", NOW)


def test_the_reading_list_starts_with_the_highest_risk(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, *(png(number, (100, 100)) for number in range(7)))
    calm, likely, less, failing, unreadable, waiting, doubtful = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(calm, TriageOutcome.SCREENED_NORMAL, calibrated=0.01))
        store.save_verdict(session, verdict(likely, TriageOutcome.FLAGGED_ABNORMAL, calibrated=0.9))
        store.save_verdict(session, verdict(less, TriageOutcome.FLAGGED_ABNORMAL, calibrated=0.6))
        store.fail(session, failing.id, "cut off")
        store.save_verdict(session, verdict(unreadable, TriageOutcome.FLAGGED_UNREADABLE))
        store.save_verdict(session, verdict(doubtful, TriageOutcome.FLAGGED_UNCERTAIN))
        rows = reports.judged(session, batch.id)
    expected = [failing, unreadable, likely, less, doubtful, calm, waiting]
    assert [karyogram.id for karyogram, _ in rows] == [one.id for one in expected]
    assert rows[0][1] is None
    assert rows[0][0].state is KaryogramState.FAILED
    assert rows[2][1] == verdict(likely, TriageOutcome.FLAGGED_ABNORMAL, calibrated=0.9)
    assert rows[-1] == (waiting, None)


def test_the_reading_list_of_another_model(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    other = verdict(karyogram, model="another")
    with open_session(sql_engine) as session:
        store.save_verdict(session, other)
        assert [found for _, found in reports.judged(session, batch.id, "another")] == [other]
        assert [found for _, found in reports.judged(session, batch.id)] == [None]
        with pytest.raises(store.NotFoundError):
            reports.judged(session, "nobody")


def test_case_mates_are_the_others_of_the_case(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), png(2), png(3))
    add_batch(sql_engine, png(4), now=LATER)  # also P001, in another batch
    first, second, third, stranger = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        assert reports.case_mates(session, second) == [first, third]
        assert reports.case_mates(session, stranger) == []


def test_failed_ones_of_all_batches_newest_first(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), png(2))
    add_batch(sql_engine, png(3), now=LATER)
    first, _, last = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.fail(session, first.id, "a")
        store.fail(session, last.id, "b")
        assert [(one.id, one.failure) for one in reports.failed(session)] == [(last.id, "b"), (first.id, "a")]
        assert [one.id for one in reports.failed(session, limit=1)] == [last.id]
        assert reports.count_failed(session) == 2
        assert reports.failed_ids(session) == [first.id, last.id]
