"""A record store as it is after years: karyograms in bulk, with verdicts, decisions and every review, for lists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Engine, Table, text

from engine import reviews
from engine.records import schema
from engine.records.rows import from_verdict
from engine.reviews import Call, Place, Review
from engine.vocabulary import KaryogramState
from models.judging.triage import TriageOutcome
from tests import records

READERS: Final = ("Anna", "Ben", "Carl")
_IN_A_BATCH: Final = 50
_IN_A_CASE: Final = 5
_OUTCOMES: Final = {
    TriageOutcome.FAILED: 0.5,
    TriageOutcome.FLAGGED_UNREADABLE: 2,
    TriageOutcome.FLAGGED_ABNORMAL: 10,
    TriageOutcome.FLAGGED_UNCERTAIN: 12.5,
    TriageOutcome.SCREENED_NORMAL: 74,
    None: 1,
}
_TURNS: Final = {Review.SIGNED: 70, Review.FIRST: 16, Review.SECOND: 11, Review.THIRD: 3}
_FINDINGS: Final = ("+21", "+18", "X missing", "structural change on 9")
_DECISIONS: Final = {Review.SECOND: 1, Review.THIRD: 2, Review.SIGNED: 2}


def fill(engine: Engine, number: int, batch_size: int = _IN_A_BATCH, *, verdicts: bool = True) -> None:
    """Fill an empty record store with karyograms of every outcome and review, the same in each call.

    The verdicts themselves take most of the time; what only looks for karyograms can do without.
    """
    lots = random.Random(7)
    picture = records.png(1)
    rows: dict[Table, list[dict[str, Any]]] = {table: [] for table in schema.metadata.sorted_tables}
    rows[schema.pictures] = [{"sha256": "ab" * 32, "bytes": picture, "media_type": "image/png", "size": len(picture)}]
    template = from_verdict(records.verdict(records.karyogram()))
    for index in range(number):
        _add(rows, index, lots, template, batch_size)
    if not verdicts:
        rows[schema.verdicts] = []
    with engine.begin() as connection:
        for table in schema.metadata.sorted_tables:
            if rows[table]:
                connection.execute(table.insert(), rows[table])
    if engine.dialect.name == "postgresql":  # as its own housekeeping does in time
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def _add(rows: dict[Table, list[dict[str, Any]]], index: int, lots: random.Random, verdict: Any, size: int) -> None:
    batch, of_case = index // size, index // _IN_A_CASE
    at = records.NOW - timedelta(minutes=index)
    if index % size == 0:
        made = {"id": f"{batch:032x}", "name": f"Batch {batch}", "model": "pixels", "passes": 5, "created_at": at}
        rows[schema.batches].append(made)
    if index % size % _IN_A_CASE == 0:
        rows[schema.cases].append({"id": _case(batch, of_case), "batch_id": f"{batch:032x}", "name": f"P{of_case:06d}"})
    (outcome,) = lots.choices(list(_OUTCOMES), weights=list(_OUTCOMES.values()))
    probability, key = lots.random(), f"{lots.getrandbits(128):032x}"
    row = _row(key, outcome, probability, lots)
    where = {"batch_id": f"{batch:032x}", "case_id": _case(batch, of_case), "cell": str(index % _IN_A_CASE)}
    rows[schema.karyograms].append({**row, **where, "file_name": f"{index}.png", "created_at": at})
    if outcome in (None, TriageOutcome.FAILED):
        return
    said = {"karyogram_id": key, "outcome": outcome, "calibrated_probability": probability, "created_at": at}
    found = [name for name in _FINDINGS if outcome is TriageOutcome.FLAGGED_ABNORMAL and lots.random() < 0.3]
    named = [{"chromosome": "21", "text": name, "probability": 0.9} for name in found]
    rows[schema.verdicts].append({**verdict, **said, "refusals": [], "findings": named})
    rows[schema.findings] += [{"karyogram_id": key, "text": name} for name in found]
    rows[schema.decisions] += _decisions(key, row["review"], outcome, lots)


def _case(batch: int, of_case: int) -> str:
    return f"{batch:016x}{of_case:016x}"


def _row(key: str, outcome: TriageOutcome | None, probability: float, lots: random.Random) -> dict[str, Any]:
    screened = outcome is TriageOutcome.SCREENED_NORMAL
    sampled = screened and reviews.is_sampled(key, reviews.QUALITY_SHARE)
    (turn,) = lots.choices(list(_TURNS), weights=list(_TURNS.values()))
    failed = outcome is TriageOutcome.FAILED
    state = KaryogramState.FAILED if failed else KaryogramState.JUDGED if outcome else KaryogramState.QUEUED
    review = Review.WAITING if outcome is None else Review.FIRST if failed else turn
    return {
        "id": key,
        "page": 0,
        "image_sha256": "ab" * 32,
        "width": 120,
        "height": 100,
        "state": state,
        "failure": "cut off" if failed else None,
        "review": Review.NOT_NEEDED if screened and not sampled else review,
        "risk": None if outcome is None else reviews.risk(outcome, None if failed else probability),
        "sampled": sampled,
    }


def _decisions(key: str, review: Review, outcome: TriageOutcome, lots: random.Random) -> Iterator[dict[str, Any]]:
    people = lots.sample(READERS, 2)
    for place, person in zip((Place.FIRST, Place.SECOND), people[: _DECISIONS.get(review, 0)], strict=False):
        yield {
            "karyogram_id": key,
            "place": place,
            "person": person,
            "call": Call.ABNORMAL,
            "karyotype": "",
            "findings": [],
            "comment": "",
            "reason": "",
            "model": "pixels",
            "outcome": outcome,
            "amends": None,
            "created_at": records.NOW,
        }
