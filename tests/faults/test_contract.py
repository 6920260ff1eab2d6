"""The contract of queue and record store, whatever happens in whatever order: one verdict or a visible failure each.

Hypothesis plays engines that take, finish, crash and stall, servers that lose their data, jobs that are sent twice and
people who try again; it shrinks what it finds to the shortest story. Whatever the story, once engines work undisturbed
every karyogram that was accepted has exactly one verdict or a failure with its reason, and the record store holds.
"""

from __future__ import annotations

import itertools
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import redis
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import select

from engine.jobs.hands import Hands
from engine.jobs.pace import MicroBatch
from engine.jobs.requeue import retry
from engine.jobs.stream import Job, JobStream, StreamLostError
from engine.jobs.sweep import sweep
from engine.operations import checks
from engine.records import database, reports, schema, store
from engine.records.database import open_session
from engine.vocabulary import KaryogramState
from engine.worker.metrics import Metrics
from engine.worker.pipeline import Pipeline
from engine.worker.predictors import Predictors
from engine.worker.stages import Stages
from engine.worker.worker import utc_now
from models.pictures import Limits, page
from tests.predictors import Page, PixelPredictor
from tests.records import NOW, add_batch, png

ENGINES = ("north", "south")
MOST_ROUNDS = 200
which = st.sampled_from(ENGINES)


class CutStream(JobStream):
    """The real stream behind a connection that breaks just before the jobs that are done are told."""

    cut = False

    def done(self, jobs: Sequence[Job]) -> None:
        """Tell the server that jobs are done, unless the connection is cut."""
        if self.cut and jobs:
            raise RedisConnectionError("cut by the test")
        super().done(jobs)


