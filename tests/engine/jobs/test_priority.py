"""Urgent batches: they are judged before all others, and nothing of them is lost either."""

from __future__ import annotations

import threading
import time

import pytest
import redis
from alembic import command
from sqlalchemy import Engine, text

from engine.intake.intake import IncomingFile, Intake
from engine.jobs import requeue
from engine.jobs.stream import Job, JobStream, StreamLostError
from engine.jobs.sweep import sweep
from engine.records import database, store
from engine.records.database import open_session
from engine.settings import Settings
from engine.vocabulary import Karyogram, KaryogramState, Priority
from engine.worker.worker import utc_now
from tests.engine.records.test_database import migrate
from tests.engine.workers import MakeWorker, Poison, again, steps
from tests.predictors import PixelPredictor
from tests.records import NOW, add_batch, karyograms, png

ENOUGH_MS = 300  # how long an entry must lie still in these tests; a busy machine is slow
URGENT = Priority.URGENT


def names(jobs: list[Job]) -> list[str]:
    return [job.karyogram_id for job in jobs]


def take(stream: JobStream, count: int = 10, consumer: str = "a") -> list[str]:
    return names(stream.take(consumer, count, block_ms=0))


def waiting(sql_engine: Engine, *, routine: int, urgent: int) -> tuple[list[Karyogram], list[Karyogram]]:
    """A routine batch, and an urgent one that comes after it."""
    add_batch(sql_engine, *(png(seed) for seed in range(routine)))
    before = karyograms(sql_engine)
    add_batch(sql_engine, *(png(100 + seed) for seed in range(urgent)), priority=URGENT)
    return before, [one for one in karyograms(sql_engine) if one not in before]


def test_urgent_jobs_are_taken_first_and_by_themselves(stream: JobStream) -> None:
    stream.put(["one", "two"])
    stream.put(["now", "soon"], URGENT)
    assert (stream.lag(), stream.lag(URGENT), stream.lag(Priority.ROUTINE)) == (4, 2, 2)
    assert take(stream, 1) == ["now"]
    assert take(stream) == ["soon"]
    assert (stream.backlog(), stream.lag(), stream.holders()) == (4, 2, {"a": 2})
    assert take(stream) == ["one", "two"]
    assert take(stream) == []


@pytest.mark.parametrize("priority", list(Priority))
def test_either_kind_of_job_ends_the_waiting(stream: JobStream, priority: Priority) -> None:
    start = time.monotonic()
    later = threading.Timer(0.2, lambda: stream.put(["one", "two", "three"], priority))
    later.start()
    taken = stream.take("a", 2, block_ms=2000)
    later.join()  # jobs can be taken before who put them has its answer, and then the test would close its connection
    assert names(taken) == ["one", "two"]
    assert time.monotonic() - start < 1.5
    assert take(stream) == ["three"]


def test_urgent_jobs_are_finished_refreshed_and_buried_like_others(stream: JobStream) -> None:
    stream.put(["routine"])
    stream.put(["urgent", "hopeless"], URGENT)
    jobs = [*stream.take("a", 10, block_ms=0), *stream.take("a", 10, block_ms=0)]
    assert names(jobs) == ["urgent", "hopeless", "routine"]
    time.sleep(ENOUGH_MS / 1000 + 0.02)
    stream.refresh("a", jobs)
    assert stream.reclaim("b", ENOUGH_MS, 10) == []
    second = stream.again("a", jobs[1])
    assert second is not None
    assert second.deliveries == 2
    stream.bury(second, "x")
    stream.done([jobs[0], jobs[2]])
    assert (stream.backlog(), stream.holders(), len(stream.dead_letters())) == (0, {}, 1)
    assert stream.revive("hopeless", URGENT) == 1
    assert (stream.lag(URGENT), stream.dead_letters()) == (1, [])


