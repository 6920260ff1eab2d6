"""The launcher behind ``make run``: its checks, and the whole system started and stopped with real processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import redis

from engine.operations import serve, valkey
from engine.settings import SettingsError
from tests.conftest import REPOSITORY
from tests.servers import free_port

READY_SECONDS = 120


@contextmanager
def listener() -> Iterator[int]:
    """Somebody else's server on a port of this computer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextmanager
def launcher(folder: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start ``python -m engine.operations.serve`` in a folder of its own, leading its process group like in a shell."""
    inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine.operations.serve"],
        cwd=folder,
        env={**inherited, "PYTHONPATH": str(REPOSITORY), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    everyone: list[psutil.Process] = []
    try:
        everyone = [psutil.Process(process.pid)]
        yield process
    finally:
        for each in [*everyone, *family(process)]:
            if each.is_running():
                each.kill()
        process.wait(timeout=20)
        assert process.stdout is not None
        process.stdout.close()


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def read_until(process: subprocess.Popen[str], text: str) -> list[str]:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"ended before it wrote {text!r}:\n{''.join(lines)}")


def free_ports() -> dict[str, str]:
    return {"PORT": str(free_port()), "VALKEY_PORT": str(free_port())}


def test_plan_has_the_documented_defaults() -> None:
    assert serve.Plan.from_environment({}) == serve.Plan(dashboard_port=8501, valkey_port=6399, redis_url=None)


def test_plan_takes_an_empty_variable_as_not_set() -> None:
    assert serve.Plan.from_environment({"PORT": "", "REDIS_URL": " "}) == serve.Plan.from_environment({})


def test_plan_uses_another_redis_where_one_is_named() -> None:
    url = "redis://elsewhere:6379/0"
    assert serve.Plan.from_environment({"REDIS_URL": url}).redis_url == url


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("VALKEY_PORT", "-1"), ("VALKEY_PORT", "٣")]
)
def test_plan_refuses_what_is_no_port(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must be a port from 1 to 65535, got '{value}'"):
        serve.Plan.from_environment({name: value})


def test_plan_refuses_settings_that_the_parts_would_refuse() -> None:
    with pytest.raises(SettingsError, match="KARYOTRIAGE_PASSES"):
        serve.Plan.from_environment({"KARYOTRIAGE_PASSES": "many"})


def test_a_free_port_passes_and_a_used_one_is_named() -> None:
    serve.check_port(free_port(), "dashboard", "choose another")
    with (
        listener() as port,
        pytest.raises(serve.PortInUseError, match=rf"port {port} \(dashboard\) is in use: choose another"),
    ):
        serve.check_port(port, "dashboard", "choose another")


def test_the_port_of_the_embedded_valkey_does_not_matter_with_another_redis() -> None:
    with listener() as port:
        serve.check_ports(serve.Plan(free_port(), port, "redis://elsewhere:6379/0"))
        with pytest.raises(serve.PortInUseError, match="embedded Valkey"):
            serve.check_ports(serve.Plan(free_port(), port, None))


@pytest.mark.parametrize("name", ["PORT", "VALKEY_PORT"])
def test_a_used_port_gives_one_clear_line_before_anything_starts(tmp_path: Path, name: str) -> None:
    with listener() as port, launcher(tmp_path, **{**free_ports(), name: str(port)}) as process:
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 2
    assert output.startswith(f"Karyotriage cannot start: port {port} (")
    assert output.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_everything_starts_says_where_it_is_and_stops_without_a_trace(tmp_path: Path, number: signal.Signals) -> None:
    ports = free_ports()
    with launcher(tmp_path, **ports) as process:
        lines = read_until(process, "Karyotriage is ready")
        everyone = family(process)
        names = {part for each in everyone for part in each.cmdline()[1:]}
        with redis.Redis(port=int(ports["VALKEY_PORT"])) as client:
            client.set("kept", "yes")

        os.killpg(process.pid, number)

        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        _, alive = psutil.wait_procs(everyone, timeout=10)
    assert f"http://localhost:{ports['PORT']}" in lines[-1]
    assert {"engine", "work", "streamlit"} <= names
    assert alive == []
    assert "Traceback" not in "".join(lines) + output
    serve.check_ports(serve.Plan(int(ports["PORT"]), int(ports["VALKEY_PORT"]), None))
    with valkey.running(free_port(), tmp_path / valkey.DEFAULT_FOLDER) as url, redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"


@pytest.mark.slow
def test_with_another_redis_no_valkey_is_started(tmp_path: Path, redis_url: str) -> None:
    with launcher(tmp_path, **free_ports(), REDIS_URL=redis_url) as process:
        read_until(process, "Karyotriage is ready")
        programs = [each.name() for each in family(process)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert not [name for name in programs if "valkey" in name]
    assert not (tmp_path / valkey.DEFAULT_FOLDER).exists()
