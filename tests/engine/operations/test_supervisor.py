"""The supervisor with real processes and real signals: in the order of a terminal, none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO, TypeAlias

import psutil
import pytest

from engine.operations import supervisor

ROOT = Path(__file__).resolve().parents[3]
Start: TypeAlias = Callable[..., "subprocess.Popen[str]"]

# A part: how long it lasts, the file it leaves when it was stopped, and how long stopping takes (or "never").
PART = """
import pathlib, signal, sys, time
lasts, trace, stops_in = sys.argv[1:]
def stop(*_):
    time.sleep(float(stops_in))
    pathlib.Path(trace).touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if stops_in == "never" else stop)
print("part is up", flush=True)
time.sleep(float(lasts))
"""

# Two parts, first and second, which options such as "first:lasts=2" change; "early" asks for a stop at once.
SUPERVISE = """
import os, pathlib, signal, sys
from engine.operations.supervisor import Supervisor
patience, folder, *options = sys.argv[1:]
early = (lambda: os.kill(os.getpid(), signal.SIGTERM)) if "early" in options else (lambda: None)
supervisor = Supervisor(sys.stdout, early, patience=float(patience))
chosen = dict(option.split("=") for option in options if "=" in option)
for name in ("first", "second"):
    lasts, stops_in = chosen.get(f"{name}:lasts", "100"), chosen.get(f"{name}:stops_in", "0")
    command = [sys.executable, "part.py", lasts, f"{name} stopped", stops_in]
    supervisor.add(name, command, os.environ, pathlib.Path(folder))
supervisor.loop()
sys.exit(0 if supervisor.stop_requested else 7)
"""


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Start]:
    """Start a supervisor with two parts in ``tmp_path``, as a shell does: as the leader of its own process group."""
    (tmp_path / "part.py").write_text(PART, encoding="utf-8")
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, patience: float = 20) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", SUPERVISE, str(patience), str(tmp_path), *arguments]
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        for each in family(process):
            each.kill()
        process.wait(timeout=10)
        assert process.stdout is not None
        process.stdout.close()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The supervisor and everything below it, whatever session it is in."""
    try:
        top = psutil.Process(process.pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def read_until_both_are_up(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    seen = 0
    for line in process.stdout:
        seen += "part is up" in line
        if seen == 2:
            return
    raise AssertionError("the supervisor ended before both parts were up")


def assert_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_the_whole_group_stops_every_part_cleanly(
    supervise: Start, tmp_path: Path, number: signal.Signals
) -> None:
    process = supervise()
    read_until_both_are_up(process)
    everyone = family(process)
    assert len(everyone) >= 5  # the supervisor, and for each part honcho's helper and the part itself

    os.killpg(process.pid, number)

    assert process.wait(timeout=20) == 0
    assert_gone(everyone)
    assert (tmp_path / "first stopped").exists()
    assert (tmp_path / "second stopped").exists()


def test_a_signal_before_the_parts_are_known_leaves_none_behind(supervise: Start) -> None:
    process = supervise("early")
    assert process.stdout is not None
    output = process.stdout.read()
    assert process.wait(timeout=20) == 0, output
    assert "Traceback" not in output
    assert output.count("stopped (rc=") == 2


def test_a_signal_while_the_terminal_is_looked_at_is_not_forgotten(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    looks: list[None] = []

    def look(output: TextIO) -> bool:
        if len(looks) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        looks.append(None)
        return False

    (tmp_path / "part.py").write_text(PART, encoding="utf-8")
    monkeypatch.setattr(supervisor, "_is_gone", look)
    before = {number: signal.getsignal(number) for number in supervisor.STOP_SIGNALS}
    one = supervisor.Supervisor(sys.stdout)
    one.add("first", [sys.executable, "part.py", "5", "stopped", "0"], os.environ, tmp_path)
    try:
        one.loop()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert one.stop_requested
    assert "sending SIGTERM to first" in capfd.readouterr().out


@pytest.mark.parametrize("with_signal", [True, False])
def test_a_closed_terminal_stops_every_part_cleanly(supervise: Start, tmp_path: Path, with_signal: bool) -> None:
    process = supervise()
    read_until_both_are_up(process)
    everyone = family(process)
    assert process.stdout is not None
    process.stdout.close()
    if with_signal:
        os.killpg(process.pid, signal.SIGHUP)

    process.wait(timeout=20)
    assert_gone(everyone)
    assert (tmp_path / "first stopped").exists()
    assert (tmp_path / "second stopped").exists()


def test_when_one_part_ends_by_itself_the_other_is_stopped(supervise: Start, tmp_path: Path) -> None:
    process = supervise("first:lasts=0.5")
    everyone = family(process)
    assert process.wait(timeout=20) == 7
    assert_gone(everyone)
    assert (tmp_path / "second stopped").exists()


def test_a_part_that_does_not_listen_is_killed_when_the_patience_is_over(supervise: Start, tmp_path: Path) -> None:
    process = supervise("first:stops_in=never", "second:stops_in=never", patience=1)
    read_until_both_are_up(process)
    everyone = family(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert_gone(everyone)
    assert not (tmp_path / "first stopped").exists()


def test_a_slow_part_has_more_than_honchos_five_seconds(supervise: Start, tmp_path: Path) -> None:
    process = supervise("first:stops_in=6")
    read_until_both_are_up(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0
    assert (tmp_path / "first stopped").exists()
