"""The health check of the container image, against a real Valkey and a real web server."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
import redis

from engine.jobs.heartbeat import Heartbeat, beat
from engine.operations import health
from tests.conftest import REPOSITORY
from tests.servers import free_port


class _Healthy(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/_stcore/health" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def web_server(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture
def heartbeat(redis_client: redis.Redis) -> None:
    beat(redis_client, Heartbeat(engine="gpu-1:7", host="gpu-1", pid=7, started_at=datetime.now(UTC)))


def test_a_dashboard_that_answers_is_healthy_even_without_redis() -> None:
    with web_server(_Healthy) as port:
        assert health.examine(port, f"redis://127.0.0.1:{free_port()}/0", "here") == (True, "the dashboard answers")


def test_a_server_that_is_no_dashboard_does_not_count() -> None:
    with web_server(http.server.BaseHTTPRequestHandler) as port:
        assert not health.dashboard_answers(port)


@pytest.mark.usefixtures("heartbeat")
def test_only_an_engine_of_this_host_counts(redis_url: str) -> None:
    assert health.examine(free_port(), redis_url, "gpu-1") == (True, "an engine on gpu-1 has a heartbeat")
    assert health.examine(free_port(), redis_url, "gpu-2") == (False, "neither dashboard nor engine lives on gpu-2")


def test_without_redis_an_engine_is_not_healthy_and_the_line_says_why() -> None:
    healthy, line = health.examine(free_port(), f"redis://127.0.0.1:{free_port()}/0", "gpu-1")
    assert not healthy
    assert line.startswith("no dashboard answers here, and engines cannot be looked for: Error")


def test_the_command_gives_one_line_and_an_exit_code() -> None:
    command = [sys.executable, "-m", "engine.operations.health"]
    environment = {**os.environ, "REDIS_URL": "http://nonsense"}
    result = subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith("REDIS_URL must be a URL that starts with redis")
