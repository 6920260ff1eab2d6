"""``python -m engine submit``: from the shell into the record store and, with an engine, to verdicts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import Engine

from engine.__main__ import main
from engine.files.folders import Selection, select
from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream, connect_redis
from engine.records import reports
from engine.records.database import connect, open_session
from engine.records.reports import BatchSummary
from engine.vocabulary import Priority
from engine.worker.worker import Worker
from models.card import card_to_json
from tests import servers
from tests.predictors import Page, PixelPredictor
from tests.records import png

Output = pytest.CaptureFixture[str]


@pytest.fixture
def shell(sqlite_url: str, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A registry with the model "pixels", an empty record store and an empty Redis, as the shell would find them."""
    folder = tmp_path / "registry" / "pixels"
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(card_to_json(PixelPredictor().card))
    monkeypatch.setenv("KARYOTRIAGE_REGISTRY", str(folder.parent))
    monkeypatch.setenv("KARYOTRIAGE_MODEL", "pixels")
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("REDIS_URL", redis_url)
    monkeypatch.setenv("COLUMNS", "200")
    engine = connect(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder with two pictures, one of them deeper, and a ZIP with a third."""
    folder = tmp_path / "pictures"
    (folder / "deep").mkdir(parents=True)
    (folder / "P001_c1.png").write_bytes(png(1))
    (folder / "deep" / "P001_c2.png").write_bytes(png(2))
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        archive.writestr("P002_c1.png", png(3))
    (folder / "labels.csv").write_text("file,label\n")
    return folder


@pytest.fixture
def working(shell: Engine, redis_url: str) -> Iterator[None]:
    """An engine at work; what is wholly black fails, as a defect of a model would."""

    def spoil(page: Page) -> None:
        if page.max() == page.min():
            raise FloatingPointError("nothing to see on this page")

    stop = threading.Event()
    with connect_redis(redis_url) as client:
        pace = Pace(block_ms=100)
        with Worker(shell, client, lambda name: PixelPredictor(name, spoil=spoil), pace=pace) as worker:
            thread = threading.Thread(target=worker.run, args=(stop,))
            thread.start()
            yield
            stop.set()
            thread.join()


def only_batch(engine: Engine) -> BatchSummary:
    with open_session(engine) as session:
        (summary,) = reports.batch_summaries(session)
    return summary


def test_folder_becomes_one_batch(shell: Engine, redis_url: str, pictures: Path, capsys: Output) -> None:
    assert main(["submit", str(pictures)]) == 0
    summary = only_batch(shell)
    output = capsys.readouterr().out
    assert output.startswith(f"batch {summary.batch.id} 'pictures': model pixels, 100 passes\n")
    assert re.search(r"waiting +3 *\n", output)
    assert re.search(r"files refused +0 *\n", output)
    assert "Left alone, no pictures (1): labels.csv" in output
    assert (summary.accepted, summary.refused) == (3, 0)
    with connect_redis(redis_url) as client:
        assert JobStream(client).backlog() == 3


def test_an_urgent_batch_is_told_and_queued_as_such(
    shell: Engine, redis_url: str, pictures: Path, capsys: Output
) -> None:
    assert main(["submit", str(pictures), "--urgent"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("100 passes, urgent")
    assert only_batch(shell).batch.priority is Priority.URGENT
    with connect_redis(redis_url) as client:
        assert JobStream(client).lag(Priority.URGENT) == 3


def test_files_keep_their_path_inside_the_folder(shell: Engine, pictures: Path) -> None:
    main(["submit", str(pictures)])
    with open_session(shell) as session:
        pairs = reports.judged(session, only_batch(shell).batch.id)
    assert [(found.file_name, found.case_name, found.cell) for found, _ in pairs] == [
        ("P001_c1.png", "P001", "1"),
        ("deep/P001_c2.png", "P001", "2"),
        ("P002_c1.png", "P002", "1"),
    ]


def test_model_passes_and_name_are_taken(shell: Engine, pictures: Path) -> None:
    main(["submit", str(pictures / "P001_c1.png"), "--passes", "7", "--name", "Monday", "--model", "pixels"])
    batch = only_batch(shell).batch
    assert (batch.name, batch.model, batch.passes) == ("Monday", "pixels", 7)


def test_several_paths_are_one_batch(shell: Engine, pictures: Path) -> None:
    assert main(["submit", str(pictures / "more.zip"), str(pictures / "deep")]) == 0
    summary = only_batch(shell)
    assert (summary.batch.name, summary.accepted) == ("more.zip and 1 more", 2)


@pytest.mark.usefixtures("working")
def test_wait_ends_with_the_outcomes(shell: Engine, pictures: Path, capsys: Output) -> None:
    assert main(["submit", str(pictures), "--wait"]) == 0
    summary = only_batch(shell)
    assert sum(summary.by_outcome.values()) == 3
    assert summary.waiting == 0
    output = capsys.readouterr().out
    for outcome, count in summary.by_outcome.items():
        assert re.search(rf"{outcome.replace('_', ' ')} +{count} *\n", output)
    assert "waiting" not in output


@pytest.mark.usefixtures("working")
def test_failed_karyogram_gives_exit_code_1(shell: Engine, tmp_path: Path, capsys: Output) -> None:
    Image.new("L", (120, 100), 0).save(tmp_path / "P009_c1.png")
    assert main(["submit", str(tmp_path / "P009_c1.png"), "--wait"]) == 1
    output = capsys.readouterr().out
    assert re.search(r"failed +1 *\n", output)
    assert re.search(r"P009_c1.png, page 1 .*nothing to see on this page", output)


def test_refused_file_gives_exit_code_1_and_stops_nothing(shell: Engine, pictures: Path, capsys: Output) -> None:
    (pictures / "broken [red].png").write_bytes(b"no picture")
    assert main(["submit", str(pictures)]) == 1
    assert only_batch(shell).accepted == 3
    output = capsys.readouterr().out
    assert re.search(r"broken \[red\].png +not an image: expected a PNG", output)
    assert re.search(r"files refused +1 *\n", output)


def test_file_that_cannot_be_read_is_refused_and_stops_nothing(
    shell: Engine, pictures: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = pictures / "A000_c1.png"  # the first in the order of names
    gone.write_bytes(png(9))

    def select_and_lose(path: Path) -> Selection:
        selection = select(path)
        gone.unlink()
        return selection

    monkeypatch.setattr("engine.commands.submit.select", select_and_lose)
    assert main(["submit", str(pictures)]) == 1
    assert only_batch(shell).accepted == 3
    expected = r"A000_c1\.png +not readable: expected a file that can be read, found: No such file or directory"
    assert re.search(expected, capsys.readouterr().out)


def test_duplicate_points_to_the_karyogram_before(shell: Engine, pictures: Path, capsys: Output) -> None:
    picture = str(pictures / "P001_c1.png")
    assert main(["submit", picture]) == 0
    with open_session(shell) as session:
        (found, _), *_ = reports.judged(session, only_batch(shell).batch.id)
    capsys.readouterr()
    assert main(["submit", picture]) == 1
    output = capsys.readouterr().out
    assert "duplicate: same bytes as 'P001_c1.png' of case 'P001'" in output
    assert found.id in output


def test_manifest_of_one_folder_does_not_speak_of_another(shell: Engine, tmp_path: Path) -> None:
    for number, name in enumerate(("left", "right")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "scan.png").write_bytes(png(number))
        (tmp_path / name / "manifest.csv").write_text(f"file,case_id\nscan.png,{name}\n")
    main(["submit", str(tmp_path / "left"), str(tmp_path / "right")])
    with open_session(shell) as session:
        pairs = reports.judged(session, only_batch(shell).batch.id)
    assert sorted(found.case_name for found, _ in pairs) == ["left", "right"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{pictures}/nowhere"], "{pictures}/nowhere: No such file or directory\n"),
        (["{pictures}/empty"], "no picture, ZIP file or manifest in {pictures}/empty\n"),
        (["{pictures}", "--model", "unknown"], "model must be one of ['pixels'], got 'unknown'\n"),
    ],
)
def test_what_cannot_be_submitted_is_one_line_and_opens_no_batch(
    shell: Engine, pictures: Path, capsys: Output, arguments: list[str], message: str
) -> None:
    (pictures / "empty").mkdir()
    assert main(["submit", *(argument.format(pictures=pictures) for argument in arguments)]) == 2
    assert capsys.readouterr() == ("", message.format(pictures=pictures))
    with open_session(shell) as session:
        assert reports.batch_summaries(session) == []


def test_unreachable_redis_is_one_line_and_opens_no_batch(
    shell: Engine, pictures: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{servers.free_port()}/0")
    assert main(["submit", str(pictures)]) == 2
    output = capsys.readouterr()
    assert re.fullmatch(r"Redis does not answer: .*\n", output.err)
    with open_session(shell) as session:
        assert reports.batch_summaries(session) == []


@pytest.mark.parametrize("passes", ["0", "1001", "ten", "-5", "²"])
@pytest.mark.usefixtures("shell")
def test_passes_out_of_range_are_refused(pictures: Path, capsys: Output, passes: str) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["submit", str(pictures), f"--passes={passes}"])
    assert f"must be a whole number from 1 to 1000, got '{passes}'" in capsys.readouterr().err


@pytest.mark.usefixtures("shell")
def test_waiting_says_who_is_missing_and_ends_on_ctrl_c(pictures: Path) -> None:
    command = [sys.executable, "-m", "engine", "submit", str(pictures), "--wait"]
    environment = {**os.environ, "TTY_COMPATIBLE": "1", "TTY_INTERACTIVE": "1", "NO_COLOR": "1"}
    with subprocess.Popen(
        command, cwd=servers.REPOSITORY, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stderr is not None
            shown = ""
            deadline = time.monotonic() + 120
            while "no engine is running" not in shown:
                assert time.monotonic() < deadline, shown
                shown += process.stderr.read(1)
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        finally:
            process.kill()  # else a test that fails would wait for it without end
    assert process.returncode == 130
    assert re.search(r"waiting +3 *\n", output)
    assert "Every figure: python -m engine export" in output


def test_command_line_does_not_load_tensorflow() -> None:
    code = "import sys, engine.__main__; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=servers.REPOSITORY, check=False).returncode == 0
