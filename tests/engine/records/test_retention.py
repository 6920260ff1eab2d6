"""Retention: which pictures go and when, what stays of them, and that nothing else breaks where one is gone."""

from __future__ import annotations

import io
import logging
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine, func, select, update

from engine.__main__ import main
from engine.exports import coco
from engine.exports.batch_report import report
from engine.exports.batch_report.formats import Format, write
from engine.exports.redaction import Shown
from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream
from engine.operations import checks
from engine.people import Person, Role
from engine.policy import shadows
from engine.records import audit, retention, schema, store
from engine.records.backup import backup, restore
from engine.records.database import connect, open_session
from engine.records.retention import RemovedPictureError, Retention
from engine.reviewing import decisions, heat_maps
from engine.reviews import Call, Opinion
from engine.settings import Settings
from engine.vocabulary import Karyogram, KaryogramState
from models.judging.triage import TriageOutcome
from models.pictures import Limits
from tests.engine.workers import MakeWorker, steps
from tests.records import NOW, add_batch, karyograms, png, reading, verdict

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.SUPERVISOR)
DAYS = 30
LATER = NOW + timedelta(days=DAYS, hours=1)
ABNORMAL = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",))
SCREENED, SIGNED, HALF_READ, WAITING = range(4)


@pytest.fixture
def batch(sql_engine: Engine) -> list[Karyogram]:
    """A screened karyogram, a signed one, one that waits for its second reader and one that waits for an engine."""
    add_batch(sql_engine, *(png(number) for number in range(4)))
    found = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        for index, outcome in ((SCREENED, TriageOutcome.SCREENED_NORMAL), (SIGNED, TriageOutcome.FLAGGED_ABNORMAL)):
            store.save_verdict(session, verdict(found[index], outcome, reading=reading()), quality_share=0.0)
        store.save_verdict(session, verdict(found[HALF_READ], reading=reading()))
        decide(session, found[SIGNED], ANNA, BEN)
        decide(session, found[HALF_READ], ANNA)
        heat_maps.request(session, found[SIGNED].id, "pixels", NOW)
        session.commit()
    return found


def decide(session: object, karyogram: Karyogram, *people: Person) -> None:
    for person in people:
        decisions.decide(session, person, karyogram.id, ABNORMAL, NOW)  # type: ignore[arg-type]


def remove(engine: Engine, now: datetime = LATER, days: int = DAYS) -> set[str]:
    with open_session(engine) as session:
        gone = retention.remove(session, now, days, person=audit.NOBODY)
        session.commit()
    return set(gone.karyograms)


def found_faults(engine: Engine) -> list[checks.Fault]:
    with open_session(engine) as session:
        return list(checks.faults(session))


def waiting_for_a_candidate(engine: Engine) -> set[str]:
    """All that wait; each engine begins at a place that is drawn, and so it is asked often."""
    candidate = shadows.Shadow("candidate", "Ben", "to compare", NOW - timedelta(days=1))
    with open_session(engine) as session:
        return {found for _ in range(60) for found in shadows.waiting(session, candidate, 10)}


def test_only_what_is_finished_goes_and_only_after_its_period(sql_engine: Engine, batch: list[Karyogram]) -> None:
    assert remove(sql_engine, NOW + timedelta(days=DAYS) - timedelta(seconds=1)) == set()
    assert remove(sql_engine) == {batch[SCREENED].image_sha256, batch[SIGNED].image_sha256}
    assert remove(sql_engine) == set()


def test_what_was_said_stays_and_the_trail_tells_what_went(sql_engine: Engine, batch: list[Karyogram]) -> None:
    gone = batch[SIGNED]
    with open_session(sql_engine) as session:
        before = store.verdict(session, gone.id), decisions.of(session, gone.id)
    remove(sql_engine)
    with open_session(sql_engine) as session:
        assert (store.verdict(session, gone.id), decisions.of(session, gone.id)) == before
        assert heat_maps.find(session, gone.id, "pixels") is None
        with pytest.raises(RemovedPictureError, match=r"was removed on .* by retention"):
            store.picture(session, gone.image_sha256)
        assert retention.removed(session, [karyogram.image_sha256 for karyogram in batch]).keys() == {
            batch[SCREENED].image_sha256,
            gone.image_sha256,
        }
        (entry,) = audit.latest(session, 1)
    assert (entry.person, entry.action, entry.subject, entry.at) == ("system", "remove", "2 pictures", LATER)
    for karyogram in (batch[SCREENED], gone):
        assert f'"{karyogram.image_sha256}":["{karyogram.id}"]' in entry.details
    assert f'"days":{DAYS}' in entry.details
    assert found_faults(sql_engine) == []


