"""``make run``: the whole of Karyotriage on one computer, with one command.

Checks the ports, starts the embedded Valkey (unless REDIS_URL names another one), one engine and the dashboard,
prints the address once the dashboard answers, and stops all of them on Ctrl-C, SIGTERM or a closed terminal: engine
and dashboard first, Valkey last, so that the engine can still acknowledge the batch in its hands.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engine.access import exposure
from engine.access.exposure import ExposureError
from engine.operations import valkey
from engine.operations.health import dashboard_answers
from engine.operations.supervisor import STOP_SIGNALS, Supervisor
from engine.settings import Settings, SettingsError

HOST: Final = "127.0.0.1"
_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104, compared with and not listened on
DEFAULT_PORT: Final = 8501
ROOT: Final = Path(__file__).resolve().parents[2]


class PortInUseError(RuntimeError):
    """A port that is needed cannot be opened."""


@dataclass(frozen=True)
class Plan:
    """What to start: the dashboard's port, and the embedded Valkey's or, instead, the URL of another Redis.

    ``address`` is where the dashboard listens; Valkey is for this machine alone in any case.
    """

    dashboard_port: int
    valkey_port: int
    redis_url: str | None
    address: str = HOST

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Plan:
        """Read PORT, ADDRESS, VALKEY_PORT and REDIS_URL, and check the settings of all parts before any starts.

        Raises:
            SettingsError: a variable has a value that cannot be used.
        """
        Settings.from_environment(environ)
        return cls(
            dashboard_port=_port(environ, "PORT", DEFAULT_PORT),
            valkey_port=_port(environ, "VALKEY_PORT", valkey.DEFAULT_PORT),
            redis_url=environ.get("REDIS_URL", "").strip() or None,
            address=environ.get("ADDRESS", "").strip() or HOST,
        )


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= 65535:
        raise SettingsError(name, "a port from 1 to 65535", text)
    return int(text)


def check_port(port: int, purpose: str, remedy: str) -> None:
    """Make sure that a port on the loopback interface can be opened.

    Args:
        port: 1..65535.
        purpose: who needs it, for the message.
        remedy: what the user can do, for the message.

    Raises:
        PortInUseError: someone listens there, or it may not be opened.
    """
    # asked first: on macOS a port can be opened on one address while somebody listens on all of them
    with socket.socket() as probe:
        probe.settimeout(1.0)
        if probe.connect_ex((HOST, port)) == 0:
            raise PortInUseError(f"port {port} ({purpose}) is in use: {remedy}")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just given back is free
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortInUseError(f"port {port} ({purpose}) cannot be opened ({error.strerror}): {remedy}") from error


def check_ports(plan: Plan) -> None:
    """Make sure that every port of the plan is free, before anything starts.

    Raises:
        PortInUseError: one of them is not.
    """
    running = "is Karyotriage running already?"
    check_port(plan.dashboard_port, "dashboard", f"{running} Choose another one with PORT=8502 make run")
    if plan.redis_url is None:
        remedy = f"{running} Choose another one with VALKEY_PORT, or name your own Redis with REDIS_URL"
        check_port(plan.valkey_port, "embedded Valkey", remedy)


def check_exposure(plan: Plan, folder: Path) -> None:
    """Make sure that nobody could come in from outside without signing in, before anything starts.

    Args:
        plan: where the dashboard will listen.
        folder: its working folder, where Streamlit looks for its secrets.

    Raises:
        ExposureError: somebody could.
        SettingsError: sign-in is set up and not complete.
    """
    section = exposure.section([Path.home() / exposure.SECRETS, folder / exposure.SECRETS])
    exposure.require_safe(plan.address, sign_in=section is not None)


def engine_command() -> list[str]:
    """Return the command line of an engine."""
    return [sys.executable, "-m", "engine", "work"]


def dashboard_command(port: int, address: str = HOST) -> list[str]:
    """Return the command line of the dashboard, on the loopback interface unless told otherwise."""
    app = str(ROOT / "dashboard" / "app.py")
    options = [f"--server.address={address}", f"--server.port={port}", "--server.headless=true"]
    # its own greeting would name the address a second time, and before it is true
    quiet = ["--logger.hideWelcomeMessage=true", "--browser.gatherUsageStats=false"]
    return [sys.executable, "-m", "streamlit", "run", app, *options, *quiet]


def part_environment(environ: Mapping[str, str], redis_url: str) -> dict[str, str]:
    """Return the environment of the parts: where Redis is, and where the packages are.

    ``streamlit run`` puts the folder of its script first on the import path, not ours: hence PYTHONPATH. TensorFlow
    calls it an error in its log that a computer has no GPU; what really goes wrong is raised, and the engine logs it.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), environ.get("PYTHONPATH", "")]))
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3"}
    return {**quiet, **environ, "REDIS_URL": redis_url, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def serve(plan: Plan, environ: Mapping[str, str], folder: Path) -> int:
    """Start everything, wait until it is told to stop, stop everything.

    Args:
        plan: what to start.
        environ: the environment that the parts inherit.
        folder: where the data live: the working folder of the parts.

    Returns:
        0 after a stop that was asked for, 1 when a part has ended by itself.
    """
    with _redis(plan, folder) as redis_url:
        supervisor = Supervisor(sys.stdout, lambda: _announce_in_background(plan))
        environment = part_environment(environ, redis_url)
        supervisor.add("engine", engine_command(), environment, folder)
        supervisor.add("dashboard", dashboard_command(plan.dashboard_port, plan.address), environment, folder)
        supervisor.loop()
    if supervisor.stop_requested:
        return 0
    sys.stderr.write("Karyotriage has stopped, because a part ended by itself: see the lines above.\n")
    return 1


@contextmanager
def _redis(plan: Plan, folder: Path) -> Iterator[str]:
    if plan.redis_url is not None:
        yield plan.redis_url
        return
    with valkey.running(plan.valkey_port, folder / valkey.DEFAULT_FOLDER) as url:
        yield url


def _announce_in_background(plan: Plan) -> None:
    threading.Thread(target=_announce, args=(plan,), daemon=True).start()


def _announce(plan: Plan) -> None:
    while not dashboard_answers(plan.dashboard_port, HOST if plan.address in _EVERYWHERE else plan.address):
        time.sleep(0.2)
    host = "localhost" if plan.address in (HOST, *_EVERYWHERE) else plan.address
    sys.stdout.write(f"\n  Karyotriage is ready: http://{host}:{plan.dashboard_port}   (Ctrl-C stops it)\n\n")
    sys.stdout.flush()


def main() -> int:
    """Run the command line; errors of the user are one line on stderr and exit code 2."""
    argparse.ArgumentParser(
        prog="python -m engine.operations.serve",
        description="Run Valkey, one engine and the dashboard. PORT, ADDRESS, VALKEY_PORT, REDIS_URL: see the README.",
    ).parse_args()
    for each in STOP_SIGNALS:  # until the supervisor takes over, every one of them is a Ctrl-C
        signal.signal(each, signal.default_int_handler)
    try:
        plan = Plan.from_environment(os.environ)
        check_exposure(plan, Path.cwd())
        check_ports(plan)
        return serve(plan, os.environ, Path.cwd())
    except (SettingsError, PortInUseError, ExposureError, valkey.ValkeyStartError) as error:
        sys.stderr.write(f"Karyotriage cannot start: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    raise SystemExit(main())
