"""The worker: takes jobs from the stream and has them finished, for as long as it runs.

``Worker.step`` does one micro-batch; ``run`` and ``drain`` only repeat it. The order within a step is what makes a
crash at any point harmless: verdicts are committed first and the jobs acknowledged after, and a verdict that is
already there makes a second delivery a no-op.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Final

import numpy as np
import redis
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from engine import heartbeat
from engine.errors import REDIS_AWAY
from engine.heartbeat import BEAT_SECONDS, EngineState, Heartbeat
from engine.jobs import JobRunner
from engine.judging import Decode, Predictor
from engine.outage import Outage
from engine.pulse import pulse
from engine.retention import Retention
from engine.shadowing import Shadowing
from engine.stream import MAX_BLOCK_MS, Job, JobStream, StreamLostError
from engine.sweep import sweep
from models import pictures

_log = logging.getLogger(__name__)
_RECONNECT_SECONDS: Final = 1.0
_RECLAIM_CHECK: Final = timedelta(seconds=5)


def utc_now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Pace:
    """How a worker goes about its work.

    ``micro_batch``: karyograms taken at once. ``max_deliveries``: after so many a job is given up.
    ``reclaim_seconds``: how long an entry lies still before its engine counts as gone. ``sweep_seconds``: how often
    the record store is compared with the stream. ``block_ms``: how long a step waits for a first job, 0..2000.
    ``keep_pictures_days``: see ``engine.retention``; 0 for good.
    """

    micro_batch: int = 32
    max_deliveries: int = 3
    reclaim_seconds: float = 30
    sweep_seconds: int = 60
    block_ms: int = MAX_BLOCK_MS
    keep_pictures_days: int = 0


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
        """
        fresh = _first_heartbeat(name, clock())
        self.name = fresh.engine
        self._sql = sql_engine
        self._redis = client
        self._pace = pace or Pace()
        self._clock = clock
        self._stream = JobStream(client)
        tries = self._pace.max_deliveries
        self._runner = JobRunner(
            sql_engine, self._stream, load_predictor, engine=self.name, max_deliveries=tries, decode=decode, clock=clock
        )
        self._shadowing = Shadowing(sql_engine, self._runner.predictor, decode, clock)
        self._retention = Retention(sql_engine, self._pace.keep_pictures_days)
        self._in_shadow = 0
        self._pulse = ExitStack()
        self._held: tuple[Job, ...] = ()
        self._next_sweep = self._next_reclaim = datetime.min.replace(tzinfo=UTC)
        self._heartbeat = fresh

    def step(self, now: datetime) -> int:
        """Draw one heat map if a reader has asked for any, then do one micro-batch, else some work in the shadow.

        Args:
            now: timezone-aware time; sweeping and taking over from dead engines go by it.

        Returns:
            How many karyograms were finished, that is, judged or failed.

        Raises:
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        # before jobs are taken: a reader waits, and an outage of the record store must not use up their deliveries
        self._runner.draw(now)
        try:
            self._sweep_when_due(now)
            jobs = list(self._held) or self._next_jobs(now)
        except StreamLostError:
            _log.info("the job stream is new or was wiped; what is unfinished is put on it")
            self._start_stream(now)
            return 0
        if jobs:
            return self._work(jobs)
        self._in_shadow = self._shadowing.step(self.name, now)
        return 0

    def _start_stream(self, now: datetime) -> None:
        self._stream.ensure_group()
        self._runner.retries = ()
        self._next_sweep = now
        self._sweep_when_due(now)

    def _sweep_when_due(self, now: datetime) -> None:
        seconds = self._pace.sweep_seconds
        if not _is_due(self._next_sweep, now, timedelta(seconds=seconds)):
            return
        # half the time: with all of it, the engine's own last turn would often still bar its next one
        if self._stream.may_sweep(self.name, max(1, seconds // 2)):
            count = sweep(self._sql, self._stream, now)
            if count:
                _log.warning("%d unfinished karyograms were not on the job stream; they are put back", count)
            self._retention.step(now)
        self._next_sweep = now + timedelta(seconds=seconds)

    def _next_jobs(self, now: datetime) -> list[Job]:
        """Choose what to do: first what failed before (alone), then what dead engines left, then what is new."""
        if self._runner.retries:
            first, *rest = self._runner.retries
            job = self._stream.again(self.name, first)
            self._runner.retries = tuple(rest)
            return [job] if job else []
        pause = min(_RECLAIM_CHECK, timedelta(seconds=self._pace.reclaim_seconds / 2))
        if _is_due(self._next_reclaim, now, pause):
            idle_ms = int(self._pace.reclaim_seconds * 1000)
            jobs = self._stream.reclaim(self.name, idle_ms, self._pace.micro_batch)
            if jobs:  # there may be more, so the next step asks again
                _log.warning("took over %d jobs of an engine that is gone", len(jobs))
                return jobs
            self._next_reclaim = now + pause
        # while a candidate has work to do nobody waits for a first job
        return self._stream.take(self.name, self._pace.micro_batch, 0 if self._in_shadow else self._pace.block_ms)

    def _work(self, jobs: Sequence[Job]) -> int:
        """Have jobs finished, and show meanwhile that they are in hand.

        They stay there when an outage interrupts this: with another delivery for each try, a disk that is full for
        some minutes would have all of them given up.
        """
        start = time.perf_counter()
        self._held = tuple(jobs)
        self._show(state=EngineState.WORKING)
        try:
            finished = self._runner.finish(jobs)
            self._held = ()
        finally:
            self._show(state=EngineState.READY)
        if finished:
            self._show(
                last_batch=finished,
                last_batch_at=self._clock(),
                pictures_per_second=finished / (time.perf_counter() - start),
                judged_total=self._heartbeat.judged_total + finished,
            )
        return finished

    def _show(self, **changes: Any) -> None:
        """Change what the next heartbeat says."""
        predictors = self._runner.predictors
        latest = next(reversed(predictors.values()), None)
        self._heartbeat = replace(
            self._heartbeat,
            models=tuple(predictors),
            device=latest.device if latest else "",
            precision=latest.precision if latest else "",
            **changes,
        )

    def preload(self, model: str, passes: int) -> None:
        """Load a model and let it judge a blank page, so that the first micro-batch need not wait for either.

        Raises:
            whatever loading raises: an unknown model, weights that are not those of the card.
        """
        self._show(state=EngineState.WARMING_UP)
        blank = np.full((256, 256), 255, np.uint8)
        self._runner.predictor(model).predict([blank], passes)
        self._show(state=EngineState.READY)

    def beat(self) -> None:
        """Show that this engine lives, and that the jobs in its hands are being worked on."""
        heartbeat.beat(self._redis, self._heartbeat)
        self._stream.refresh(self.name, (*self._held, *self._runner.retries))

    def run(self, stop: Event) -> None:
        """Repeat ``step`` until ``stop`` is set; while Redis or the record store are away, wait for them."""
        outage = Outage()
        while not stop.is_set():
            try:
                self.step(self._clock())
            except (*REDIS_AWAY, OperationalError) as error:
                outage.met(error)
                stop.wait(_RECONNECT_SECONDS)
            else:
                outage.over()

    def drain(self, stop: Event) -> int:
        """Repeat ``step`` until no job is left, not even in the hands of a dead engine; returns how many it finished.

        Raises:
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        finished = 0
        while not stop.is_set() and self._work_left():
            finished += self.step(self._clock())
        return finished

    def _work_left(self) -> bool:
        """Tell whether the stream holds jobs, or would if it had not lost them."""
        if self._stream.backlog():
            return True
        self._stream.ensure_group()
        return sweep(self._sql, self._stream, self._clock(), grace=timedelta(0)) > 0

    def close(self) -> None:
        """Sign off. A Redis that is away will notice by itself that the heartbeat has stopped."""
        self._pulse.close()
        self._runner.close()
        with suppress(*REDIS_AWAY, StreamLostError):
            heartbeat.retire(self._redis, self.name)
            self._stream.leave(self.name)

    def __enter__(self) -> Worker:
        """Start the heartbeat."""
        self._pulse.enter_context(pulse(self.beat, min(BEAT_SECONDS, self._pace.reclaim_seconds / 4)))
        return self

    def __exit__(self, *_: object) -> None:
        """Sign off."""
        self.close()


def _is_due(when: datetime, now: datetime, pause: timedelta) -> bool:
    """Tell whether its time has come; further away than a pause it is only where the clock has been set back."""
    return not now < when <= now + pause


def _first_heartbeat(name: str | None, now: datetime) -> Heartbeat:
    host, pid = socket.gethostname(), os.getpid()
    return Heartbeat(engine=name or f"{host}-{pid}", host=host, pid=pid, started_at=now, state=EngineState.READY)
