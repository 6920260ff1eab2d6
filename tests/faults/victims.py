"""What a test may do harm to: servers that are killed and started again, and a disk that is full."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from engine.jobs.stream import connect_redis
from engine.operations import valkey
from tests import servers


class Valkey:
    """The embedded Valkey, as `make run` starts it, with its append-only file."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        """Give it a folder and a port; it is not started yet. ``environment`` is added to that of the tests."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, port = folder, servers.free_port()
        self.url = f"redis://{valkey.HOST}:{port}/0"
        self._command = valkey.command(port, folder)
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self._process = subprocess.Popen(self._command, env=self._environment)
        with connect_redis(self.url) as client:

            def answers() -> bool:
                try:
                    return bool(client.ping())
                except RedisError:
                    return False

            servers.wait_until(answers)

    def end(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it; SIGKILL leaves it no time to write anything."""
        if self._process is not None:
            servers.stop(self._process, how)

    def forget(self) -> None:
        """Delete all that it has written; it must have ended."""
        shutil.rmtree(self._folder)
        self._folder.mkdir()


@contextmanager
def running_valkey(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Valkey]:
    """A Valkey of the test's own."""
    server = Valkey(folder, environment)
    try:
        server.start()
        yield server
    finally:
        server.end(signal.SIGTERM)


class SmallDisk:
    """A file system of some megabytes, which can be filled to its last byte."""

    def __init__(self, folder: Path) -> None:
        """Use the file system that is mounted on a folder."""
        self.folder = folder
        self._filling = folder / "filling"

    def fill(self) -> None:
        """Leave no room."""
        with self._filling.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12, 1):
                with suppress(OSError):  # no room for so much
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        """Give the room back."""
        self._filling.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount a small disk on a folder; who may not mount anything skips the test."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk can be mounted by root on Linux alone")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
