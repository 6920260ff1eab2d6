"""Heat maps in the record store: asked for by a reader, drawn by an engine. The caller commits.

They are drawn on request, because one costs about as much as a prediction and few are ever looked at.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, cast

from sqlalchemy import CursorResult, RowMapping, and_, or_, select, update
from sqlalchemy.orm import Session

from engine.records.schema import heat_maps
from engine.records.store import insert_once
from engine.vocabulary import HeatMapRequest, HeatMapState
from models.judging.heatmap import HeatMap
from models.preparation.framing import Framing

MOST_TRIES: Final = 3
LEASE: Final = timedelta(minutes=2)  # several times as long as loading a model and drawing one map takes


def request(session: Session, karyogram_id: str, model: str, now: datetime) -> HeatMapRequest:
    """Ask for a heat map of the verdict of a model; one that failed is asked for again, others stay as they are."""
    fresh = {"state": HeatMapState.REQUESTED, "requested_at": now, "taken_at": None, "tries": 0, "failure": None}
    if not insert_once(session, heat_maps, {"karyogram_id": karyogram_id, "model": model, **fresh}):
        failed = _is(karyogram_id, model), heat_maps.c.state == HeatMapState.FAILED
        session.execute(update(heat_maps).where(*failed).values(**fresh))
    return _to_request(session.execute(select(heat_maps).where(_is(karyogram_id, model))).mappings().one())


def find(session: Session, karyogram_id: str, model: str) -> HeatMapRequest | None:
    """Return what became of the request for a heat map, or None where nobody asked."""
    row = session.execute(select(heat_maps).where(_is(karyogram_id, model))).mappings().one_or_none()
    return None if row is None else _to_request(row)


def take(session: Session, now: datetime) -> HeatMapRequest | None:
    """Take the request that waits longest, so that no other engine draws it; None while there is none.

    An engine that takes a request and stops loses it to another one after ``LEASE``. After ``MOST_TRIES`` of them the
    request has failed: its picture may be what stops engines.
    """
    free = and_(
        heat_maps.c.state == HeatMapState.REQUESTED,
        or_(heat_maps.c.taken_at.is_(None), heat_maps.c.taken_at < now - LEASE),
    )
    query = select(heat_maps).where(free).order_by(heat_maps.c.requested_at).limit(1)
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        return None
    found = _to_request(row)
    if found.tries >= MOST_TRIES:
        fail(session, found, "every engine that began to draw it stopped before it was done")
        return None
    mine = update(heat_maps).where(_is(found.karyogram_id, found.model), free)
    taken = session.execute(mine.values(taken_at=now, tries=found.tries + 1))
    return found if cast("CursorResult[Any]", taken).rowcount else None


def keep(session: Session, asked: HeatMapRequest, heat_map: HeatMap) -> None:
    """Keep the heat map that was asked for."""
    framing = heat_map.framing
    values = {
        "state": HeatMapState.DRAWN,
        "side": heat_map.side,
        "cells": heat_map.cells,
        "frame_left": framing.left,
        "frame_top": framing.top,
        "frame_side": framing.side,
    }
    session.execute(update(heat_maps).where(_is(asked.karyogram_id, asked.model)).values(**values))


def fail(session: Session, asked: HeatMapRequest, reason: str) -> None:
    """Keep why there is no heat map, for people to read."""
    values = {"state": HeatMapState.FAILED, "failure": reason}
    session.execute(update(heat_maps).where(_is(asked.karyogram_id, asked.model)).values(**values))


def _is(karyogram_id: str, model: str) -> Any:
    return and_(heat_maps.c.karyogram_id == karyogram_id, heat_maps.c.model == model)


def _to_request(row: RowMapping) -> HeatMapRequest:
    heat_map = None
    if row["state"] is HeatMapState.DRAWN:
        framing = Framing(row["frame_left"], row["frame_top"], row["frame_side"])
        heat_map = HeatMap(row["side"], row["cells"], framing)
    return HeatMapRequest(
        karyogram_id=row["karyogram_id"],
        model=row["model"],
        state=row["state"],
        requested_at=row["requested_at"],
        tries=row["tries"],
        heat_map=heat_map,
        failure=row["failure"],
    )
