"""The pipeline: what goes on at once, what is judged first, what must be alone, and that no outage loses anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import redis
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from engine.jobs.hands import Hands
from engine.jobs.pace import LEAST, MicroBatch
from engine.jobs.stream import Job, JobStream
from engine.records import database
from engine.vocabulary import KaryogramState, Priority
from engine.worker.metrics import Metrics
from engine.worker.pipeline import Attempt, Pipeline
from engine.worker.predictors import Predictors
from engine.worker.stages import Stages
from engine.worker.worker import Worker, utc_now
from models import pictures
from tests import servers
from tests.engine.workers import PACE, MakeWorker, Poison, again, queue, steps, verdict_of
from tests.predictors import Page, PixelPredictor
from tests.records import add_batch, karyograms, png

AHEAD = replace(PACE, look_ahead=2, reclaim_seconds=60)


@contextmanager
def pipeline(sql_engine: Engine, stream: JobStream, predictors: Predictors) -> Iterator[Pipeline]:
    """A pipeline by itself."""
    stages = Stages(
        sql_engine,
        stream,
        predictors,
        engine="one",
        max_deliveries=3,
        decode=pictures.page,
        clock=utc_now,
        metrics=Metrics(),
    )
    made = Pipeline(stages, Hands(), MicroBatch(8), look_ahead=2)
    yield made
    made.close()


def test_the_next_micro_batches_are_in_hand_while_one_is_judged(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    queue(sql_engine, stream, 60)
    held: list[int] = []
    worker = make_worker(PixelPredictor(spoil=lambda _: held.append(stream.holders()["one"])), pace=AHEAD)
    worker.step(utc_now())
    assert held[:8] in ([16] * 8, [24] * 8)  # itself, and behind it one or, where reading takes longer, two
    steps(worker)
    assert stream.backlog() == 0
    assert max(held) <= 5 * 8  # two more may be on their way into the record store


def test_what_is_counted_is_what_was_kept(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    waiting = queue(sql_engine, stream, 60)
    predictor = PixelPredictor()
    assert steps(make_worker(predictor, pace=AHEAD)) == 60
    assert sum(predictor.calls) == 60
    assert all(verdict_of(sql_engine, one) for one in waiting)
    assert stream.holders() == {}


def test_an_urgent_karyogram_goes_before_what_was_taken_already(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    waiting = queue(sql_engine, stream, 60)
    add_batch(sql_engine, png(100), priority=Priority.URGENT, now=utc_now())  # too young for the sweep
    (urgent,) = [one for one in karyograms(sql_engine) if one not in waiting]
    told = iter([True])

    def tell(_: Page) -> None:
        if next(told, False):
            stream.put([urgent.id], Priority.URGENT)

    predictor = PixelPredictor(spoil=tell)
    worker = make_worker(predictor, pace=AHEAD)
    worker.step(utc_now())
    worker.step(utc_now())
    assert predictor.calls == [8, 1]
    steps(worker)
    assert sum(predictor.calls) == 61


def test_a_suspect_is_alone_in_hand(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    """It may end the engine, and what is in hand then counts as suspect too."""
    queue(sql_engine, stream, 30)
    held: list[int] = []
    poison = Poison(2, times=2)

    def look(page: Page) -> None:
        if poison.left < 2 and (page == poison.target).all():
            held.append(stream.holders()["one"])
        poison(page)

    assert steps(make_worker(PixelPredictor(spoil=look), pace=AHEAD), 30) == 30
    assert held[-1] == 1
    assert stream.dead_letters() == []


def test_an_engine_that_died_with_three_micro_batches_costs_no_innocent(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    queue(sql_engine, stream, 24)
    assert len(stream.take("dead", 24, block_ms=0)) == 24
    held: list[int] = []
    predictor = PixelPredictor(spoil=lambda _: held.append(stream.holders()["one"]))
    worker = make_worker(predictor, pace=replace(AHEAD, reclaim_seconds=0.05))
    servers.wait_until(lambda: stream.has_abandoned(50))
    assert steps(worker, 10) == 24
    assert set(held) == {8}  # nothing else behind it


def test_the_next_micro_batch_waits_for_an_outage_and_is_judged_after_it(
    sqlite_url: str, stream: JobStream, redis_client: redis.Redis
) -> None:
    sql_engine = database.connect(sqlite_url)
    queue(sql_engine, stream, 40)
    most_pages = [2**30]

    def limit(connection: Any, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most_pages[0]}")

    event.listen(sql_engine, "checkout", limit)
    predictor = PixelPredictor()
    with Worker(sql_engine, redis_client, lambda _: predictor, pace=AHEAD, name="one") as worker:
        first = worker.step(utc_now())
        most_pages[0] = 1  # SQLite takes that for as many as there are
        with pytest.raises(OperationalError, match="full"):
            steps(worker)
        held = stream.holders()["one"]
        for _ in range(3):
            with pytest.raises(OperationalError, match="full"):
                worker.step(utc_now())
        assert stream.holders()["one"] == held <= 6 * 8
        most_pages[0] = 2**30
        steps(worker)
    assert first <= 8
    assert sum(predictor.calls) == 40  # what was judged already is only kept
    assert karyograms(sql_engine) == []
    assert (stream.backlog(), stream.dead_letters()) == (0, [])
    sql_engine.dispose()


def test_a_stop_finishes_what_is_in_hand(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    queue(sql_engine, stream, 80)
    stop = threading.Event()
    worker = make_worker(PixelPredictor(spoil=lambda _: stop.set()), pace=AHEAD)
    worker.run(stop)
    assert stream.holders() == {}
    assert stream.backlog() in (80 - 16, 80 - 24)


def test_a_stop_during_an_outage_waits_for_nothing(stream: JobStream, redis_client: redis.Redis) -> None:
    nowhere = database.connect(f"postgresql://tests@127.0.0.1:{servers.free_port()}/karyotriage")
    stop = threading.Event()
    with Worker(nowhere, redis_client, lambda _: PixelPredictor(), pace=AHEAD) as worker:
        thread = threading.Thread(target=worker.run, args=(stop,))
        thread.start()
        stop.set()
        thread.join(30)
        assert not thread.is_alive()


def test_a_model_that_is_being_loaded_holds_up_no_other(sql_engine: Engine, stream: JobStream) -> None:
    loaded = threading.Event()

    def load(name: str) -> PixelPredictor:
        assert name == "pixels" or loaded.wait(30)
        return PixelPredictor(name)

    (slow,) = queue(sql_engine, stream, 1, model="slow to load")
    quick = next(one for one in queue(sql_engine, stream, 1) if one != slow)
    jobs = {job.karyogram_id: job for job in stream.take("one", 10, block_ms=0)}
    predictors = Predictors(load)
    predictors.get("pixels")
    with pipeline(sql_engine, stream, predictors) as made:
        made.add([jobs[slow.id]])
        made.add([jobs[quick.id]])
        made.turn()
        servers.wait_until(lambda: again(sql_engine, quick).state is KaryogramState.JUDGED)
        assert again(sql_engine, slow).state is KaryogramState.QUEUED
        loaded.set()
        made.turn()
        assert made.is_empty
    assert again(sql_engine, slow).state is KaryogramState.JUDGED


def test_what_failed_is_done_again_when_somebody_asks() -> None:
    calls: list[int] = []

    def work() -> int:
        calls.append(1)
        if len(calls) < 3:
            raise ConnectionError("away")
        return len(calls)

    with ThreadPoolExecutor(1) as pool:
        attempt = Attempt(pool, work)
        servers.wait_until(lambda: attempt.is_due)
        with pytest.raises(ConnectionError):
            attempt.result()
        assert attempt.result() == attempt.result() == 3
    assert len(calls) == 3


def test_hands_give_back_what_failed_one_by_one() -> None:
    hands, jobs = Hands(), [Job(f"{number}-0", str(number), 1) for number in range(3)]
    hands.take(jobs)
    assert not hands.holds_suspect
    hands.release(jobs, [jobs[1], jobs[2]])
    assert (hands.jobs, hands.all) == ((), (jobs[1], jobs[2]))
    assert [hands.next_retry(), hands.next_retry(), hands.next_retry()] == [jobs[1], jobs[2], None]
    hands.take([Job("9-0", "9", 2)])
    assert hands.holds_suspect


def test_a_micro_batch_grows_under_load_and_shrinks_where_judging_is_slow() -> None:
    size = MicroBatch(100)
    assert size.size == LEAST
    for expected in (16, 32, 64, 100, 100):
        size.judged(size.size, 0.1)
        assert size.size == expected
    size.judged(3, 0.1)  # no load
    size.judged(100, 0.8)  # as long as it should take
    assert size.size == 100
    for expected in (50, 25, 12, LEAST, LEAST):
        size.judged(size.size, 1.5)
        assert size.size == expected
    assert MicroBatch(3).size == 3
