"""A watched folder: files are taken when they have stopped growing, once each, whatever happens in between."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from engine.__main__ import main
from engine.intake.intake import Intake
from engine.intake.watching import FolderWatch, Plan, Step
from engine.jobs.stream import JobStream, connect_redis
from engine.records import database, reports, schema, store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import Priority
from models.card import card_to_json
from tests import servers
from tests.predictors import PixelPredictor
from tests.records import NOW, png

SETTLE = timedelta(seconds=10)
PLAN = Plan("Microscope %Y-%m-%d", "pixels", 5, settle=SETTLE)
Watch = Callable[..., FolderWatch]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "microscope"
    path.mkdir()
    return path


@pytest.fixture
def watch(sql_engine: Engine, stream: JobStream, folder: Path) -> Watch:
    """Begins to watch the folder, as a process of its own would."""

    def begin(plan: Plan = PLAN, to: JobStream = stream) -> FolderWatch:
        return FolderWatch(sql_engine, Intake(sql_engine, to, Settings()), folder, plan)

    return begin


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def summaries(engine: Engine) -> list[reports.BatchSummary]:
    with open_session(engine) as session:
        return reports.batch_summaries(session)


def settled(watched: FolderWatch, since: float = 0) -> Step:
    """Look twice, so that what is there now settles in between."""
    watched.step(at(since))
    return watched.step(at(since + 10))


def test_a_file_is_taken_once_it_has_stopped_growing(sql_engine: Engine, watch: Watch, folder: Path) -> None:
    watched, data = watch(), png(1)
    path = folder / "P001_c1.png"
    path.write_bytes(data[:500])
    assert watched.step(at(0)) == watched.step(at(9)) == Step()
    path.write_bytes(data)  # still growing
    assert watched.step(at(12)) == watched.step(at(21)) == Step()
    assert watched.step(at(22)) == Step(accepted=1)
    assert watched.step(at(60)) == Step()
    (summary,) = summaries(sql_engine)
    assert summary.batch.name == f"Microscope {at(22).astimezone():%Y-%m-%d}"
    assert (summary.batch.model, summary.batch.passes, summary.batch.priority) == ("pixels", 5, Priority.ROUTINE)
    assert (summary.accepted, summary.refused) == (1, 0)


def test_a_file_whose_size_stays_but_whose_time_changes_is_not_taken(watch: Watch, folder: Path) -> None:
    watched, path = watch(), folder / "P001_c1.png"
    path.write_bytes(png(1))
    watched.step(at(0))
    os.utime(path, ns=(1, 1))
    assert watched.step(at(10)) == Step()
    assert watched.step(at(20)) == Step(accepted=1)


def test_what_is_saved_later_joins_the_batch_of_the_day(sql_engine: Engine, watch: Watch, folder: Path) -> None:
    watched = watch()
    (folder / "P001_c1.png").write_bytes(png(1))
    settled(watched)
    (folder / "deep").mkdir()
    (folder / "deep" / "P001_c2.png").write_bytes(png(2))
    (folder / "notes.txt").write_text("no picture")
    settled(watched, since=60)
    (folder / "P001_c3.png").write_bytes(png(3))
    settled(watched, since=86_400)
    tomorrow, today = summaries(sql_engine)
    assert (today.accepted, tomorrow.accepted) == (2, 1)
    assert tomorrow.batch.name == f"Microscope {at(86_410).astimezone():%Y-%m-%d}"


def test_after_a_restart_nothing_is_sent_twice_and_the_batch_goes_on(
    sql_engine: Engine, watch: Watch, folder: Path
) -> None:
    (folder / "P001_c1.png").write_bytes(png(1))
    (folder / "P001_c2.png").write_bytes(png(2))
    settled(watch())
    with open_session(sql_engine) as session:  # a failed one is not sent again either: people try that again
        store.fail(session, store.unfinished(session)[0], "x")
        session.commit()
    (folder / "P001_c3.png").write_bytes(png(3))
    assert settled(watch(), since=60) == Step(accepted=1, known=2)
    (summary,) = summaries(sql_engine)
    assert (summary.accepted, summary.refused) == (3, 0)


def test_a_day_without_anything_new_has_no_batch(sql_engine: Engine, watch: Watch, folder: Path) -> None:
    (folder / "P001_c1.png").write_bytes(png(1))
    settled(watch())
    assert settled(watch(), since=86_400) == Step(known=1)
    assert len(summaries(sql_engine)) == 1


def test_a_refused_file_is_told_once_and_taken_when_it_was_saved_anew(
    sql_engine: Engine, watch: Watch, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    watched, path = watch(), folder / "P001_c1.png"
    path.write_bytes(png(1)[:500])
    with caplog.at_level(logging.INFO):
        assert settled(watched) == Step(refused=1)
        assert settled(watched, since=60) == Step()
    assert caplog.text.count("P001_c1.png is refused: ") == caplog.text.count("is refused") == 1
    path.write_bytes(png(1))
    assert settled(watched, since=120) == Step(accepted=1)


def test_manifests_hold_for_whatever_comes_later(sql_engine: Engine, watch: Watch, folder: Path) -> None:
    watched, manifest = watch(), folder / "manifest.csv"
    manifest.write_text("file,case_id,cell\none.png,K7,1\ntwo.png,K7,2\n")
    (folder / "one.png").write_bytes(png(1))
    assert settled(watched) == Step(accepted=1)
    (folder / "two.png").write_bytes(png(2))
    assert settled(watched, since=60) == Step(accepted=1)
    with open_session(sql_engine) as session:
        assert session.scalars(select(schema.cases.c.name)).all() == ["K7"]


def test_a_bad_manifest_is_told_once(watch: Watch, folder: Path) -> None:
    watched = watch()
    (folder / "manifest.csv").write_text("nonsense\n")
    (folder / "P001_c1.png").write_bytes(png(1))
    assert settled(watched) == Step(accepted=1, refused=1)
    (folder / "P001_c2.png").write_bytes(png(2))
    assert settled(watched, since=60) == Step(accepted=1)


def test_many_files_take_several_steps(watch: Watch, folder: Path) -> None:
    watched = watch()
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for seed in range(3):
            archive.writestr(f"Q{seed}_c1.png", png(1000 + seed))
    for seed in range(54):
        (folder / f"P{seed}_c1.png").write_bytes(png(seed, (96, 96)))
    assert settled(watched) == Step(accepted=50, left=5)
    assert watched.step(at(11)) == Step(accepted=7)  # four pictures and the ZIP, which comes last by its name
    assert watched.step(at(12)) == Step()


def test_urgent_and_routine_pictures_do_not_share_a_batch(sql_engine: Engine, watch: Watch, folder: Path) -> None:
    (folder / "P001_c1.png").write_bytes(png(1))
    settled(watch())
    (folder / "P001_c2.png").write_bytes(png(2))
    settled(watch(Plan(PLAN.batch_name, "pixels", 5, Priority.URGENT, SETTLE)), since=60)
    assert {summary.batch.priority for summary in summaries(sql_engine)} == set(Priority)


def test_without_redis_files_are_taken_in_all_the_same(
    sql_engine: Engine, watch: Watch, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "P001_c1.png").write_bytes(png(1))
    with connect_redis(f"redis://127.0.0.1:{servers.free_port()}/0") as nobody, caplog.at_level(logging.INFO):
        assert settled(watch(to=JobStream(nobody))) == Step(accepted=1)
    assert "the engines will find these karyograms by themselves" in caplog.text


def test_while_the_record_store_or_the_folder_is_away_it_waits(
    sqlite_url: str, stream: JobStream, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = database.connect(sqlite_url)
    file, hidden = Path(sqlite_url.removeprefix("sqlite:///")), folder.with_name("hidden")
    (folder / "P001_c1.png").write_bytes(png(1))
    plan = Plan("Microscope", "pixels", 5, settle=timedelta(seconds=0.05))
    watched = FolderWatch(engine, Intake(engine, stream, Settings()), folder, plan)
    file.rename(file.with_suffix(".away"))
    file.mkdir()  # a folder in its place: no database can be opened there
    stop = threading.Event()
    clock = lambda: datetime.now(NOW.tzinfo)  # noqa: E731
    thread = threading.Thread(target=watched.run, args=(stop, clock, 0.02))
    with caplog.at_level(logging.INFO):
        thread.start()
        servers.wait_until(lambda: "waiting until this is over: the record store does not answer" in caplog.text)
        file.rmdir()
        file.with_suffix(".away").rename(file)
        servers.wait_until(lambda: stream.backlog() == 1)
        folder.rename(hidden)
        servers.wait_until(lambda: "microscope: No such file or directory" in caplog.text)
        hidden.rename(folder)
        servers.wait_until(lambda: caplog.text.count("back at work") == 2)
        stop.set()
        thread.join(10)
    assert not thread.is_alive()
    assert len(summaries(engine)) == 1
    engine.dispose()


def test_the_command_watches_until_it_is_told_to_stop(
    sqlite_url: str, redis_url: str, folder: Path, tmp_path: Path
) -> None:
    (folder / "P001_c1.png").write_bytes(png(1))
    (tmp_path / "registry" / "pixels").mkdir(parents=True)
    (tmp_path / "registry" / "pixels" / "card.json").write_text(card_to_json(PixelPredictor().card))
    options = ["--urgent", "--every", "0.1", "--settle", "0.2", "--batch-name", "Night %d", "--passes", "7"]
    environment = {
        "DATABASE_URL": sqlite_url,
        "REDIS_URL": redis_url,
        "KARYOTRIAGE_REGISTRY": str(tmp_path / "registry"),
        "KARYOTRIAGE_MODEL": "pixels",
    }
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine", "watch", str(folder), *options],
            cwd=servers.REPOSITORY,
            env={**os.environ, **environment},
            stderr=log,
        )
        try:
            with connect_redis(redis_url) as client:
                servers.wait_until(lambda: JobStream(client).lag(Priority.URGENT) == 1)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            servers.stop(process)
    engine = database.connect(sqlite_url)
    (summary,) = summaries(engine)
    engine.dispose()
    assert summary.batch.name.startswith("Night ")
    assert (summary.batch.passes, summary.accepted) == (7, 1)
    assert "the watch of" in (tmp_path / "log").read_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [(["nowhere"], "nowhere"), ([".", "--every", "0"], "0.1 to 86400"), ([".", "--settle", "x"], "0.1 to 86400")],
)
def test_a_wrong_command_line_is_told(arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(["watch", *arguments])
    except SystemExit as error:  # argparse ends the program itself
        code = int(str(error.code))
    assert code == 2
    assert complaint in capsys.readouterr().err