class AtOnce(Executor):
    """Does everything in the moment in which it is asked, so that each story has one ending."""

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(work(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class Played:
    """The pipeline of one engine, with what it holds; after a crash it is another one that holds nothing."""

    def __init__(self, stages: Stages) -> None:
        """Begin empty."""
        self.stages = stages
        self.crash()

    def crash(self) -> None:
        """Forget everything, as the end of a process does."""
        self.hands = Hands()
        size, pool = MicroBatch(8), AtOnce()
        self.pipeline = Pipeline(self.stages, self.hands, size, look_ahead=2, readers=pool, keeper=pool)

    def add(self, jobs: Sequence[Job]) -> None:
        """Begin to read jobs, if there are any."""
        if jobs:
            self.pipeline.add(jobs)


class Contract(RuleBasedStateMachine):
    """Two engines, one stream and one record store, all of them real."""

    template: ClassVar[Path]
    folder: ClassVar[Path]
    client: ClassVar[redis.Redis]
    stories: ClassVar = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        path = self.folder / f"{next(self.stories)}.db"
        shutil.copyfile(self.template, path)
        self.sql = database.connect(f"sqlite:///{path}")
        self.client.flushall()
        self.stream = CutStream(self.client)
        self.stream.ensure_group()
        self.broken = False
        self.seeds = itertools.count()
        self.accepted: list[str] = []
        self.engines = {name: Played(self._stages(name)) for name in ENGINES}

    def _stages(self, name: str) -> Stages:
        limits = Limits(max_pixels=10**6, min_side=16)
        return Stages(
            self.sql,
            self.stream,
            Predictors(lambda _: PixelPredictor(spoil=self._spoil)),
            engine=name,
            max_deliveries=3,
            decode=lambda data, number: page(data, number, limits),
            clock=utc_now,
            metrics=Metrics(),
        )

    def _spoil(self, seen: Page) -> None:
        if self.broken:
            raise RuntimeError("out of memory")

    @rule(count=st.integers(1, 3), told=st.integers(0, 2))
    def accept(self, count: int, told: int) -> None:
        """Karyograms come, and the stream hears of them not at all, once, or twice."""
        batch = add_batch(self.sql, *(png(next(self.seeds)) for _ in range(count)), now=NOW - timedelta(hours=1))
        with open_session(self.sql) as session:
            keys = [karyogram.id for karyogram, _ in reports.judged(session, batch.id)]
        self.accepted += keys
        for _ in range(told):
            self.stream.put(keys)

    @rule(name=which, count=st.integers(1, 4))
    def take(self, name: str, count: int) -> None:
        """An engine takes what is new, and reads it; it may have more in hand already."""
        with suppress(StreamLostError):
            self.engines[name].add(self.stream.take(name, count, block_ms=0))

    @rule(name=which, count=st.integers(1, 4))
    def reclaim(self, name: str, count: int) -> None:
        """An engine takes over what lay still; the other one may only have stalled, and goes on with it later."""
        with suppress(StreamLostError):
            self.engines[name].add(self.stream.reclaim(name, 0, count))

    @rule(name=which, broken=st.booleans(), cut=st.booleans())
    def turn(self, name: str, broken: bool, cut: bool) -> None:
        """An engine works on what it holds; its network may fail, and its connection may be cut after the commit."""
        self.broken, self.stream.cut = broken, cut
        try:
            with suppress(RedisConnectionError):
                self.engines[name].pipeline.turn()
        finally:
            self.broken = self.stream.cut = False

    @rule(name=which)
    def try_failed_again(self, name: str) -> None:
        """An engine has a job that failed alone delivered to it once more."""
        failed = self.engines[name].hands.next_retry()
        with suppress(StreamLostError):
            job = self.stream.again(name, failed) if failed else None
            self.engines[name].add([job] if job else [])

    @rule(name=which)
    def crash(self, name: str) -> None:
        self.engines[name].crash()

    @rule()
    def wipe(self) -> None:
        """The server's data are gone; engines make the group anew when they next ask."""
        self.client.flushall()
        self.stream.ensure_group()

    @rule()
    def sweep(self) -> None:
        sweep(self.sql, self.stream, utc_now())

    @precondition(lambda self: self.accepted)
    @rule(number=st.integers(0, 10**6))
    def try_again(self, number: int) -> None:
        """Somebody sends a karyogram back, whether it has failed or not."""
        with open_session(self.sql) as session:
            retry(session, self.stream, self.accepted[number % len(self.accepted)])

    @invariant()
    def nothing_is_judged_twice_or_without_a_trace(self) -> None:
        with self.sql.connect() as connection:
            verdicts = Counter(connection.scalars(select(schema.verdicts.c.karyogram_id)))
            states = dict(map(tuple, connection.execute(select(schema.karyograms.c.id, schema.karyograms.c.state))))
        assert set(states) == set(self.accepted)
        assert set(verdicts.values()) <= {1}
        assert {key for key, state in states.items() if state is KaryogramState.JUDGED} == set(verdicts)

    def teardown(self) -> None:
        """Let one engine work undisturbed: in the end all is done, and the record store holds."""
        try:
            self._drain()
            with open_session(self.sql) as session:
                assert store.unfinished(session) == []
                assert all(karyogram.failure for karyogram in reports.failed(session))
                assert list(checks.faults(session)) == []
            assert self.stream.backlog() == 0
            self.nothing_is_judged_twice_or_without_a_trace()
        finally:
            for engine in self.engines.values():
                engine.stages.close()
            self.sql.dispose()

    def _drain(self) -> None:
        north = self.engines["north"]
        for _ in range(MOST_ROUNDS):
            sweep(self.sql, self.stream, utc_now())
            jobs = self.stream.take("north", 8, block_ms=0) or self.stream.reclaim("north", 0, 8)
            north.add(jobs)
            while not north.pipeline.is_empty:
                north.pipeline.turn()
            if not jobs:
                return


@pytest.mark.timeout(300)
def test_whatever_happens_each_karyogram_ends_with_one_verdict_or_a_failure(
    sqlite_template: Path, redis_client: redis.Redis, tmp_path: Path
) -> None:
    Contract.template, Contract.folder, Contract.client = sqlite_template, tmp_path, redis_client
    run_state_machine_as_test(
        Contract,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
