"""Heat maps on request: asked for once, drawn by one engine, given up in the end, and never in the way of verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from engine.jobs.stream import JobStream, connect_redis
from engine.records import store
from engine.records.database import open_session
from engine.reviewing import heat_maps
from engine.reviewing.heat_maps import LEASE, MOST_TRIES
from engine.vocabulary import HeatMapRequest, HeatMapState, Karyogram
from engine.worker import drawing
from models.judging.heatmap import HeatMap
from models.preparation.framing import Framing
from tests.engine.workers import MakeWorker, Poison, steps
from tests.predictors import PixelPredictor
from tests.records import NOW, add_batch, karyograms, pixels, png, verdict
from tests.servers import free_port

DRAWN = HeatMap(2, b"\x00\x10\x80\xff", Framing(0.1, -1 / 3, 100.5))


@pytest.fixture
def judged(sql_engine: Engine) -> Karyogram:
    """A karyogram with a verdict of the predictor for tests."""
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, replace(verdict(karyogram), model_sha256=PixelPredictor().card.weights_sha256))
        session.commit()
    return karyogram


def request(engine: Engine, karyogram: Karyogram, model: str = "pixels", now: datetime = NOW) -> None:
    with open_session(engine) as session:
        heat_maps.request(session, karyogram.id, model, now)
        session.commit()


def take(engine: Engine, now: datetime) -> HeatMapRequest | None:
    with open_session(engine) as session:
        taken = heat_maps.take(session, now)
        session.commit()
    return taken


def found(engine: Engine, karyogram: Karyogram, model: str = "pixels") -> HeatMapRequest:
    with open_session(engine) as session:
        asked = heat_maps.find(session, karyogram.id, model)
    assert asked is not None
    return asked


def test_what_nobody_asked_for_is_not_there(sql_engine: Engine, judged: Karyogram) -> None:
    with open_session(sql_engine) as session:
        assert heat_maps.find(session, judged.id, "pixels") is None
    assert take(sql_engine, NOW) is None


def test_a_map_comes_back_as_it_was_drawn(sql_engine: Engine, judged: Karyogram) -> None:
    request(sql_engine, judged)
    asked = take(sql_engine, NOW)
    assert asked is not None
    assert (asked.state, asked.heat_map) == (HeatMapState.REQUESTED, None)
    with open_session(sql_engine) as session:
        heat_maps.keep(session, asked, DRAWN)
        session.commit()
    assert found(sql_engine, judged).state is HeatMapState.DRAWN
    assert found(sql_engine, judged).heat_map == DRAWN
    request(sql_engine, judged)  # a second reader
    assert found(sql_engine, judged).heat_map == DRAWN
    assert take(sql_engine, NOW) is None


def test_one_engine_takes_a_request_and_another_only_when_that_one_is_gone(
    sql_engine: Engine, judged: Karyogram
) -> None:
    request(sql_engine, judged)
    assert take(sql_engine, NOW) is not None
    assert take(sql_engine, NOW + LEASE) is None
    assert take(sql_engine, NOW + LEASE + timedelta(seconds=1)) is not None


def test_a_request_that_stops_engines_is_given_up_until_it_is_asked_for_again(
    sql_engine: Engine, judged: Karyogram
) -> None:
    request(sql_engine, judged)
    later = [NOW + 2 * number * LEASE for number in range(MOST_TRIES + 1)]
    assert all(take(sql_engine, moment) for moment in later[:MOST_TRIES])
    assert take(sql_engine, later[-1]) is None
    assert found(sql_engine, judged).state is HeatMapState.FAILED
    assert "stopped before it was done" in (found(sql_engine, judged).failure or "")
    request(sql_engine, judged)
    again = found(sql_engine, judged)
    assert (again.state, again.tries, again.failure) == (HeatMapState.REQUESTED, 0, None)
    assert take(sql_engine, NOW) is not None


def test_who_waits_longest_comes_first(sql_engine: Engine, judged: Karyogram) -> None:
    for model, minute in (("b", 2), ("a", 1), ("c", 3)):
        request(sql_engine, judged, model, NOW + timedelta(minutes=minute))
    taken = [take(sql_engine, NOW + timedelta(hours=1)) for _ in range(3)]
    assert [asked and asked.model for asked in taken] == ["a", "b", "c"]


def test_an_engine_draws_what_was_asked_for(
    sql_engine: Engine, judged: Karyogram, stream: JobStream, make_worker: MakeWorker
) -> None:
    with open_session(sql_engine) as session:
        drawing.ask(session, stream, judged.id, "pixels", NOW)
    assert steps(make_worker()) == 0  # a map is no verdict
    drawn = found(sql_engine, judged)
    assert drawn.state is HeatMapState.DRAWN
    assert drawn.heat_map == PixelPredictor().explain(pixels(1), passes=3)  # the passes of the verdict
    assert stream.backlog() == 0


def test_a_reader_waits_for_one_micro_batch_at_most(
    sql_engine: Engine, judged: Karyogram, stream: JobStream, make_worker: MakeWorker
) -> None:
    add_batch(sql_engine, *(png(number) for number in range(2, 22)))
    stream.put([one.id for one in karyograms(sql_engine)])
    worker = make_worker()
    assert worker.step(NOW) == 8
    request(sql_engine, judged)
    assert worker.step(NOW) == 8
    assert found(sql_engine, judged).state is HeatMapState.DRAWN


def test_without_redis_the_request_is_kept(sql_engine: Engine, judged: Karyogram) -> None:
    away = JobStream(connect_redis(f"redis://127.0.0.1:{free_port()}/0"))
    with open_session(sql_engine) as session:
        drawing.ask(session, away, judged.id, "pixels", NOW)
    assert found(sql_engine, judged).state is HeatMapState.REQUESTED


def test_an_error_is_told_to_the_reader_and_ends_no_engine(
    sql_engine: Engine, judged: Karyogram, stream: JobStream, make_worker: MakeWorker
) -> None:
    request(sql_engine, judged)
    steps(make_worker(PixelPredictor(spoil=Poison(1))))
    assert found(sql_engine, judged).failure == "RuntimeError: out of memory: 7 GiB"


def test_a_verdict_is_only_explained_by_the_weights_that_gave_it(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    with open_session(sql_engine) as session:
        store.save_verdict(session, verdict(karyogram))
        session.commit()
    request(sql_engine, karyogram)
    steps(make_worker())
    assert found(sql_engine, karyogram).failure == "the model pixels has been replaced since this verdict"


def test_before_the_verdict_there_is_nothing_to_explain(
    sql_engine: Engine, stream: JobStream, make_worker: MakeWorker
) -> None:
    add_batch(sql_engine, png(1))
    (karyogram,) = karyograms(sql_engine)
    request(sql_engine, karyogram)
    steps(make_worker())
    assert "no verdict yet" in (found(sql_engine, karyogram).failure or "")
