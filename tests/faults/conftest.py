"""What the tests of faults share: a batch, engines in processes of their own, and what must hold in the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from subprocess import Popen

import pytest
from sqlalchemy import Engine, func, select

from engine.jobs.stream import JobStream
from engine.records import schema
from engine.vocabulary import KaryogramState
from tests import servers
from tests.records import add_batch, karyograms, png

COUNT = 60
StartEngine = Callable[[], AbstractContextManager[Popen[bytes]]]


@pytest.fixture
def start_engine(database_url: str, redis_url: str, tmp_path: Path) -> Iterator[StartEngine]:
    """Starts a slow engine; what the engines said is shown when the test fails."""
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "KARYOTRIAGE_RECLAIM_SECONDS": "2",
        "KARYOTRIAGE_SWEEP_SECONDS": "2",
    }
    log = tmp_path / "engines.log"
    yield lambda: servers.engine(environment, "--batch-size", "8", module="tests.faults.slow_engine", log=log)
    print(log.read_text())


@pytest.fixture
def waiting(sql_engine: Engine) -> list[str]:
    """The ids of a batch that waits; they are not on the stream yet."""
    add_batch(sql_engine, *(png(number) for number in range(COUNT)))
    return [one.id for one in karyograms(sql_engine)]


def judged(sql_engine: Engine) -> int:
    with sql_engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.verdicts)) or 0


def wait_for_verdicts(sql_engine: Engine, count: int) -> None:
    servers.wait_until(lambda: judged(sql_engine) >= count)


def wait_for_the_middle(sql_engine: Engine) -> None:
    wait_for_verdicts(sql_engine, COUNT // 6)
    assert judged(sql_engine) < COUNT * 5 // 6, "the engine was too fast for a fault in the middle"


def wait_for_the_end(sql_engine: Engine, stream: JobStream) -> None:
    """Wait until all is done, and check that each karyogram has one verdict and nothing was given up."""
    wait_for_verdicts(sql_engine, COUNT)
    servers.wait_until(lambda: stream.backlog() == 0)
    with sql_engine.connect() as connection:
        verdicts = connection.scalars(select(schema.verdicts.c.karyogram_id)).all()
        states = connection.scalars(select(schema.karyograms.c.state)).all()
    assert len(verdicts) == len(set(verdicts)) == COUNT
    assert set(states) == {KaryogramState.JUDGED}
    assert stream.holders() == {}
    assert stream.dead_letters() == []
