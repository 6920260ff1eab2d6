"""The worker when engines die, Redis forgets, or the record store is away."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream, connect_redis
from engine.records import database, schema, store
from engine.records.database import open_session
from engine.vocabulary import KaryogramState
from engine.worker.worker import Worker, utc_now
from tests import servers
from tests.engine.workers import PACE, MakeWorker, again, queue, steps, verdict_of
from tests.predictors import Page, PixelPredictor
from tests.records import add_batch, karyograms, png, verdict


def test_jobs_of_a_dead_engine_are_finished(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    queue(sql_engine, stream, 12)
    stream.take("dead", 10, block_ms=0)
    time.sleep(0.1)
    predictor = PixelPredictor()
    assert steps(make_worker(predictor)) == 12
    assert predictor.calls == [8, 2, 2]
    assert stream.backlog() == 0


def test_what_kills_engines_is_given_up_without_the_innocent(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    """Acts out three engines that die of the karyogram in the middle, and one more."""
    waiting = queue(sql_engine, stream, 5)
    assert len(stream.take("first", 8, block_ms=0)) == 5  # dies
    time.sleep(0.1)
    assert len(stream.reclaim("second", 50, 8)) == 5  # dies
    third = make_worker(name="third")
    time.sleep(0.1)
    assert [third.step(utc_now()) for _ in range(2)] == [1, 1]
    (killer,) = stream.reclaim("third", 50, 8)  # dies of the next one, which came alone
    assert killer.karyogram_id == waiting[2].id
    last = PixelPredictor()
    time.sleep(0.1)
    assert steps(make_worker(last, name="fourth")) == 3
    assert last.calls == [1, 1]
    states = [again(sql_engine, karyogram).state for karyogram in waiting]
    assert states == [KaryogramState.JUDGED] * 2 + [KaryogramState.FAILED] + [KaryogramState.JUDGED] * 2
    assert "every engine that took it stopped" in (again(sql_engine, waiting[2]).failure or "")
    assert [letter.karyogram_id for letter in stream.dead_letters()] == [waiting[2].id]


def test_a_job_delivered_too_often_that_was_judged_after_all_is_no_dead_letter(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)
    (job,) = stream.take("dead", 1, block_ms=0)
    for _ in range(3):
        job = stream.again("dead", job) or job
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(karyogram))
        session.commit()
    time.sleep(0.1)
    assert steps(make_worker()) == 0
    assert again(sql_engine, karyogram).state is KaryogramState.JUDGED
    assert stream.dead_letters() == []
    assert stream.backlog() == 0


def test_a_wiped_redis_loses_nothing(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    queue(sql_engine, stream, 20)
    worker = make_worker()
    assert worker.step(utc_now()) == 8
    redis_client.flushall()
    assert steps(worker) == 12
    assert stream.backlog() == 0


def test_a_redis_wiped_during_a_micro_batch_loses_nothing(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    waiting = queue(sql_engine, stream, 20)
    wipes = iter([True])

    def wipe(_: Page) -> None:
        if next(wipes, False):
            redis_client.flushall()

    assert steps(make_worker(PixelPredictor(spoil=wipe))) == 20
    for karyogram in waiting:
        assert verdict_of(sql_engine, karyogram)


def test_the_sweep_puts_back_what_is_lost_and_only_that(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    add_batch(sql_engine, png(1), png(2), png(3))
    held, queued, lost = karyograms(sql_engine)
    add_batch(sql_engine, png(4), now=utc_now())  # on its way to the stream right now
    stream.put([held.id])
    stream.take("busy", 1, block_ms=0)
    stream.put([queued.id])
    worker = make_worker(pace=replace(PACE, reclaim_seconds=60))
    assert steps(worker) == 2
    assert again(sql_engine, lost).state is KaryogramState.JUDGED
    assert again(sql_engine, held).state is KaryogramState.QUEUED
    assert stream.holders() == {"busy": 1}
    with sql_engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.verdicts)) == 2


def test_sweeps_come_at_their_time(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    worker = make_worker()
    start = utc_now()
    worker.step(start)
    redis_client.delete("karyotriage:jobs:sweeper")
    add_batch(sql_engine, png(1))
    assert worker.step(start + timedelta(seconds=59)) == 0
    assert worker.step(start + timedelta(seconds=60)) == 1


def test_a_clock_that_is_set_back_puts_off_no_sweep(
    sql_engine: Engine, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    worker = make_worker()
    worker.step(utc_now())
    redis_client.delete("karyotriage:jobs:sweeper")
    add_batch(sql_engine, png(1))  # tomorrow, as it seems then
    assert worker.step(utc_now() - timedelta(days=1)) == 1


def test_a_full_redis_is_waited_for(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    add_batch(sql_engine, png(1))
    stop = threading.Event()
    thread = threading.Thread(target=make_worker().run, args=(stop,))
    redis_client.config_set("maxmemory", 1)
    try:
        thread.start()
        time.sleep(0.5)
        assert thread.is_alive()
    finally:
        redis_client.config_set("maxmemory", 0)
    servers.wait_until(lambda: not karyograms(sql_engine))
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def test_an_outage_of_the_record_store_uses_up_no_delivery(stream: JobStream, redis_client: redis.Redis) -> None:
    stream.put(["one"])
    nowhere = database.connect(f"postgresql://tests@127.0.0.1:{servers.free_port()}/karyotriage")
    with Worker(nowhere, redis_client, lambda _: PixelPredictor(), pace=PACE) as worker:
        for _ in range(3):
            with pytest.raises(OperationalError):
                worker.step(utc_now())
    assert stream.lag() == 1


def test_a_full_disk_uses_up_no_delivery(sqlite_url: str, stream: JobStream, redis_client: redis.Redis) -> None:
    """The jobs stay in the hands of the engine, which takes no others, until their verdicts can be kept."""
    sql_engine = database.connect(sqlite_url)
    queue(sql_engine, stream, 12)
    most_pages = [1]  # SQLite takes that for as many as there are

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most_pages[0]}")

    event.listen(sql_engine, "checkout", limit)
    with Worker(sql_engine, redis_client, lambda _: PixelPredictor(), pace=PACE, name="one") as worker:
        for _ in range(5):
            with pytest.raises(OperationalError, match="full"):
                worker.step(utc_now())
            time.sleep(0.1)  # longer than jobs may lie still
        assert stream.holders() == {"one": 8}
        most_pages[0] = 2**30
        assert steps(worker) == 12
    assert stream.backlog() == 0
    assert stream.dead_letters() == []
    sql_engine.dispose()


def test_draining_waits_for_what_a_dead_engine_left(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    queue(sql_engine, stream, 3)
    stream.take("dead", 3, block_ms=0)
    worker = make_worker(pace=replace(PACE, reclaim_seconds=0.3, block_ms=50))
    assert worker.drain(threading.Event()) == 3


def test_draining_finds_what_the_stream_has_lost(sql_engine: Engine, make_worker: MakeWorker) -> None:
    add_batch(sql_engine, png(1), now=utc_now() - timedelta(milliseconds=1))
    assert make_worker().drain(threading.Event()) == 1


def test_a_running_engine_survives_a_restart_of_redis(sqlite_url: str, tmp_path: Path) -> None:
    port = servers.free_port()
    sql_engine = database.connect(sqlite_url)
    stop = threading.Event()
    with connect_redis(f"redis://127.0.0.1:{port}/0") as client:
        worker = Worker(sql_engine, client, lambda _: PixelPredictor(), pace=Pace(block_ms=100))
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()  # before there is any Redis
        for number in range(2):
            with servers.valkey(port, tmp_path / "valkey"):
                add_batch(sql_engine, png(number))
                JobStream(client).put([one.id for one in karyograms(sql_engine)])
                servers.wait_until(lambda: not karyograms(sql_engine))
        stop.set()
        thread.join(20)
        assert not thread.is_alive()
        worker.close()
    sql_engine.dispose()
