"""The embedded Valkey, for real: it keeps what it was given, listens to this computer only, and ends when told."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
import redis

from engine.operations import valkey
from tests.conftest import REPOSITORY
from tests.servers import free_port


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "a folder with spaces" / "valkey"


def server_process(url: str) -> psutil.Process:
    with redis.Redis.from_url(url) as client:
        return psutil.Process(client.info("server")["process_id"])


def test_data_survive_a_stop_and_a_kill(folder: Path) -> None:
    port = free_port()
    with valkey.running(port, folder) as url, redis.Redis.from_url(url) as client:
        client.xadd("jobs", {"karyogram": "a"})
    with valkey.running(port, folder) as url, redis.Redis.from_url(url) as client:
        client.xadd("jobs", {"karyogram": "b"})
        server_process(url).kill()
    with valkey.running(port, folder) as url, redis.Redis.from_url(url) as client:
        assert [fields for _, fields in client.xrange("jobs")] == [{b"karyogram": b"a"}, {b"karyogram": b"b"}]


def test_it_never_evicts_writes_every_change_down_and_listens_to_this_computer_only(folder: Path) -> None:
    with valkey.running(free_port(), folder) as url, redis.Redis.from_url(url) as client:
        settings = client.config_get("appendonly", "maxmemory-policy", "bind", "dir")
        listening = {c.laddr.ip for c in server_process(url).net_connections() if c.status == psutil.CONN_LISTEN}
    assert settings["appendonly"] == "yes"
    assert settings["maxmemory-policy"] == "noeviction"
    assert listening == {"127.0.0.1"}
    assert Path(settings["dir"]) == folder.resolve()


def test_it_stands_outside_the_terminals_process_group_and_is_gone_afterwards(folder: Path) -> None:
    with valkey.running(free_port(), folder) as url:
        process = server_process(url)
        assert os.getpgid(process.pid) != os.getpgid(0)
    assert not process.is_running()


def test_a_server_that_cannot_start_is_reported_with_its_log(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "appendonlydir").write_text("in the way")
    with (
        pytest.raises(valkey.ValkeyStartError, match=r"ended at once: see .*valkey\.log"),
        valkey.running(free_port(), folder),
    ):
        pytest.fail("it must not be up")
    assert (folder / "valkey.log").exists()


def test_run_alone_it_ends_at_sigterm(folder: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "engine.operations.valkey", "--port", str(port), "--data", str(folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL) as process:
        with redis.Redis(port=port) as client:
            client.ping()  # redis-py tries again while nobody listens yet
            assert client.info("server")["process_id"] == process.pid
        process.terminate()
        assert process.wait(timeout=20) == 0
