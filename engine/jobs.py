"""Bringing jobs to their end: load, decode, judge, keep the verdicts, and only then tell the stream."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import groupby
from typing import Final, TypeAlias

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine import policies, store
from engine.database import open_session
from engine.drawing import draw_next
from engine.judging import Decode, Page, Predictor, Said, Task, decode_all, predict, verdict
from engine.retention import RemovedPictureError
from engine.stream import Job, JobStream
from engine.vocabulary import KaryogramState

_log = logging.getLogger(__name__)
_DECODERS: Final = min(8, os.cpu_count() or 1)

Loaded: TypeAlias = tuple[Task, Page]


class JobRunner:
    """Finishes jobs. What fails although its picture is fine is left for another try, in ``retries``.

    An error in a micro-batch says nothing about which karyogram caused it, so its karyograms are judged one by one
    then; one that fails alone is tried again until its deliveries are used up, and given up after that.
    """

    def __init__(
        self,
        sql_engine: Engine,
        stream: JobStream,
        load_predictor: Callable[[str], Predictor],
        *,
        engine: str,
        max_deliveries: int,
        decode: Decode,
        clock: Callable[[], datetime],
    ) -> None:
        """Set up.

        Args:
            sql_engine: the record store.
            stream: is told what is done and what is given up.
            load_predictor: from a model's name to the model; each model is loaded once.
            engine: name of this engine, for the record.
            max_deliveries: after so many, a job is given up.
            decode: from a file and a page number to a grey page.
            clock: gives timezone-aware times.
        """
        self.predictors: dict[str, Predictor] = {}
        self.retries: tuple[Job, ...] = ()
        self._sql = sql_engine
        self._stream = stream
        self._load_predictor = load_predictor
        self._engine = engine
        self._max_deliveries = max_deliveries
        self._decode = decode
        self._clock = clock
        self._pool = ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")

    def close(self) -> None:
        """End the decoding threads."""
        self._pool.shutdown()

    def predictor(self, model: str) -> Predictor:
        """Return a model, loaded at its first use.

        Raises:
            whatever loading raises: an unknown model, weights that are not those of the card.
        """
        if model not in self.predictors:
            # a new dictionary, because the heartbeat's thread may be reading the old one
            self.predictors = {**self.predictors, model: self._load_predictor(model)}
        return self.predictors[model]

    def draw(self, now: datetime) -> bool:
        """Draw the heat map that a reader has waited for longest; tells whether there was one."""
        return draw_next(self._sql, self.predictor, self._decode, now)

    def finish(self, jobs: Sequence[Job]) -> int:
        """Bring jobs to their end; returns how many karyograms were judged or failed by it."""
        finished = 0
        for job in jobs:
            if job.deliveries > self._max_deliveries:
                finished += self._give_up(job, "every engine that took it stopped before it was done")
        tasks = self._open_tasks([job for job in jobs if job.deliveries <= self._max_deliveries])
        loaded, failures = self._decoded(tasks)
        finished += self._fail(failures)
        for _, group in groupby(sorted(loaded, key=_wish), key=_wish):
            finished += self._judge(list(group))
        return finished

    def _open_tasks(self, jobs: Iterable[Job]) -> list[Task]:
        """Find what the jobs stand for, and acknowledge those for which there is nothing left to do."""
        by_karyogram: dict[str, Job] = {}
        settled = []
        for job in jobs:
            if by_karyogram.setdefault(job.karyogram_id, job) is not job:
                settled.append(job)  # a second entry for the same karyogram
        with open_session(self._sql) as session:
            waiting = [
                karyogram
                for karyogram in store.karyograms(session, by_karyogram)
                if karyogram.state is KaryogramState.QUEUED
            ]
            batches = {key: store.batch(session, key) for key in {karyogram.batch_id for karyogram in waiting}}
        tasks = [Task(by_karyogram.pop(one.id), one, batches[one.batch_id]) for one in waiting]
        self._stream.done([*settled, *by_karyogram.values()])
        return tasks

    def _decoded(self, tasks: Sequence[Task]) -> tuple[list[Loaded], list[tuple[Task, str]]]:
        """Read and decode the pictures; those that cannot be used come back with the reason."""
        with open_session(self._sql) as session:
            # the pages of one file are often in the same micro-batch, and it may be large
            files = {key: _file(session, key) for key in {task.karyogram.image_sha256 for task in tasks}}
        pages = decode_all(self._decode, tasks, [files[task.karyogram.image_sha256] for task in tasks], self._pool)
        loaded = [(task, page) for task, page in zip(tasks, pages, strict=True) if not isinstance(page, Exception)]
        failures = [
            (task, f"the picture cannot be used: {page}")
            for task, page in zip(tasks, pages, strict=True)
            if isinstance(page, Exception)
        ]
        return loaded, failures

    def _judge(self, loaded: Sequence[Loaded]) -> int:
        """Judge karyograms of one model and number of passes together; after an error, one by one."""
        tasks = [task for task, _ in loaded]
        try:
            predictor = self.predictor(tasks[0].batch.model)
            said = predict(predictor, tasks, [page for _, page in loaded])
        except Exception as error:  # whatever a network raises must not end the engine: it is logged and recorded
            _log.exception("could not judge %d karyograms", len(tasks))
            if len(tasks) > 1:
                return sum(self._judge([one]) for one in loaded)
            return self._try_later(tasks[0].job, f"{type(error).__name__}: {error}")
        kept = self._keep(predictor, said)
        self._stream.done([task.job for task in tasks])
        return kept

    def _keep(self, predictor: Predictor, said: Sequence[Said]) -> int:
        """Keep verdicts, all of one model, by the policy in force now; returns how many were not there yet."""
        with open_session(self._sql) as session:
            terms, version = policies.terms_of(session, said[0].task.batch.model, predictor.card.policy)
            now = self._clock()
            verdicts = [verdict(predictor, one, terms.limits, version, engine=self._engine, now=now) for one in said]
            kept = sum(store.save_verdict(session, one, terms.quality_share) for one in verdicts)
            session.commit()
        return kept

    def _try_later(self, job: Job, reason: str) -> int:
        """Keep a job that failed alone for another delivery, or give it up when there is none left."""
        if job.deliveries >= self._max_deliveries:
            return self._give_up(job, reason)
        self.retries = (*self.retries, job)
        return 0

    def _give_up(self, job: Job, reason: str) -> int:
        """Mark a karyogram as failed and move its job to the dead letters, unless another engine was quicker."""
        with open_session(self._sql) as session:
            waited = store.fail(session, job.karyogram_id, f"given up after {self._max_deliveries} tries: {reason}")
            session.commit()
        if not waited:
            self._stream.done([job])
            return 0
        _log.error("karyogram %s is given up: %s", job.karyogram_id, reason)
        self._stream.bury(job, reason)
        return 1

    def _fail(self, failures: Sequence[tuple[Task, str]]) -> int:
        """Mark karyograms as failed for a reason that another try would not change."""
        if not failures:
            return 0
        with open_session(self._sql) as session:
            failed = sum(store.fail(session, task.karyogram.id, reason) for task, reason in failures)
            session.commit()
        self._stream.done([task.job for task, _ in failures])
        return failed


def _file(session: Session, sha256: str) -> bytes | RemovedPictureError:
    """A file, or why there is none any more: whoever tries a signed karyogram again must not end the engine."""
    try:
        return store.picture(session, sha256)
    except RemovedPictureError as error:
        return error


def _wish(loaded: Loaded) -> tuple[str, int]:
    """What must be the same for karyograms that are judged together: the model and the number of passes."""
    batch = loaded[0].batch
    return batch.model, batch.passes
