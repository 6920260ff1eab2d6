"""The model in use is brought into memory by an engine that runs: promoted now, it is warm before its first batch."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.jobs.pace import is_due
from engine.records.database import open_session
from engine.worker.judging import Predictor
from engine.worker.predictors import Predictors

_log = logging.getLogger(__name__)
_CHECK: Final = timedelta(seconds=5)

Usual = Callable[[Session], str | None]
"""From the record store to the name of the model in use; None where no such model is installed."""


class Promoted:
    """Loads the model in use beside the jobs of the others; those stay in memory too.

    One that cannot be loaded is logged once and left alone: a batch that asks for it is told so.
    """

    def __init__(self, sql_engine: Engine, predictors: Predictors, usual: Usual) -> None:
        """Set up; nothing is loaded yet.

        Args:
            sql_engine: the record store.
            predictors: the models in memory.
            usual: tells the model in use.
        """
        self._sql, self._predictors, self._usual = sql_engine, predictors, usual
        self._latest: str | None = None
        self._next_check = datetime.min.replace(tzinfo=UTC)

    def step(self, now: datetime) -> Future[Predictor] | None:
        """Look which model is in use, every few seconds, and begin to load it where it is not in memory.

        Args:
            now: timezone-aware time.

        Returns:
            The model that is being loaded from now on; None where there is nothing new.

        Raises:
            sqlalchemy.exc.OperationalError: the record store is away.
        """
        if not is_due(self._next_check, now, _CHECK):
            return None
        with open_session(self._sql) as session:
            model = self._usual(session)
        self._next_check = now + _CHECK
        if model is None or model == self._latest:
            return None
        self._latest = model
        if model in self._predictors.loaded:
            return None
        _log.info("the model %s is in use now: it is loaded beside the work", model)
        loading = self._predictors.begin(model)
        loading.add_done_callback(lambda done: _tell(model, done))
        return loading


def _tell(model: str, loading: Future[Predictor]) -> None:
    error = loading.exception()
    if error is None:
        _log.info("the model %s is ready", model)
    else:
        _log.error("the model %s is in use and cannot be loaded: %s", model, error)