def test_a_decision_starts_the_period_anew(sql_engine: Engine, batch: list[Karyogram]) -> None:
    with open_session(sql_engine) as session:
        table = schema.karyograms
        session.execute(update(table).values(created_at=NOW - timedelta(days=300)))
        session.commit()
    assert remove(sql_engine, NOW + timedelta(days=DAYS - 1)) == set()


def test_a_picture_that_another_batch_still_needs_stays(sql_engine: Engine, batch: list[Karyogram]) -> None:
    add_batch(sql_engine, png(SCREENED), model="another", now=LATER - timedelta(days=DAYS, hours=2))
    assert remove(sql_engine) == {batch[SIGNED].image_sha256}


def test_bytes_that_go_without_an_entry_are_found(sql_engine: Engine, batch: list[Karyogram]) -> None:
    table, key = schema.pictures, batch[WAITING].image_sha256
    with open_session(sql_engine) as session:
        session.execute(update(table).where(table.c.sha256 == key).values(bytes=b"", removed_at=NOW))
        session.commit()
    ((subject, problem),) = [(fault.subject, fault.problem) for fault in found_faults(sql_engine)]
    assert subject == f"picture {key}"
    assert "the trail does not know it" in problem


def test_the_same_bytes_uploaded_anew_are_kept_anew(sql_engine: Engine, batch: list[Karyogram]) -> None:
    remove(sql_engine)
    add_batch(sql_engine, png(SIGNED), model="another")
    with open_session(sql_engine) as session:
        assert store.picture(session, batch[SIGNED].image_sha256) == png(SIGNED)
    assert found_faults(sql_engine) == []


def test_reports_and_exports_say_that_the_picture_is_gone(sql_engine: Engine, batch: list[Karyogram]) -> None:
    from engine.exports.batch_report.cards import Illustrator

    remove(sql_engine)
    with open_session(sql_engine) as session:
        read = report.read(session, batch[0].batch_id)
        for kind in Format:
            stream = io.BytesIO()
            assert write(session, read.batch.id, kind, stream, Limits()) > 0
            assert stream.getvalue()
        illustrator = Illustrator(session, Limits(), Shown(whole_pictures=True))
        told, kept = illustrator.picture(batch[SIGNED]), illustrator.picture(batch[HALF_READ])
        assert isinstance(told, str)
        assert told.startswith("The picture was removed on ")
        assert isinstance(kept, Image.Image)


def test_training_material_leaves_it_out(sql_engine: Engine, batch: list[Karyogram], tmp_path: Path) -> None:
    with open_session(sql_engine) as session:
        for index in (SIGNED, HALF_READ):
            values = {"karyogram_id": batch[index].id, "model": "pixels", "object": 0, "name": "9", "created_at": NOW}
            box = {"box_left": 1.0, "box_top": 1.0, "box_right": 9.0, "box_bottom": 9.0}
            session.execute(schema.corrections.insert().values(**values, **box))
        session.commit()
        assert coco.write_folder(session, tmp_path / "before", Limits()) == 2
    remove(sql_engine)
    with open_session(sql_engine) as session:
        assert coco.write_folder(session, tmp_path / "after", Limits()) == 1


