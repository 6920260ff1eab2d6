"""Workers and empty databases for the tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import Engine

from engine.jobs.pace import Pace
from engine.worker.metrics import Metrics
from engine.worker.worker import Worker
from tests.engine.workers import PACE, MakeWorker
from tests.predictors import PixelPredictor


@pytest.fixture
def make_worker(sql_engine: Engine, redis_client: redis.Redis) -> Iterator[MakeWorker]:
    """Makes workers that know one predictor under every name."""
    made: list[Worker] = []

    def make(
        predictor: PixelPredictor | None = None, pace: Pace = PACE, name: str = "one", metrics: Metrics | None = None
    ) -> Worker:
        judge = predictor or PixelPredictor()
        made.append(Worker(sql_engine, redis_client, lambda _: judge, pace=pace, name=name, metrics=metrics))
        return made[-1]

    yield make
    for worker in made:
        worker.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/new folder/100%/karyotriage.db"
    return str(request.getfixturevalue("empty_postgres_url"))
