"""The worker, step by step, against real databases and a real Valkey; only the network is replaced."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import redis
from sqlalchemy import Engine, select, text

from engine.jobs.heartbeat import EngineState, alive
from engine.jobs.pace import Pace
from engine.jobs.stream import JobStream
from engine.records import schema, store
from engine.records.database import open_session
from engine.vocabulary import KaryogramState
from engine.worker.worker import Worker, utc_now
from models.judging.calibration import Calibration
from models.judging.prediction import Prediction
from models.judging.triage import Reason, TriageOutcome
from models.judging.uncertainty import measure
from tests.engine.workers import PACE, MakeWorker, Poison, again, queue, steps, verdict_of
from tests.predictors import Page, PixelPredictor, prediction
from tests.records import add_batch, karyograms, pixels, png, verdict


def test_every_karyogram_gets_one_verdict(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    waiting = queue(sql_engine, stream, 20)
    predictor = PixelPredictor()
    worker = make_worker(predictor)
    assert [worker.step(utc_now()) for _ in range(4)] == [8, 8, 4, 0]
    assert predictor.calls == [8, 8, 4]
    for karyogram in waiting:
        assert again(sql_engine, karyogram).state is KaryogramState.JUDGED
        assert verdict_of(sql_engine, karyogram).image_sha256 == karyogram.image_sha256
    assert stream.backlog() == 0
    assert stream.holders() == {}


def test_a_verdict_tells_everything_about_its_making(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    (karyogram,) = queue(sql_engine, stream, 1, passes=50)
    predictor = PixelPredictor()
    before = utc_now()
    steps(make_worker(predictor, name="engine 7"))
    found = verdict_of(sql_engine, karyogram)
    expected = predictor.predict([pixels(0)], 50)[0]
    assert found.measures == expected.measures
    assert found.measures.passes == len(found.pass_probabilities) == 50
    assert found.pass_probabilities == tuple(expected.pass_probabilities.tolist())
    assert (found.model, found.model_sha256, found.seed) == ("pixels", predictor.card.weights_sha256, 7)
    assert (found.engine, found.precision, found.policy) == ("engine 7", "float32", predictor.card.policy)
    assert before <= found.created_at <= utc_now()
    assert 0 < found.seconds < 10


def test_the_triage_rule_of_the_card_is_applied(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)

    class Hopeful(PixelPredictor):
        def predict(self, pages: object, passes: int | None = None) -> list[Prediction]:
            probabilities = np.full(5, 0.4, np.float32)
            return [prediction(probabilities)]

    steps(make_worker(Hopeful()))
    found = verdict_of(sql_engine, karyogram)
    assert found.outcome is TriageOutcome.FLAGGED_UNCERTAIN
    assert found.reasons == (Reason.HIGH_PROBABILITY,)


def test_batches_of_other_models_or_passes_are_judged_apart(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis
) -> None:
    queue(sql_engine, stream, 2, model="a", passes=5)
    queue(sql_engine, stream, 2, model="b", passes=5)
    queue(sql_engine, stream, 2, model="b", passes=9)
    loaded: list[str] = []

    def load(name: str) -> PixelPredictor:
        loaded.append(name)
        return PixelPredictor(name)

    with Worker(sql_engine, redis_client, load, pace=Pace(micro_batch=50, block_ms=0)) as worker:
        assert steps(worker) == 6
    assert sorted(loaded) == ["a", "b"]
    with sql_engine.connect() as connection:
        rows = connection.execute(select(schema.verdicts.c.model, schema.verdicts.c.passes)).all()
    assert Counter(map(tuple, rows)) == {("a", 5): 2, ("b", 5): 2, ("b", 9): 2}


def test_a_second_delivery_is_not_judged_again(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    waiting = queue(sql_engine, stream, 3)
    stream.put([one.id for one in waiting])
    predictor = PixelPredictor()
    worker = make_worker(predictor)
    assert steps(worker) == 3
    stream.put([one.id for one in waiting])
    assert steps(worker) == 0
    assert predictor.calls == [3]
    assert stream.backlog() == 0


def test_a_job_without_a_karyogram_is_dropped(stream: JobStream, make_worker: MakeWorker) -> None:
    stream.put(["nobody"])
    assert steps(make_worker()) == 0
    assert stream.backlog() == 0
    assert stream.dead_letters() == []


def test_another_engine_may_be_quicker(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)
    first = verdict(karyogram)

    def quicker(_: Page) -> None:
        with open_session(sql_engine) as session:
            store.save_verdict(session, first)
            session.commit()

    assert steps(make_worker(PixelPredictor(spoil=quicker))) == 0
    assert verdict_of(sql_engine, karyogram) == first
    assert stream.backlog() == 0


@pytest.mark.parametrize("data", [b"this is no picture", png(3)[:600], png(4, (20, 20))])
def test_a_picture_that_cannot_be_used_fails_alone(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, data: bytes
) -> None:
    add_batch(sql_engine, png(1), data, png(2))
    good, bad, fine = karyograms(sql_engine)
    stream.put([good.id, bad.id, fine.id])
    assert steps(make_worker()) == 3
    failed = again(sql_engine, bad)
    assert failed.state is KaryogramState.FAILED
    assert failed.failure is not None
    assert failed.failure.startswith("the picture cannot be used: ")
    assert verdict_of(sql_engine, good)
    assert verdict_of(sql_engine, fine)
    assert stream.backlog() == 0


def test_a_page_that_does_not_exist_fails(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)
    with sql_engine.begin() as connection:
        connection.execute(schema.karyograms.update().values(page=3))
    assert steps(make_worker()) == 1
    assert "page" in (again(sql_engine, karyogram).failure or "")


def test_what_cannot_be_judged_is_given_up_after_three_deliveries(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    waiting = queue(sql_engine, stream, 5)
    poison = Poison(seed=2)
    worker = make_worker(PixelPredictor(spoil=poison))
    assert worker.step(utc_now()) == 4  # the others do not wait for it
    assert again(sql_engine, waiting[2]).state is KaryogramState.QUEUED
    assert steps(worker) == 1
    assert 10**6 - poison.left == 4  # in the micro-batch, then alone in each of three deliveries
    failed = again(sql_engine, waiting[2])
    assert failed.state is KaryogramState.FAILED
    assert failed.failure == "given up after 3 tries: RuntimeError: out of memory: 7 GiB"
    (letter,) = stream.dead_letters()
    assert (letter.karyogram_id, letter.deliveries) == (waiting[2].id, 3)
    assert letter.reason == "RuntimeError: out of memory: 7 GiB"
    assert stream.backlog() == 0


def test_a_passing_trouble_is_overcome(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    waiting = queue(sql_engine, stream, 3)
    trouble = Poison(seed=1, times=3)
    assert steps(make_worker(PixelPredictor(spoil=trouble))) == 3
    assert trouble.left == 0
    assert verdict_of(sql_engine, waiting[1])
    assert stream.dead_letters() == []


def test_figures_that_are_no_numbers_are_not_kept(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)

    class Broken(PixelPredictor):
        def predict(self, pages: object, passes: int | None = None) -> list[Prediction]:
            probabilities = np.full(5, 0.5, np.float32)
            measures = replace(measure(probabilities, Calibration()), mutual_information=math.nan)
            return [prediction(probabilities, measures)]

    assert steps(make_worker(Broken())) == 1
    assert "measures must be finite numbers" in (again(sql_engine, karyogram).failure or "")


def test_a_model_that_cannot_be_loaded_is_named(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis
) -> None:
    (karyogram,) = queue(sql_engine, stream, 1)

    def load(name: str) -> PixelPredictor:
        raise LookupError(f"model must be one of ['vgg16'], got {name!r}")

    with Worker(sql_engine, redis_client, load, pace=PACE) as worker:
        assert steps(worker) == 1
    assert "model must be one of ['vgg16'], got 'pixels'" in (again(sql_engine, karyogram).failure or "")


def test_the_same_picture_gets_the_same_figures_everywhere(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    queue(sql_engine, stream, 40)
    steps(make_worker(pace=replace(PACE, micro_batch=40), name="first"))
    queue(sql_engine, stream, 40)
    steps(make_worker(pace=replace(PACE, micro_batch=3), name="second"))
    with sql_engine.connect() as connection:
        rows = connection.execute(text("SELECT image_sha256, engine, pass_probabilities FROM verdicts")).all()
    assert Counter(row.engine for row in rows) == {"first": 40, "second": 40}
    assert len({(row.image_sha256, bytes(row.pass_probabilities)) for row in rows}) == 40


def test_two_engines_share_the_work(sql_engine: Engine, stream: JobStream, redis_client: redis.Redis) -> None:
    queue(sql_engine, stream, 30)
    predictors = [PixelPredictor(seconds_per_page=0.005) for _ in range(2)]
    stop = threading.Event()
    pace = Pace(micro_batch=3)

    def work(number: int) -> None:
        with Worker(sql_engine, redis_client, lambda _: predictors[number], pace=pace, name=f"e{number}") as worker:
            worker.drain(stop)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(map(sum, (predictor.calls for predictor in predictors))) == 30
    assert all(len(predictor.calls) > 1 for predictor in predictors)


def test_draining_stops_when_told(sql_engine: Engine, stream: JobStream, make_worker: MakeWorker) -> None:
    queue(sql_engine, stream, 20)
    stop = threading.Event()
    worker = make_worker(PixelPredictor(spoil=lambda _: stop.set()))
    assert worker.drain(stop) == 8


def test_a_heartbeat_tells_how_an_engine_is(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker, redis_client: redis.Redis
) -> None:
    queue(sql_engine, stream, 3)
    worker = make_worker(pace=Pace(micro_batch=8, block_ms=0))
    worker.beat()
    (fresh,) = alive(redis_client)
    assert (fresh.engine, fresh.state, fresh.models, fresh.judged_total) == ("one", EngineState.WARMING_UP, (), 0)
    assert fresh.pictures_per_second is None
    steps(worker, 2)
    worker.beat()
    (busy,) = alive(redis_client)
    assert (busy.models, busy.device, busy.precision) == (("pixels",), "CPU for tests", "float32")
    assert (busy.judged_total, busy.last_batch) == (3, 3)
    assert busy.pictures_per_second is not None
    assert busy.pictures_per_second > 0
    assert busy.last_batch_at is not None
    worker.close()
    assert alive(redis_client) == []


def test_while_it_computes_an_engine_keeps_its_jobs(
    sql_engine: Engine, stream: JobStream, redis_client: redis.Redis
) -> None:
    queue(sql_engine, stream, 2)
    seen: list[object] = []

    def look(_: Page) -> None:
        time.sleep(0.5)
        seen.append([heartbeat.state for heartbeat in alive(redis_client)])
        seen.append(stream.reclaim("thief", 300, 10))

    pace = Pace(micro_batch=1, block_ms=0, reclaim_seconds=0.4)
    with Worker(sql_engine, redis_client, lambda _: PixelPredictor(spoil=look), pace=pace, name="one") as worker:
        assert steps(worker, 5) == 2
    assert seen == [[EngineState.WORKING], []] * 2


def test_preloading_warms_a_model_up(sql_engine: Engine, stream: JobStream, redis_client: redis.Redis) -> None:
    states: list[EngineState] = []
    predictor = PixelPredictor()

    def load(_: str) -> PixelPredictor:
        worker.beat()
        states.extend(heartbeat.state for heartbeat in alive(redis_client))
        return predictor

    with Worker(sql_engine, redis_client, load, pace=PACE) as worker:
        worker.preload("pixels")
        worker.beat()
        assert [heartbeat.models for heartbeat in alive(redis_client)] == [("pixels",)]
        worker.step(utc_now())
        worker.beat()
        states.extend(heartbeat.state for heartbeat in alive(redis_client))
    assert states == [EngineState.WARMING_UP, EngineState.READY]