def test_a_backup_from_after_has_no_picture_and_holds(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = connect(sqlite_url)
    add_batch(engine, png(1, (400, 400)))
    (karyogram,) = karyograms(engine)
    with open_session(engine) as session:
        store.save_verdict(session, verdict(karyogram, TriageOutcome.SCREENED_NORMAL), quality_share=0.0)
        session.commit()
    remove(engine)
    backup(sqlite_url, tmp_path / "after.backup")
    restore(tmp_path / "after.backup", f"sqlite:///{tmp_path}/new/karyotriage.db")
    restored = connect(f"sqlite:///{tmp_path}/new/karyotriage.db")
    assert found_faults(restored) == []
    with open_session(restored) as session, pytest.raises(RemovedPictureError):
        store.picture(session, karyogram.image_sha256)
    assert png(1, (400, 400))[500:1500] not in (tmp_path / "after.backup").read_bytes()
    for each in (engine, restored):
        each.dispose()


def test_the_command_says_first_and_removes_then(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = connect(sqlite_url)
    add_batch(engine, png(7, (400, 400)), now=NOW - timedelta(days=90))
    (karyogram,) = karyograms(engine)
    with open_session(engine) as session:
        old = verdict(karyogram, TriageOutcome.SCREENED_NORMAL, created_at=NOW - timedelta(days=89))
        store.save_verdict(session, old, quality_share=0.0)
        session.commit()
    engine.dispose()
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    file, part = tmp_path / "karyotriage.db", png(7, (400, 400))[500:1500]
    assert main(["retain"]) == 2
    assert "KARYOTRIAGE_KEEP_PICTURES_DAYS must be" in capsys.readouterr().err
    assert main(["retain", "--days", "60", "--dry-run"]) == 0
    assert "1 pictures" in (said := capsys.readouterr().out)
    assert "would be removed" in said
    assert part in file.read_bytes()
    monkeypatch.setenv("KARYOTRIAGE_KEEP_PICTURES_DAYS", "60")
    assert main(["retain"]) == 0
    assert "are removed" in capsys.readouterr().out
    traces = [path.name for path in tmp_path.glob("karyotriage.db*") if part in path.read_bytes()]
    assert traces == []  # not even in a free page
    assert main(["check"]) == 0


def test_an_engine_does_it_once_an_hour_and_goes_on_while_there_is_more(
    sql_engine: Engine, batch: list[Karyogram], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    keeper = Retention(sql_engine, DAYS, at_once=1)
    assert [keeper.step(LATER) for _ in range(4)] == [1, 1, 0, 0]
    assert "1 pictures were kept for 30 days" in caplog.text
    assert Retention(sql_engine, 0).step(LATER) == 0


def test_an_engine_with_the_setting_removes_at_its_sweep(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, batch: list[Karyogram]
) -> None:
    pace = Pace(block_ms=0, keep_pictures_days=DAYS)
    make_worker(pace=pace).step(LATER)
    with open_session(sql_engine) as session:
        query = select(func.count()).select_from(schema.pictures).where(schema.pictures.c.removed_at.is_not(None))
        assert session.scalar(query) == 2


def test_no_engine_stumbles_over_a_picture_that_is_gone(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, batch: list[Karyogram]
) -> None:
    """A karyogram that failed and was signed is tried again after its picture went: it fails again, and says why."""
    key = batch[WAITING].id
    with open_session(sql_engine) as session:
        store.fail(session, key, "the network stopped")
        decide(session, batch[WAITING], ANNA, BEN)
        session.commit()
    assert batch[WAITING].image_sha256 in remove(sql_engine)
    with open_session(sql_engine) as session:
        assert store.requeue(session, key)
        session.commit()
    stream.put([key])
    steps(make_worker())
    with open_session(sql_engine) as session:
        kept = store.karyogram(session, key)
    assert kept.state is KaryogramState.FAILED
    assert "was removed on" in str(kept.failure)


def test_no_candidate_waits_for_a_picture_that_is_gone(sql_engine: Engine, batch: list[Karyogram]) -> None:
    before = waiting_for_a_candidate(sql_engine)
    remove(sql_engine)
    assert before - waiting_for_a_candidate(sql_engine) == {batch[SCREENED].id, batch[SIGNED].id}


def test_a_period_of_no_days_is_refused(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(ValueError, match="at least 1, got 0"):
        retention.remove(session, NOW, 0, person=audit.NOBODY)
    assert Settings().keep_pictures_days == 0
