"""The worker: takes jobs from the stream and has them finished, for as long as it runs.

``Worker.step`` is one turn of the pipeline; ``run`` and ``drain`` only repeat it. The order in which a micro-batch
goes through it makes a crash at any point harmless: verdicts are committed first and the jobs acknowledged after, and a
verdict that is already there makes a second delivery a no-op.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Final

import redis
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from engine.errors import REDIS_AWAY
from engine.jobs import heartbeat
from engine.jobs.hands import Hands
from engine.jobs.heartbeat import BEAT_SECONDS, EngineState, Heartbeat
from engine.jobs.outage import Outage
from engine.jobs.pace import MicroBatch, Pace
from engine.jobs.pulse import pulse
from engine.jobs.stream import JobStream, StreamLostError
from engine.jobs.supply import Supply
from engine.jobs.sweep import sweep
from engine.vocabulary import Priority
from engine.worker.drawing import draw_next
from engine.worker.judging import Decode, Predictor
from engine.worker.metrics import Metrics
from engine.worker.pipeline import Pipeline
from engine.worker.predictors import Predictors
from engine.worker.promoted import Promoted, Usual
from engine.worker.shadowing import Shadowing
from engine.worker.stages import Stages
from engine.worker.upkeep import Upkeep
from models import pictures

_log = logging.getLogger(__name__)
_RECONNECT_SECONDS: Final = 1.0


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Worker:
    """One engine. Inside its ``with`` block it has a heartbeat; leaving it, or ``close``, signs it off."""

    def __init__(
        self,
        sql_engine: Engine,
        client: redis.Redis,
        load_predictor: Callable[[str], Predictor],
        *,
        pace: Pace | None = None,
        decode: Decode = pictures.page,
        clock: Callable[[], datetime] = utc_now,
        name: str | None = None,
        metrics: Metrics | None = None,
        usual: Usual = lambda _: None,
    ) -> None:
        """Set up; nothing is taken yet.

        Args:
            sql_engine: the record store, its schema up to date.
            client: Redis, for the job stream and the heartbeat.
            load_predictor: from a model's name to the model; each model is loaded once.
            pace: see there.
            decode: from a file and a page number to a grey page.
            clock: gives timezone-aware times.
            name: unique over all engines of all machines; by default made of host and process id.
            metrics: where this engine's figures are kept.
            usual: tells the model in use, which is loaded as soon as it is.
        """
        self._heartbeat = _first_heartbeat(name, clock())
        self.name = self._heartbeat.engine
        self._sql, self._redis, self._decode, self._clock = sql_engine, client, decode, clock
        self._pace = pace or Pace()
        self._metrics = metrics or Metrics()
        self._stream = JobStream(client)
        self._predictors = Predictors(load_predictor)
        self._hands = Hands()
        self._size = MicroBatch(self._pace.micro_batch)
        self._supply = Supply(self._stream, self.name, self._hands, self._pace.reclaim_seconds)
        self._pipeline = Pipeline(self._stages(), self._hands, self._size, look_ahead=self._pace.look_ahead)
        self._promoted = Promoted(sql_engine, self._predictors, usual)
        self._shadowing = Shadowing(sql_engine, self._predictors.soon, decode, clock)
        every, days = self._pace.sweep_seconds, self._pace.keep_pictures_days
        self._upkeep = Upkeep(sql_engine, self._stream, self.name, seconds=every, keep_days=days)
        self._in_shadow = 0
        self._busy_since = 0.0
        self._pulse = ExitStack()

    def _stages(self) -> Stages:
        return Stages(
            self._sql,
            self._stream,
            self._predictors,
            engine=self.name,
            max_deliveries=self._pace.max_deliveries,
            decode=self._decode,
            clock=self._clock,
            metrics=self._metrics,
        )

    def step(self, now: datetime) -> int:
        """Draw one heat map if a reader has asked for any, then do one micro-batch, else some work in the shadow.

        With a look-ahead, the next micro-batches are read meanwhile, and the last one is kept.

        Args:
            now: timezone-aware time; sweeping and taking over from dead engines go by it.

        Returns:
            How many karyograms were finished, that is, judged or failed.

        Raises:
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        if self._heartbeat.state is EngineState.WARMING_UP:
            self._show(state=EngineState.READY)
        before = self._pipeline.finished
        # before jobs are taken: a reader waits, and an outage of the record store must not use up their deliveries
        draw_next(self._sql, self._predictors.get, self._decode, now)
        self._pipeline.collect()
        self._promoted.step(now)
        try:
            self._upkeep.step(now)
            self._fill(now)
        except StreamLostError:
            _log.info("the job stream is new or was wiped; what is unfinished is put on it")
            self._hands.forget_retries()
            self._upkeep.at_once(now)
        else:
            if self._pipeline.is_empty:
                self._in_shadow = self._shadowing.step(self.name, now)
        self._turn()
        return self._pipeline.finished - before

    def _fill(self, now: datetime) -> None:
        """Take as much as the pipeline has room for; wait for a first job only where nothing else is to be done."""
        while self._pipeline.has_room:
            # while a candidate has work to do nobody waits for a first job
            wait = self._pace.block_ms if self._pipeline.is_empty and not self._in_shadow else 0
            start = time.perf_counter()
            jobs = self._supply.next(now, self._size.size, wait, only_urgent=self._pipeline.has_enough)
            if not jobs:
                return
            if self._pipeline.is_empty:
                self._busy_since = time.perf_counter()
            self._metrics.took(time.perf_counter() - start)
            self._pipeline.add(jobs, urgent=self._stream.is_urgent(jobs))

    def _turn(self) -> None:
        """Judge a micro-batch, and show meanwhile that it is in hand.

        What is in the pipeline stays in hand when an outage interrupts this: with another delivery for each try, a disk
        that is full for some minutes would have all of it given up.
        """
        if self._pipeline.is_empty:
            return
        self._show(state=EngineState.WORKING)
        try:
            self._pipeline.turn()
        finally:
            self._report()

    def _report(self) -> None:
        """Show what was finished since the last time, and whether there is more."""
        finished = self._pipeline.finished - self._heartbeat.judged_total
        if finished:
            seconds = time.perf_counter() - self._busy_since
            self._busy_since += seconds
            self._show(
                last_batch=finished,
                last_batch_at=self._clock(),
                pictures_per_second=finished / seconds,
                judged_total=self._pipeline.finished,
            )
        if self._pipeline.is_empty:
            self._show(state=EngineState.READY)

    def _show(self, **changes: Any) -> None:
        """Change what the next heartbeat says."""
        self._heartbeat = replace(self._heartbeat, **changes)

    def preload(self, model: str) -> None:
        """Load a model, so that the first micro-batch need not wait for it; before it the engine is not ready.

        Raises:
            whatever loading raises: an unknown model, weights that are not those of the card.
        """
        self._predictors.get(model)

    def beat(self) -> None:
        """Show that this engine lives, and that the jobs in its hands are being worked on."""
        loaded = self._predictors.loaded
        latest = next(reversed(loaded.values()), None)
        device, precision = (latest.device, latest.precision) if latest else ("", "")
        shown = replace(self._heartbeat, models=tuple(loaded), device=device, precision=precision)
        heartbeat.beat(self._redis, shown)
        self._stream.refresh(self.name, self._hands.all)

    def measure(self) -> None:
        """Note how things stand, for whoever reads the figures of this engine."""
        lag = {priority: self._stream.lag(priority) for priority in Priority}
        self._metrics.show(lag, len(self._hands.all), tuple(self._predictors.loaded))

    def run(self, stop: Event) -> None:
        """Repeat ``step`` until ``stop`` is set, then finish what is in hand.

        While Redis or the record store are away, wait for them; when told to stop, wait no longer.
        """
        outage = Outage()
        while not (stop.is_set() and self._pipeline.is_empty):
            try:
                if stop.is_set():
                    self._turn()
                else:
                    self.step(self._clock())
            except (*REDIS_AWAY, OperationalError) as error:
                self._metrics.failed("outage")
                outage.met(error)
                if stop.wait(_RECONNECT_SECONDS):
                    return
            else:
                outage.over()

    def drain(self, stop: Event) -> int:
        """Repeat ``step`` until no job is left, not even in the hands of a dead engine; returns how many it finished.

        Raises:
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        before = self._pipeline.finished
        while not stop.is_set() and self._work_left():
            self.step(self._clock())
        while not self._pipeline.is_empty:
            self._turn()
        return self._pipeline.finished - before

    def _work_left(self) -> bool:
        """Tell whether the stream holds jobs, or would if it had not lost them."""
        if self._stream.backlog():
            return True
        self._stream.ensure_group()
        return sweep(self._sql, self._stream, self._clock(), grace=timedelta(0)) > 0

    def close(self) -> None:
        """Sign off. A Redis that is away will notice by itself that the heartbeat has stopped."""
        self._pulse.close()
        self._pipeline.close()
        self._predictors.close()
        with suppress(*REDIS_AWAY, StreamLostError):
            heartbeat.retire(self._redis, self.name)
            self._stream.leave(self.name)

    def __enter__(self) -> Worker:
        """Start the heartbeat."""
        self._pulse.enter_context(pulse(self.beat, min(BEAT_SECONDS, self._pace.reclaim_seconds / 4)))
        self._pulse.enter_context(pulse(self.measure, BEAT_SECONDS))
        return self

    def __exit__(self, *_: object) -> None:
        """Sign off."""
        self.close()


def _first_heartbeat(name: str | None, now: datetime) -> Heartbeat:
    host, pid = socket.gethostname(), os.getpid()
    return Heartbeat(engine=name or f"{host}-{pid}", host=host, pid=pid, started_at=now)