def test_urgent_jobs_of_a_dead_engine_come_first(stream: JobStream) -> None:
    stream.put(["routine"])
    stream.put(["urgent"], URGENT)
    for _ in range(2):
        take(stream, consumer="dead")
    stream.put(["new and urgent"], URGENT)
    time.sleep(ENOUGH_MS / 1000 + 0.02)
    assert names(stream.reclaim("a", ENOUGH_MS, 10)) == ["urgent"]
    assert stream.reclaim("a", ENOUGH_MS, 10) == []  # what is urgent and new comes before what is routine and old
    assert take(stream) == ["new and urgent"]
    assert names(stream.reclaim("a", ENOUGH_MS, 10)) == ["routine"]


def test_a_server_that_lost_one_lane_is_noticed(stream: JobStream, redis_client: redis.Redis) -> None:
    """Also what an engine finds on the server of an earlier version, which knew no urgent jobs."""
    stream.put(["one"])
    redis_client.delete("karyotriage:jobs:urgent")
    with pytest.raises(StreamLostError):
        take(stream)
    assert stream.ensure_group()
    assert not stream.ensure_group()
    assert take(stream) == ["one"]


def test_an_urgent_batch_is_judged_before_one_that_came_earlier(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    routine, urgent = waiting(sql_engine, routine=10, urgent=3)
    stream.put([one.id for one in routine])
    stream.put([one.id for one in urgent], URGENT)
    worker = make_worker()
    worker.step(utc_now())
    assert {again(sql_engine, one).state for one in urgent} == {KaryogramState.JUDGED}
    assert {again(sql_engine, one).state for one in routine} == {KaryogramState.QUEUED}
    assert steps(worker) == 10


def test_the_sweep_puts_each_job_back_into_its_lane(sql_engine: Engine, stream: JobStream) -> None:
    routine, urgent = waiting(sql_engine, routine=1, urgent=2)
    stream.put([urgent[0].id], URGENT)
    assert sweep(sql_engine, stream, utc_now()) == 2
    assert sweep(sql_engine, stream, utc_now()) == 0
    assert sorted(take(stream)) == sorted(one.id for one in urgent)
    assert take(stream) == [routine[0].id]


def test_a_second_chance_is_as_urgent_as_the_first(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    _, (karyogram,) = waiting(sql_engine, routine=0, urgent=1)
    stream.put([karyogram.id], URGENT)
    steps(make_worker(PixelPredictor(spoil=Poison(seed=100, times=3))))
    with open_session(sql_engine) as session:
        assert requeue.retry(session, stream, karyogram.id)
    assert (stream.lag(URGENT), stream.lag(Priority.ROUTINE), stream.dead_letters()) == (1, 0, [])


def test_intake_wakes_the_engines_by_the_batchs_priority(sql_engine: Engine, stream: JobStream) -> None:
    intake = Intake(sql_engine, stream, Settings())
    batch = intake.open_batch("Now", "pixels", 5, NOW, priority=URGENT)
    report = intake.receive(batch, [IncomingFile("P001_c1.png", png(1))], NOW)
    assert take(stream) == [report.accepted[0].id]
    with open_session(sql_engine) as session:
        assert store.batch(session, batch.id).priority is URGENT
        assert store.unfinished(session, priority=URGENT) == [report.accepted[0].id]
        assert store.unfinished(session, priority=Priority.ROUTINE) == []


def test_a_batch_of_an_earlier_version_is_routine(sql_engine: Engine) -> None:
    migrate(sql_engine, command.downgrade, "0003")
    with sql_engine.connect() as connection:
        connection.execute(
            text("INSERT INTO batches (id, name, model, passes, created_at) VALUES ('b', 'Old', 'pixels', 5, :now)"),
            {"now": "2026-01-01 00:00:00+00:00"},
        )
        connection.commit()
    database.upgrade(sql_engine)
    with open_session(sql_engine) as session:
        assert store.batch(session, "b").priority is Priority.ROUTINE
