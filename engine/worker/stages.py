"""The stages of a job: read it, judge it, keep what was said, and only then tell the stream.

Reading changes nothing anywhere, and judging needs neither Redis nor the record store: whatever is written is written
at the end. So a stage that was interrupted, by an outage or by the end of the engine, is simply done again.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.jobs.stream import Job, JobStream
from engine.policy import policies
from engine.records import store
from engine.records.database import open_session
from engine.records.retention import RemovedPictureError
from engine.vocabulary import Karyogram, KaryogramState, Verdict
from engine.worker.judging import Decode, Page, Predictor, Said, Task, decode_all, predict, verdict
from engine.worker.metrics import Metrics
from engine.worker.predictors import Predictors

_log = logging.getLogger(__name__)
_DECODERS: Final = min(8, os.cpu_count() or 1)
_SPENT: Final = "every engine that took it stopped before it was done"

Legible: TypeAlias = tuple[Task, Page]


@dataclass(frozen=True)
class Loaded:
    """A micro-batch that was read.

    ``legible`` can be judged, ``illegible`` never will be, ``settled`` has nothing to be done any more, and ``spent``
    was delivered too often. ``predictors`` holds the models that are asked for, or why they cannot be loaded.
    """

    legible: Sequence[Legible]
    illegible: Sequence[tuple[Task, str]]
    settled: Sequence[Job]
    spent: Sequence[Job]
    predictors: dict[str, Predictor | Exception]


@dataclass
class Judged:
    """What became of a micro-batch, not kept yet: ``retries`` failed although their pictures are fine."""

    settled: list[Job]
    illegible: list[tuple[Task, str]]
    given_up: list[tuple[Job, str]]
    said: list[tuple[Predictor, list[Said]]] = field(default_factory=list)
    retries: list[Job] = field(default_factory=list)
    seconds: float = 0.0
    kept: Kept | None = None

    @property
    def karyograms(self) -> int:
        """How many were judged."""
        return sum(len(said) for _, said in self.said)


@dataclass(frozen=True)
class Kept:
    """What is in the record store: how many karyograms were judged or failed by it, and who is still to be told."""

    finished: int
    done: Sequence[Job]
    buried: Sequence[tuple[Job, str]]


class Stages:
    """What is done with a micro-batch: ``load``, ``judge`` and ``keep``, in this order, from any thread.

    An error in a micro-batch says nothing about which karyogram caused it, so its karyograms are judged one by one
    then; one that fails alone is tried again until its deliveries are used up, and given up after that.
    """

    def __init__(
        self,
        sql_engine: Engine,
        stream: JobStream,
        predictors: Predictors,
        *,
        engine: str,
        max_deliveries: int,
        decode: Decode,
        clock: Callable[[], datetime],
        metrics: Metrics,
    ) -> None:
        """Set up.

        Args:
            sql_engine: the record store.
            stream: is told what is done and what is given up.
            predictors: the models.
            engine: name of this engine, for the record.
            max_deliveries: after so many, a job is given up.
            decode: from a file and a page number to a grey page.
            clock: gives timezone-aware times.
            metrics: is told how long it takes and what comes of it.
        """
        self._sql = sql_engine
        self._stream = stream
        self._predictors = predictors
        self._engine = engine
        self._max_deliveries = max_deliveries
        self._decode = decode
        self._clock = clock
        self._metrics = metrics
        self._pool = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")

    def close(self) -> None:
        """End the decoding threads."""
        self._pool.shutdown()

    def load(self, jobs: Sequence[Job]) -> Loaded:
        """Find what jobs stand for, decode the pictures, and see to it that the models are in memory.

        Raises:
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        spent = [job for job in jobs if job.deliveries > self._max_deliveries]
        with self._metrics.stage("decode"):
            tasks, settled, files = self._read([job for job in jobs if job.deliveries <= self._max_deliveries])
            pages = decode_all(self._decode, tasks, [files[task.karyogram.image_sha256] for task in tasks], self._pool)
        found = list(zip(tasks, pages, strict=True))
        illegible = [(task, str(page)) for task, page in found if isinstance(page, Exception)]
        legible = [(task, page) for task, page in found if not isinstance(page, Exception)]
        models = {model: self._predictor(model) for model in {task.batch.model for task, _ in legible}}
        return Loaded(legible, illegible, settled, spent, models)

    def _read(self, jobs: Iterable[Job]) -> tuple[list[Task], list[Job], dict[str, bytes | RemovedPictureError]]:
        """Return what is left to do, the jobs for which that is nothing, and the files by their SHA-256."""
        by_karyogram: dict[str, Job] = {}
        settled = [job for job in jobs if by_karyogram.setdefault(job.karyogram_id, job) is not job]  # second entries
        with open_session(self._sql) as session:
            waiting = [one for one in store.karyograms(session, by_karyogram) if one.state is KaryogramState.QUEUED]
            batches = {key: store.batch(session, key) for key in {one.batch_id for one in waiting}}
            # the pages of one file are often in the same micro-batch, and it may be large
            files = {key: _file(session, key) for key in {one.image_sha256 for one in waiting}}
        tasks = [Task(by_karyogram.pop(one.id), one, batches[one.batch_id]) for one in waiting]
        return tasks, [*settled, *by_karyogram.values()], files

    def _predictor(self, model: str) -> Predictor | Exception:
        try:
            return self._predictors.get(model)
        except Exception as error:  # whatever loading raises must not end the engine: it is logged and recorded
            _log.exception("the model %s cannot be loaded", model)
            return error

    def judge(self, loaded: Loaded) -> Judged:
        """Judge the karyograms of a micro-batch, those of one model and number of passes together."""
        judged = Judged([*loaded.settled], [*loaded.illegible], [(job, _SPENT) for job in loaded.spent])
        for wish, group in groupby(sorted(loaded.legible, key=_wish), key=_wish):
            self._judge(loaded.predictors[wish[0]], list(group), judged)
        return judged

    def _judge(self, predictor: Predictor | Exception, some: Sequence[Legible], judged: Judged) -> None:
        """Judge karyograms of one model and number of passes together; after an error, one by one."""
        if isinstance(predictor, Exception):
            for task, _ in some:
                self._troubled(task.job, predictor, judged)
            return
        start = time.perf_counter()
        try:
            with self._metrics.stage("predict"):
                said = predict(predictor, [task for task, _ in some], [page for _, page in some])
        except Exception as error:  # whatever a network raises must not end the engine: it is logged and recorded
            _log_failure(some)
            self._metrics.failed("try")
            if len(some) == 1:
                self._troubled(some[0][0].job, error, judged)
                return
            for one in some:
                self._judge(predictor, [one], judged)
        else:
            seconds = time.perf_counter() - start
            self._metrics.predicted(len(said), seconds)
            judged.said.append((predictor, said))
            judged.seconds += seconds

    def _troubled(self, job: Job, error: Exception, judged: Judged) -> None:
        """Leave a job that failed alone for another delivery, or give it up when there is none left."""
        if job.deliveries < self._max_deliveries:
            judged.retries.append(job)
        else:
            judged.given_up.append((job, f"{type(error).__name__}: {error}"))

    def keep(self, judged: Judged) -> int:
        """Keep what was said, commit, and then tell the stream; returns how many karyograms are finished by it.

        Done again after an error, it goes on where it was: what is committed is not counted a second time.

        Raises:
            sqlalchemy.exc.OperationalError: the record store is away.
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError: Redis is away.
        """
        if judged.kept is None:
            with self._metrics.stage("store"):
                judged.kept = self._commit(judged)
        self._stream.done(judged.kept.done)
        for job, reason in judged.kept.buried:
            self._stream.bury(job, reason)
        return judged.kept.finished

    def _commit(self, judged: Judged) -> Kept:
        """Write all of a micro-batch in one transaction; another engine may have been quicker with any of it."""
        with open_session(self._sql) as session:
            failed = sum(_fail(session, task, reason) for task, reason in judged.illegible)
            buried = [one for one in judged.given_up if self._give_up(session, *one)]
            kept = [one for predictor, said in judged.said for one in self._save(session, predictor, said)]
            session.commit()
        for job, reason in buried:
            concerns = {"karyogram": job.karyogram_id}
            _log.error("karyogram %s is given up: %s", job.karyogram_id, reason, extra=concerns)
        self._tell(failed, len(buried), kept)
        lost = {job for job, _ in buried}
        jobs = [*judged.settled, *(task.job for task, _ in judged.illegible), *(job for job, _ in judged.given_up)]
        jobs += [one.task.job for _, said in judged.said for one in said]
        return Kept(failed + len(buried) + len(kept), [job for job in jobs if job not in lost], buried)

    def _save(self, session: Session, predictor: Predictor, said: Sequence[Said]) -> list[tuple[Karyogram, Verdict]]:
        """Keep verdicts, all of one model, by the policy in force now; returns those that were not there yet."""
        terms, version = policies.terms_of(session, said[0].task.batch.model, predictor.card.policy)
        now = self._clock()
        made = [
            (one.task.karyogram, verdict(predictor, one, terms.limits, version, engine=self._engine, now=now))
            for one in said
        ]
        return [one for one in made if store.save_verdict(session, one[1], terms.quality_share)]

    def _give_up(self, session: Session, job: Job, reason: str) -> bool:
        """Mark a karyogram as failed; False where it does not wait any more."""
        return store.fail(session, job.karyogram_id, f"given up after {self._max_deliveries} tries: {reason}")

    def _tell(self, failed: int, buried: int, kept: Iterable[tuple[Karyogram, Verdict]]) -> None:
        self._metrics.failed("picture", failed)
        self._metrics.failed("given_up", buried)
        for karyogram, made in kept:
            self._metrics.kept(made, (made.created_at - karyogram.created_at).total_seconds())


def _file(session: Session, sha256: str) -> bytes | RemovedPictureError:
    """A file, or why there is none any more: whoever tries a signed karyogram again must not end the engine."""
    try:
        return store.picture(session, sha256)
    except RemovedPictureError as error:
        return error


def _fail(session: Session, task: Task, reason: str) -> bool:
    """Mark a karyogram as failed for a reason that another try would not change."""
    return store.fail(session, task.karyogram.id, f"the picture cannot be used: {reason}")


def _log_failure(some: Sequence[Legible]) -> None:
    """Log the error that is being handled, with what it concerns as far as that is known."""
    task = some[0][0]
    concerns = {"batch": task.batch.id} | ({"karyogram": task.karyogram.id} if len(some) == 1 else {})
    _log.exception("could not judge %d karyograms", len(some), extra=concerns)


def _wish(legible: Legible) -> tuple[str, int]:
    """What must be the same for karyograms that are judged together: the model and the number of passes."""
    batch = legible[0].batch
    return batch.model, batch.passes
