"""One suite over both databases: what is written is read back, unchanged and once."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from engine.intake import duplicates
from engine.records import reports, store
from engine.records.database import open_session
from engine.vocabulary import FileProblem, KaryogramState, ProblemKind
from models.judging.suggestion import Suggestion
from tests.records import NOW, add_batch, karyograms, png, reading, verdict


def test_batch_comes_back_as_it_was(sql_engine: Engine) -> None:
    berlin = timezone(timedelta(hours=2))
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday, 3rd: ü", "vgg16", 100, NOW.astimezone(berlin))
        session.commit()
    with open_session(sql_engine) as session:
        found = store.batch(session, batch.id)
    assert found == batch
    assert found.created_at.tzinfo is UTC


def test_nothing_is_kept_without_a_commit(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday", "vgg16", 100, NOW)
    with open_session(sql_engine) as session, pytest.raises(store.NotFoundError, match=batch.id):
        store.batch(session, batch.id)


def test_naive_times_are_refused(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(Exception, match="timezone-aware"):
        store.add_batch(session, "Monday", "vgg16", 100, datetime(2026, 1, 1))


@pytest.mark.parametrize("read", [store.batch, store.karyogram, store.picture, store.requeue])
def test_what_is_not_there_is_named(sql_engine: Engine, read: object) -> None:
    with open_session(sql_engine) as session, pytest.raises(store.NotFoundError, match="nobody"):
        read(session, "nobody")  # type: ignore[operator]


def test_passes_must_be_positive(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(ValueError, match="passes must be at least 1, got 0"):
        store.add_batch(session, "Monday", "vgg16", 0, NOW)


def test_a_case_is_found_again_in_its_batch_only(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session:
        first, second = (store.add_batch(session, name, "vgg16", 100, NOW) for name in ("a", "b"))
        case = store.find_or_add_case(session, first.id, "P001")
        assert store.find_or_add_case(session, first.id, "P001") == case
        assert store.find_or_add_case(session, first.id, "P002").id != case.id
        assert store.find_or_add_case(session, second.id, "P001").id != case.id


def test_a_case_added_by_several_at_once_is_one_case(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)

    def add(_: int) -> str:
        with open_session(sql_engine) as session:
            case = store.find_or_add_case(session, batch.id, "P002")
            session.commit()
        return case.id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(add, range(40)))) == 1


def test_the_same_bytes_are_kept_once(sql_engine: Engine) -> None:
    data = bytes(range(256)) * 5000
    with open_session(sql_engine) as session:
        sha256 = store.add_picture(session, data, "image/png")
        assert store.add_picture(session, data, "image/png") == sha256 == hashlib.sha256(data).hexdigest()
        session.commit()
    with open_session(sql_engine) as session:
        assert store.picture(session, sha256) == data


def test_the_same_bytes_added_by_several_at_once_are_kept_once(sql_engine: Engine) -> None:
    def add(_: int) -> str:
        with open_session(sql_engine) as session:
            sha256 = store.add_picture(session, b"the same", "image/png")
            session.commit()
        return sha256

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(add, range(40)))) == 1


def test_karyograms_come_back_in_the_order_asked_for(sql_engine: Engine) -> None:
    add_batch(sql_engine, *(png(number, (100, 100)) for number in range(4)))
    ids = [one.id for one in karyograms(sql_engine)]
    with open_session(sql_engine) as session:
        found = store.karyograms(session, [ids[2], "nobody", ids[0], ids[2]])
        assert [one.id for one in found] == [ids[2], ids[0]]
        assert found[0] == store.karyogram(session, ids[2])
    assert found[0].case_name == "P001"
    assert found[0].state is KaryogramState.QUEUED
    assert found[0].file_name == "P001_c2.png"


def test_more_karyograms_than_fit_into_one_statement(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (known,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        found = store.karyograms(session, [*(f"nobody {number}" for number in range(40_000)), known.id])
    assert found == [known]


def test_a_case_of_another_batch_is_refused(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (known,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        other = store.add_batch(session, "other", "vgg16", 100, NOW)
        case = store.find_or_add_case(session, known.batch_id, "P001")
        with pytest.raises(ValueError, match="case must belong to batch"):
            store.add_karyogram(
                session,
                batch=other,
                case=case,
                cell="1",
                file_name="x.png",
                page=0,
                image_sha256=known.image_sha256,
                width=1,
                height=1,
                now=NOW,
            )


def test_a_verdict_comes_back_to_the_last_bit(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    written = verdict(karyogram)
    with open_session(sql_engine) as session:
        assert store.save_verdict(session, written)
        session.commit()
    with open_session(sql_engine) as session:
        assert store.verdict(session, karyogram.id) == written
        assert store.karyogram(session, karyogram.id).state is KaryogramState.JUDGED


@pytest.mark.parametrize("suggestion", [None, Suggestion("47,XX,+21"), Suggestion(None, "the passes do not agree")])
def test_a_suggestion_comes_back_or_none_does(sql_engine: Engine, suggestion: Suggestion | None) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, replace(verdict(karyogram), suggestion=suggestion, refusals=()))
        found = store.verdict(session, karyogram.id)
    assert found is not None
    assert (found.suggestion, found.refusals) == (suggestion, ())


def test_what_was_read_comes_back_to_the_last_bit(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    written = verdict(karyogram, reading=reading())
    with open_session(sql_engine) as session:
        assert store.save_verdict(session, written)
        session.commit()
    with open_session(sql_engine) as session:
        assert store.verdict(session, karyogram.id) == written
        ((_, listed),) = reports.judged(session, karyogram.batch_id)
    assert listed == replace(written, reading=None)  # a list of thousands would be slow with all of them


def test_a_second_verdict_of_the_same_model_changes_nothing(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    first = verdict(karyogram, calibrated=0.1)
    with open_session(sql_engine) as session:
        assert store.save_verdict(session, first)
        assert not store.save_verdict(session, verdict(karyogram, calibrated=0.9))
        assert store.verdicts_of(session, karyogram.id) == [first]


def test_verdicts_of_several_models_stand_side_by_side(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), model="pixels")
    (karyogram,) = karyograms(sql_engine)
    asked_for = verdict(karyogram, created_at=NOW + timedelta(seconds=1))
    other = verdict(karyogram, model="another")
    with open_session(sql_engine) as session:
        assert store.verdict(session, karyogram.id) is None
        store.save_verdict(session, other)
        store.save_verdict(session, asked_for)
        assert store.verdict(session, karyogram.id) == asked_for
        assert store.verdict(session, karyogram.id, "another") == other
        assert store.verdict(session, karyogram.id, "a third") is None
        assert store.verdicts_of(session, karyogram.id) == [other, asked_for]


def test_a_verdict_saved_by_several_at_once_counts_once(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)

    def save(number: int) -> bool:
        with open_session(sql_engine) as session:
            saved = store.save_verdict(session, verdict(karyogram, calibrated=number / 100))
            session.commit()
        return saved

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(40))) == 1


def test_a_verdict_needs_a_karyogram(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    stray = verdict(type(karyogram)(**{**vars(karyogram), "id": "nobody"}))
    with pytest.raises(IntegrityError), open_session(sql_engine) as session:
        store.save_verdict(session, stray)
        session.commit()


def test_failing_and_a_second_chance(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        assert not store.requeue(session, karyogram.id)  # it has not failed
        assert store.fail(session, karyogram.id, "the picture is cut off")
        failed = store.karyogram(session, karyogram.id)
        assert (failed.state, failed.failure) == (KaryogramState.FAILED, "the picture is cut off")
        assert not store.fail(session, karyogram.id, "another reason")
        assert store.unfinished(session) == []
        assert store.requeue(session, karyogram.id)
        assert store.karyogram(session, karyogram.id) == karyogram
        assert store.unfinished(session) == [karyogram.id]


def test_a_judged_karyogram_cannot_fail(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(karyogram))
        assert not store.fail(session, karyogram.id, "too late")
        assert store.karyogram(session, karyogram.id).state is KaryogramState.JUDGED


def test_unfinished_names_the_earliest_first_within_its_limits(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), now=NOW)
    add_batch(sql_engine, png(2), now=NOW - timedelta(seconds=10))
    late, early = (store_id for store_id in _ids_by_age(sql_engine))
    with open_session(sql_engine) as session:
        assert store.unfinished(session) == [early, late]
        assert store.unfinished(session, limit=1) == [early]
        assert store.unfinished(session, older_than=NOW) == [early]
        assert store.unfinished(session, older_than=NOW - timedelta(seconds=10)) == []
        # from before the clock was set back
        assert store.unfinished(session, older_than=NOW - timedelta(days=1)) == [early, late]


def _ids_by_age(engine: Engine) -> list[str]:
    """Ids, the youngest first."""
    return [one.id for one in sorted(karyograms(engine), key=lambda one: one.created_at, reverse=True)]


def test_duplicates_are_of_the_same_bytes_page_model_and_passes(sql_engine: Engine) -> None:
    data = png(1)
    add_batch(sql_engine, data, model="vgg16", now=NOW)
    add_batch(sql_engine, data, model="vgg16", now=NOW - timedelta(days=1))
    early = karyograms(sql_engine)[0]
    with open_session(sql_engine) as session:
        found = duplicates.find_duplicate(session, early.image_sha256, 0, "vgg16", 5)
        assert found == early
        assert duplicates.find_duplicate(session, early.image_sha256, 1, "vgg16", 5) is None
        assert duplicates.find_duplicate(session, early.image_sha256, 0, "inception", 5) is None
        assert duplicates.find_duplicate(session, early.image_sha256, 0, "vgg16", 6) is None
        assert duplicates.find_duplicate(session, "0" * 64, 0, "vgg16", 5) is None


def test_a_failed_karyogram_has_no_duplicates(sql_engine: Engine) -> None:
    add_batch(sql_engine, png(1), png(1))
    failed, waiting = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.fail(session, failed.id, "out of memory")
        assert duplicates.find_duplicate(session, failed.image_sha256, 0, "pixels", 5) == waiting


def test_a_problem_points_to_a_karyogram_that_exists(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    problem = FileProblem("a.png", ProblemKind.DUPLICATE, "was uploaded before", duplicate_of="nobody")
    with pytest.raises(IntegrityError), open_session(sql_engine) as session:
        store.add_problem(session, batch.id, problem, NOW)
        session.commit()
