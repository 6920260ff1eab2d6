"""Is the part that runs on this computer alive? The health check of the container image.

One image plays either role, so the check asks for both: ``python -m engine.operations.health`` ends with 0 when the
dashboard answers here or an engine of this host has a heartbeat, else with 1.
"""

from __future__ import annotations

import http.client
import os
import socket
import sys
from typing import Final

import redis

from engine.jobs.heartbeat import alive
from engine.jobs.stream import connect_redis
from engine.settings import Settings, SettingsError

HOST: Final = "127.0.0.1"
DASHBOARD_PORT: Final = 8501
TIMEOUT_SECONDS: Final = 2.0


def dashboard_answers(port: int, host: str = HOST) -> bool:
    """Say whether the dashboard on this computer is up: Streamlit's own health page answers."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def engine_beats(client: redis.Redis, host: str) -> bool:
    """Say whether an engine on the host has a heartbeat."""
    return any(heartbeat.host == host for heartbeat in alive(client))


def examine(port: int, redis_url: str, host: str) -> tuple[bool, str]:
    """Look for either part.

    Args:
        port: of the dashboard on this computer.
        redis_url: where the engines' heartbeats are.
        host: the name of this computer in them.

    Returns:
        Whether one is alive, and a line that says which, or why not.
    """
    if dashboard_answers(port):
        return True, "the dashboard answers"
    try:
        beats = engine_beats(connect_redis(redis_url), host)
    except redis.RedisError as error:
        return False, f"no dashboard answers here, and engines cannot be looked for: {error}"
    return beats, f"an engine on {host} has a heartbeat" if beats else f"neither dashboard nor engine lives on {host}"


def main() -> int:
    """Run the check; the one line it writes is what ``docker inspect`` shows."""
    try:
        redis_url = Settings.from_environment(os.environ).redis_url
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    healthy, line = examine(DASHBOARD_PORT, redis_url, socket.gethostname())
    sys.stdout.write(f"{line}\n")
    return 0 if healthy else 1


if __name__ == "__main__":
    raise SystemExit(main())
