"""Heat maps on request: a reader asks, the next engine that looks draws."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.errors import REDIS_AWAY
from engine.jobs.stream import JobStream
from engine.records import store
from engine.records.database import open_session
from engine.records.retention import RemovedPictureError
from engine.reviewing import heat_maps
from engine.vocabulary import HeatMapRequest
from engine.worker.judging import Decode, Predictor
from models.judging.heatmap import HeatMap

_log = logging.getLogger(__name__)


class DrawingError(RuntimeError):
    """The heat map cannot be drawn, for a reason that people can read."""


def ask(session: Session, stream: JobStream, karyogram_id: str, model: str, now: datetime) -> HeatMapRequest:
    """Ask for a heat map and wake an engine; it is committed here, before any engine hears of it.

    Where Redis is away, the next engine finds the request by itself. Returns what became of it so far.
    """
    asked = heat_maps.request(session, karyogram_id, model, now)
    session.commit()
    try:
        stream.put([karyogram_id])  # a job of a karyogram that is judged only makes an engine look up
    except REDIS_AWAY as error:
        concerns = {"karyogram": karyogram_id}
        _log.warning("no engine could be told of the heat map of karyogram %s: %s", karyogram_id, error, extra=concerns)
    return asked


def draw_next(sql_engine: Engine, load: Callable[[str], Predictor], decode: Decode, now: datetime) -> bool:
    """Draw the heat map that waits longest; tells whether there was one. What goes wrong is kept with the request.

    Args:
        sql_engine: the record store.
        load: from a model's name to the model.
        decode: from a file and a page number to a grey page.
        now: timezone-aware time.

    Raises:
        sqlalchemy.exc.OperationalError: the record store is away.
    """
    with open_session(sql_engine) as session:
        asked = heat_maps.take(session, now)
        session.commit()
    if asked is None:
        return False
    try:
        heat_map = _draw(sql_engine, asked, load, decode)
    except Exception as error:  # whatever a network raises must not end the engine: it is logged and recorded
        concerns = {"karyogram": asked.karyogram_id}
        _log.exception("could not draw the heat map of karyogram %s", asked.karyogram_id, extra=concerns)
        reason = str(error) if isinstance(error, DrawingError) else f"{type(error).__name__}: {error}"
        with open_session(sql_engine) as session:
            heat_maps.fail(session, asked, reason)
            session.commit()
    else:
        with open_session(sql_engine) as session:
            heat_maps.keep(session, asked, heat_map)
            session.commit()
    return True


def _draw(sql_engine: Engine, asked: HeatMapRequest, load: Callable[[str], Predictor], decode: Decode) -> HeatMap:
    with open_session(sql_engine) as session:
        karyogram = store.karyogram(session, asked.karyogram_id)
        verdict = store.verdict(session, asked.karyogram_id, asked.model)
        try:
            data = store.picture(session, karyogram.image_sha256)
        except RemovedPictureError as error:
            raise DrawingError(str(error)) from error
    if verdict is None:
        raise DrawingError("there is no verdict yet that it could explain")
    predictor = load(asked.model)
    if predictor.card.weights_sha256 != verdict.model_sha256:
        raise DrawingError(f"the model {asked.model} has been replaced since this verdict")
    return predictor.explain(decode(data, karyogram.page), verdict.measures.passes)
