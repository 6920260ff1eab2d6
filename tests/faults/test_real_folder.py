"""Real karyograms with the model that ships, through a killed engine and a wiped Redis.

Every sixteenth of them each time; ``make soak`` takes the whole folder.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from engine.records import database, schema
from tests import servers
from tests.servers import REPOSITORY


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "engine", *map(str, arguments)]


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("step", [16, pytest.param(1, marks=pytest.mark.soak)])
def test_every_real_karyogram_gets_one_verdict(
    sqlite_url: str, redis_url: str, redis_client: redis.Redis, shared_data: Path, tmp_path: Path, *, step: int
) -> None:
    folder = tmp_path / "karyograms"
    folder.mkdir()
    chosen = sorted((shared_data / "karyograms").glob("*.png"))[::step]
    for picture in chosen:
        shutil.copy(picture, folder)
    number = len(chosen)
    store = database.connect(sqlite_url)
    environment = {"DATABASE_URL": sqlite_url, "REDIS_URL": redis_url, "KARYOTRIAGE_RECLAIM_SECONDS": "5"}
    environment |= {"KARYOTRIAGE_SWEEP_SECONDS": "5"}

    def judged() -> int:
        with database.open_session(store) as session:
            return int(session.scalar(select(func.count()).select_from(schema.verdicts)) or 0)

    log = tmp_path / "engine.log"
    with (tmp_path / "submit.log").open("wb") as said, ExitStack() as cleaning:
        submit = subprocess.Popen(
            command("submit", folder, "--name", "real", "--passes", "10", "--wait"),
            cwd=REPOSITORY,
            env={**os.environ, **environment},
            stdout=said,
            stderr=said,
        )
        cleaning.callback(servers.stop, submit)
        with servers.engine(environment, log=log) as first:
            servers.wait_until(lambda: judged() >= number // 5, 300)
            first.kill()
        with servers.engine(environment, log=log):
            servers.wait_until(lambda: judged() >= number // 2, 300)
            redis_client.flushall()
            assert submit.wait(400) == 0, (tmp_path / "submit.log").read_text()
    exported = subprocess.run(
        command("export", "real", "--csv", "-"),
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    rows = list(csv.DictReader(io.StringIO(exported.stdout)))
    assert len(rows) == len({row["karyogram_id"] for row in rows}) == judged() == number
    assert {row["model"] for row in rows} == {"inceptionv3"}
    assert all(float(row["pass_agreement"]) >= 0.5 for row in rows)
