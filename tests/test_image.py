"""The image is built as the Dockerfile says and started as compose.yaml says, and then it works."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from tests import image, servers
from tests.image import Image
from tests.test_deployment import CONTAINER, of, services

REDIS = {"REDIS_URL": "redis://127.0.0.1:6399/0"}
MINUTES = 60.0


@pytest.mark.parametrize(
    ("path", "through"),
    [
        ("engine/settings.py", True),
        ("engine/__pycache__/settings.pyc", False),
        (".streamlit/config.toml", True),
        (".streamlit/secrets.toml", False),
        (".env", False),
        (".git/config", False),
        ("data/karyotriage.db", False),
        ("tests/image.py", False),
    ],
)
def test_secrets_and_records_never_reach_the_builder(path: str, through: bool) -> None:
    assert image.included(path) is through


@pytest.fixture(scope="module")
def built() -> Iterator[Image]:
    image.require_means()
    with tempfile.TemporaryDirectory(prefix="karyotriage-image-", dir=os.environ.get("SOAK_FOLDER")) as folder:
        made = Image(Path(folder))
        made.build()
        yield made


@contextmanager
def running(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command)
    try:
        yield process
    finally:
        servers.stop(process)


@pytest.mark.soak
def test_the_image_has_what_the_dockerfile_says_and_nothing_else(built: Image) -> None:
    there = {path.name for path in (built.folder / "upper" / CONTAINER.name).iterdir()}
    copied = {name for rest in of("COPY") for name in rest.split()[:-1]}
    assert there == copied | {"data"}
    assert not list((built.folder / "upper" / CONTAINER.name).rglob("secrets.toml"))


@pytest.mark.soak
def test_nothing_can_be_written_and_no_right_is_left(built: Image) -> None:
    with built.started() as enter:

        def said(script: str) -> str:
            line = built.as_somebody(enter, {}, ["sh", "-c", script])
            return subprocess.run(line, capture_output=True, text=True, check=False).stdout.strip()

        assert said("id -u; id -g; id -G") == "10001\n10001\n10001"
        assert said("grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status | tr -s '\\t ' ' '").split("\n") == [
            "CapEff: 0000000000000000",
            "CapBnd: 0000000000000000",
            "NoNewPrivs: 1",
        ]
        places = f"{CONTAINER} {CONTAINER}/engine /etc /opt/base /usr/local"
        assert said(f"for place in {places}; do touch $place/x 2>&1 || echo no; done").count("no\n") >= 4
        assert said("for place in data /tmp $HOME; do touch $place/x && echo yes; done") == "yes\nyes\nyes"


@pytest.mark.soak
def test_every_part_works_as_it_is_started(built: Image) -> None:
    """Qualification takes the samples through intake, stream, engine and record store; both parts become healthy."""
    check = yaml.safe_load(of("HEALTHCHECK")[0].partition("CMD ")[2])
    qualify = ["python", "-m", "engine", "qualify", "--by", "Image", "--out", "data/qualification.pdf"]
    alone = {**REDIS, "KARYOTRIAGE_LOOPBACK_ONLY": "yes"}
    with built.started() as enter:

        def line(*command: str) -> list[str]:
            return built.as_somebody(enter, alone, command)

        def ends_well(*command: str) -> bool:
            return subprocess.run(line(*command), check=False).returncode == 0

        with running(line("python", "-m", "engine.operations.valkey", "--data", "/tmp/valkey")):
            servers.wait_until(lambda: ends_well("python", "-m", "engine", "status"), 2 * MINUTES)
            assert not ends_well(*check)
            assert ends_well("python", "-m", "engine", "check")  # the first one to look makes the tables
            assert ends_well(*qualify)
            for command in (services()["engine"]["command"], yaml.safe_load(of("CMD")[0])):
                with running(line(*command)):
                    servers.wait_until(lambda: ends_well(*check), 5 * MINUTES)
                servers.wait_until(lambda: not ends_well(*check), 2 * MINUTES)
            assert ends_well("python", "-m", "engine", "check")
    assert (built.folder / "upper" / CONTAINER.name / "data" / "qualification.pdf").stat().st_size > 10_000
