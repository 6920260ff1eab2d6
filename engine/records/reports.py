"""Reads for pages, tables and exports: many rows at once, nothing is written.

What stands beside the work itself (how far a batch is, how many of each outcome) counts known cases with the others, or
it would give them away; ``judged``, which goes to files, leaves them out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session

from engine.records import schema, seeds, store
from engine.records.rows import select_karyograms, select_verdicts, to_batch, to_karyogram, to_problem, to_verdict
from engine.vocabulary import Batch, FileProblem, Karyogram, KaryogramState, Verdict
from models.judging.triage import TriageOutcome, risk_key

_SPEED_WINDOW: Final = timedelta(seconds=60)


@dataclass(frozen=True)
class BatchSummary:
    """How one batch stands.

    ``by_outcome`` names only outcomes that occur, failed karyograms included. ``finished_at`` is the time of the
    last verdict once nothing waits any more (of the upload where no picture was accepted), None before.
    """

    batch: Batch
    accepted: int
    refused: int
    waiting: int
    by_outcome: dict[TriageOutcome, int] = field(default_factory=dict)
    finished_at: datetime | None = None


@dataclass(frozen=True)
class Progress:
    """How far a batch has come.

    ``pictures_per_second`` is the speed over the last minute, None before the first verdict in it;
    ``seconds_left`` follows from it.
    """

    accepted: int
    judged: int
    failed: int
    refused: int
    waiting: int
    finished: bool
    seconds_left: float | None
    pictures_per_second: float | None


def batch_summaries(
    session: Session, *, named: str = "", limit: int | None = None, offset: int = 0
) -> list[BatchSummary]:
    """Return how batches stand, newest first; only those that are returned are counted.

    Args:
        session: see ``engine.records.database.open_session``.
        named: a part of the name, in capitals or not; blank for all.
        limit: how many at most; None for all.
        offset: how many of the newest to leave out.
    """
    newest = _named(select(schema.batches), named).order_by(schema.batches.c.created_at.desc(), schema.batches.c.id)
    found = [to_batch(row) for row in session.execute(newest.limit(limit).offset(offset)).mappings()]
    ids = None if limit is None else [batch.id for batch in found]
    states = _rows_by_batch(session, _among(_states(), schema.karyograms.c.batch_id, ids))
    refused = _rows_by_batch(session, _among(_refused(), schema.problems.c.batch_id, ids))
    outcomes: dict[str, dict[TriageOutcome, int]] = {}
    for row in session.execute(_among(_outcomes(), schema.karyograms.c.batch_id, ids)).mappings():
        outcomes.setdefault(row["batch_id"], {})[row["outcome"]] = row["count"]
    return [
        _summary(batch, states.get(batch.id, {}), refused.get(batch.id, {}), outcomes.get(batch.id, {}))
        for batch in found
    ]


def count_batches(session: Session, named: str = "") -> int:
    """Count the batches, or those with this part in their name."""
    return session.scalar(_named(select(func.count()).select_from(schema.batches), named)) or 0


def any_waiting(session: Session) -> bool:
    """Tell whether any karyogram waits for an engine."""
    waiting = select(schema.karyograms.c.id).where(schema.karyograms.c.state == KaryogramState.QUEUED)
    return session.scalar(waiting.limit(1)) is not None


def _named(query: Select[Any], part: str) -> Select[Any]:
    return query.where(schema.batches.c.name.icontains(part.strip(), autoescape=True)) if part.strip() else query


def _among(query: Select[Any], column: ColumnElement[Any], ids: Sequence[str] | None) -> Select[Any]:
    return query if ids is None else query.where(column.in_(ids))


def _summary(
    batch: Batch, states: Mapping[str, Any], refused: Mapping[str, Any], outcomes: dict[TriageOutcome, int]
) -> BatchSummary:
    """Put together what the queries found about one batch; a batch without rows counts as zero."""
    waiting, failed = states.get("waiting", 0), states.get("failed", 0)
    last = max(time for time in (states.get("last_verdict"), batch.created_at) if time is not None)
    return BatchSummary(
        batch=batch,
        accepted=states.get("accepted", 0),
        refused=refused.get("refused", 0),
        waiting=waiting,
        by_outcome=outcomes | ({TriageOutcome.FAILED: failed} if failed else {}),
        finished_at=None if waiting else last,
    )


def _rows_by_batch(session: Session, query: Select[Any]) -> dict[str, Mapping[str, Any]]:
    return {row["batch_id"]: dict(row) for row in session.execute(query).mappings()}


def _with_verdicts(query: Select[Any], outer: bool = False) -> Select[Any]:
    """Join to a query over karyograms the verdicts of the model that the batch asked for."""
    return query.join(schema.batches, schema.batches.c.id == schema.karyograms.c.batch_id).join(
        schema.verdicts,
        and_(
            schema.verdicts.c.karyogram_id == schema.karyograms.c.id,
            schema.verdicts.c.model == schema.batches.c.model,
        ),
        isouter=outer,
    )


def _in_state(state: KaryogramState) -> Any:
    return func.sum(case((schema.karyograms.c.state == state, 1), else_=0))


def _states() -> Select[Any]:
    """Count, for each batch, its karyograms by state, and find its last verdict."""
    table = schema.karyograms
    query = select(
        table.c.batch_id,
        func.count().label("accepted"),
        _in_state(KaryogramState.JUDGED).label("judged"),
        _in_state(KaryogramState.FAILED).label("failed"),
        _in_state(KaryogramState.QUEUED).label("waiting"),
        func.max(schema.verdicts.c.created_at).label("last_verdict"),
    ).select_from(table)
    return _with_verdicts(query, outer=True).group_by(table.c.batch_id)


def _refused() -> Select[Any]:
    table = schema.problems
    return select(table.c.batch_id, func.count().label("refused")).group_by(table.c.batch_id)


def _outcomes() -> Select[Any]:
    """Count, for each batch, its judged karyograms by outcome."""
    columns = schema.karyograms.c.batch_id, schema.verdicts.c.outcome
    query = select(*columns, func.count().label("count")).select_from(schema.karyograms)
    return _with_verdicts(query).where(schema.karyograms.c.state == KaryogramState.JUDGED).group_by(*columns)


def progress(session: Session, batch_id: str, now: datetime) -> Progress:
    """Return how far a batch has come.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.
        now: timezone-aware time, for the speed over the last minute.

    Raises:
        NotFoundError: there is no such batch.
    """
    batch = store.batch(session, batch_id)
    states = _rows_by_batch(session, _states().where(schema.karyograms.c.batch_id == batch_id)).get(batch_id, {})
    refused = _rows_by_batch(session, _refused().where(schema.problems.c.batch_id == batch_id)).get(batch_id, {})
    waiting = states.get("waiting", 0)
    speed = _speed(session, batch, now)
    return Progress(
        accepted=states.get("accepted", 0),
        judged=states.get("judged", 0),
        failed=states.get("failed", 0),
        refused=refused.get("refused", 0),
        waiting=waiting,
        finished=waiting == 0,
        seconds_left=waiting / speed if speed else None,
        pictures_per_second=speed,
    )


def _speed(session: Session, batch: Batch, now: datetime) -> float | None:
    """Return the karyograms of this batch judged in a second, over the last minute or since the upload."""
    start = max(batch.created_at, now - _SPEED_WINDOW)
    query = select(func.count()).select_from(schema.karyograms)
    query = _with_verdicts(query).where(schema.karyograms.c.batch_id == batch.id, schema.verdicts.c.created_at >= start)
    count = session.scalar(query) or 0
    seconds = (now - start).total_seconds()
    return count / seconds if count and seconds > 0 else None


def problems(session: Session, batch_id: str) -> list[FileProblem]:
    """Return the files of a batch that were refused, in the order in which they came."""
    query = select(schema.problems).where(schema.problems.c.batch_id == batch_id).order_by(schema.problems.c.id)
    return [to_problem(row) for row in session.execute(query).mappings()]


def judged(session: Session, batch_id: str, model: str | None = None) -> list[tuple[Karyogram, Verdict | None]]:
    """Return the karyograms of a batch with their verdicts, the riskiest first; those that wait stand last.

    Known cases are left out. The verdicts are without what was read; ``store.verdict`` has it.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.
        model: whose verdicts; by default of the model that the batch asked for.

    Raises:
        NotFoundError: there is no such batch.
    """
    model = model or store.batch(session, batch_id).model
    mine = schema.karyograms.c.batch_id == batch_id
    query = select_verdicts().join(schema.karyograms, schema.karyograms.c.id == schema.verdicts.c.karyogram_id)
    rows = session.execute(query.where(mine, schema.verdicts.c.model == model)).mappings()
    verdicts = {row["karyogram_id"]: to_verdict(row) for row in rows}
    karyograms = session.execute(select_karyograms().where(mine, seeds.of_patients(schema.karyograms.c.id))).mappings()
    pairs = [(karyogram, verdicts.get(karyogram.id)) for karyogram in map(to_karyogram, karyograms)]
    return sorted(pairs, key=_reading_order)


def _reading_order(pair: tuple[Karyogram, Verdict | None]) -> tuple[int, float, str, str, int]:
    """Sort by risk, then by name, so that equal risks keep one order on every page load."""
    karyogram, verdict = pair
    if karyogram.state is KaryogramState.FAILED:
        risk = risk_order(TriageOutcome.FAILED, None)
    elif verdict is None:
        risk = risk_order(None, None)
    else:
        risk = risk_order(verdict.outcome, verdict.measures.calibrated_probability)
    return *risk, karyogram.case_name, karyogram.file_name, karyogram.page


def risk_order(outcome: TriageOutcome | None, calibrated_probability: float | None) -> tuple[int, float]:
    """Sort key of karyograms by risk, the riskiest first; what waits has no outcome and stands last."""
    return (len(TriageOutcome), 0.0) if outcome is None else risk_key(outcome, calibrated_probability)


def case_mates(session: Session, karyogram: Karyogram) -> list[Karyogram]:
    """Return the other karyograms of the same case, in the order of their names; of a patient's no known case."""
    table = schema.karyograms
    query = select_karyograms().where(table.c.case_id == karyogram.case_id, table.c.id != karyogram.id)
    if not seeds.is_seed(session, karyogram.id):
        query = query.where(seeds.of_patients(table.c.id))
    rows = session.execute(query.order_by(table.c.file_name, table.c.page, table.c.id)).mappings()
    return [to_karyogram(row) for row in rows]


def failed(session: Session, limit: int | None = None) -> list[Karyogram]:
    """Return the karyograms that failed, in all batches, newest first; ``limit``: how many at most."""
    table = schema.karyograms
    query = select_karyograms().where(table.c.state == KaryogramState.FAILED)
    rows = session.execute(query.order_by(table.c.created_at.desc(), table.c.id).limit(limit)).mappings()
    return [to_karyogram(row) for row in rows]


def count_failed(session: Session) -> int:
    """Count the karyograms that failed, in all batches."""
    query = select(func.count()).where(schema.karyograms.c.state == KaryogramState.FAILED)
    return session.scalar(query) or 0


def failed_ids(session: Session) -> list[str]:
    """Return the ids of all karyograms that failed, earliest first."""
    table = schema.karyograms
    query = select(table.c.id).where(table.c.state == KaryogramState.FAILED).order_by(table.c.created_at, table.c.id)
    return list(session.scalars(query))
