"""The work of a candidate in the shadow: a few karyograms at a time, when an engine has nothing else to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine

from engine.jobs.stream import Job
from engine.policy import policies, shadows
from engine.policy.shadows import Shadow
from engine.records import store
from engine.records.database import open_session
from engine.records.retention import RemovedPictureError
from engine.worker.judging import Decode, Predictor, Task, predict, verdict

_log = logging.getLogger(__name__)

AT_ONCE: Final = 4
"""So many karyograms at most are judged before the engine looks for routine work again."""

_REST: Final = timedelta(seconds=10)  # to find that nothing is left takes a look at everything
_MOST_SKIPPED: Final = 500
_NO_JOB: Final = Job("", "", 0)  # a candidate works by the record store alone


class Shadowing:
    """Has a candidate judge. What it cannot judge, this engine does not try again; people wait for none of it."""

    def __init__(
        self, sql_engine: Engine, load: Callable[[str], Predictor | None], decode: Decode, clock: Callable[[], datetime]
    ) -> None:
        """Set up; nothing is loaded yet.

        Args:
            sql_engine: the record store.
            load: from a model's name to the model, None as long as it is being loaded.
            decode: from a file and a page number to a grey page.
            clock: gives timezone-aware times.
        """
        self._sql = sql_engine
        self._load = load
        self._decode = decode
        self._clock = clock
        self._broken: Shadow | None = None
        self._rests_until = datetime.min.replace(tzinfo=UTC)
        self._skipped: set[str] = set()

    def step(self, engine: str, now: datetime) -> int:
        """Judge a few karyograms by the candidate, if there is one; returns how many verdicts were kept.

        Args:
            engine: name of this engine, for the record.
            now: timezone-aware time; where nothing is left, the next look comes a while after it.

        Raises:
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        if now < self._rests_until <= now + _REST:  # further away it is only where the clock has been set back
            return 0
        with open_session(self._sql) as session:
            shadow = shadows.running(session)
            if shadow is None or shadow == self._broken:
                return 0
            tasks = self._tasks(shadows.waiting(session, shadow, AT_ONCE, but=self._skipped), shadow)
        if not tasks:
            self._rests_until = now + _REST
            return 0
        predictor = self._candidate(shadow)
        return 0 if predictor is None else sum(self._judge(predictor, task, engine) for task in tasks)

    def _tasks(self, karyogram_ids: Sequence[str], shadow: Shadow) -> list[Task]:
        """Turn karyograms into tasks as if their batches had asked for the candidate."""
        with open_session(self._sql) as session:
            found = store.karyograms(session, karyogram_ids)
            batches = {key: store.batch(session, key) for key in {one.batch_id for one in found}}
        return [Task(_NO_JOB, one, replace(batches[one.batch_id], model=shadow.model)) for one in found]

    def _candidate(self, shadow: Shadow) -> Predictor | None:
        try:
            return self._load(shadow.model)
        except Exception as error:  # a candidate that cannot be loaded must not end the engine: it is logged
            _log.exception("the candidate %s cannot be loaded and does not judge: %s", shadow.model, error)
            self._broken = shadow
            return None

    def _judge(self, predictor: Predictor, task: Task, engine: str) -> bool:
        try:
            with open_session(self._sql) as session:
                data = store.picture(session, task.karyogram.image_sha256)
        except RemovedPictureError:  # just now: no candidate will see it any more
            return False
        try:
            (said,) = predict(predictor, [task], [self._decode(data, task.karyogram.page)])
        except Exception as error:  # whatever a network raises must not end the engine: it is logged
            concerns = {"karyogram": task.karyogram.id, "batch": task.batch.id}
            _log.exception("the candidate could not judge karyogram %s: %s", task.karyogram.id, error, extra=concerns)
            if len(self._skipped) >= _MOST_SKIPPED:
                self._skipped.clear()
            self._skipped.add(task.karyogram.id)
            return False
        with open_session(self._sql) as session:
            terms, version = policies.terms_of(session, task.batch.model, predictor.card.policy)
            made = verdict(predictor, said, terms.limits, version, engine=engine, now=self._clock())
            kept = shadows.keep(session, made)
            session.commit()
        return kept
