"""What the report of a batch says: its figures, policies and models, and in which order its karyograms stand.

Decisions are told of signed karyograms alone. Of the others a report says whose turn it is and nothing more, so that
no reader learns from it what another one has decided. Known cases (``engine.records.seeds``) are in no report.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, and_, func, select
from sqlalchemy.orm import Session

from engine import reviews
from engine.exports.redaction import BY_DEFAULT, Shown
from engine.records import reports, schema, seeds, store
from engine.reviewing import decisions
from engine.reviews import Call, Review
from engine.vocabulary import Batch, KaryogramState
from models.judging.triage import Policy, TriageOutcome


@dataclass(frozen=True)
class ModelUsed:
    """A model that judged karyograms of the batch, with the SHA-256 of its weights; a batch has one, as a rule."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Report:
    """A batch as it stands.

    ``as_of`` is the time of the last change, so that the same state gives the same report. ``by_outcome`` and
    ``by_review`` count karyograms, ``calls`` counts signed ones by what people say and by what the model says of them.
    ``order`` holds the ids of all karyograms, the riskiest first; ``flagged`` those of them that the model does not
    screen and ``signed`` those that people have signed, in the same order. ``shown``: of patients.
    """

    batch: Batch
    as_of: datetime
    refused: int
    waiting: int
    by_outcome: Mapping[TriageOutcome, int]
    by_review: Mapping[Review, int]
    calls: Mapping[tuple[Call, TriageOutcome | None], int]
    models: tuple[ModelUsed, ...]
    policies: tuple[Policy, ...]
    order: tuple[str, ...]
    flagged: tuple[str, ...]
    signed: tuple[str, ...]
    shown: Shown = BY_DEFAULT

    def called(self, call: Call) -> int:
        """How many signed karyograms people call so."""
        return sum(count for (said, _), count in self.calls.items() if said is call)

    @property
    def missed(self) -> int:
        """How many screened karyograms people call abnormal."""
        return self.calls.get((Call.ABNORMAL, TriageOutcome.SCREENED_NORMAL), 0)

    @property
    def screened_and_called_normal(self) -> int:
        """How many screened karyograms people have signed as normal."""
        return self.calls.get((Call.NORMAL, TriageOutcome.SCREENED_NORMAL), 0)


@dataclass(frozen=True)
class _Key:
    """As much of a karyogram as its place in the report needs."""

    id: str
    outcome: TriageOutcome | None
    review: Review
    order: tuple[int, float, str, str, int]


def read(session: Session, batch_id: str) -> Report:
    """Read what the report of a batch says.

    Args:
        session: see ``engine.records.database.open_session``.
        batch_id: of the batch.

    Raises:
        NotFoundError: there is no such batch.
    """
    batch = store.batch(session, batch_id)
    rows = session.execute(_select_keys(batch)).mappings().all()
    keys = sorted((_key(row) for row in rows), key=lambda key: key.order)
    signed = [key for key in keys if key.review is Review.SIGNED]
    calls, last_decision = _decided(session, signed)
    times = [batch.created_at, *(row["judged_at"] for row in rows if row["judged_at"]), *last_decision]
    screened_or_waiting = (TriageOutcome.SCREENED_NORMAL, None)
    return Report(
        batch=batch,
        as_of=max(times),
        refused=_refused(session, batch_id),
        waiting=sum(key.outcome is None for key in keys),
        by_outcome=Counter(key.outcome for key in keys if key.outcome is not None),
        by_review=Counter(key.review for key in keys),
        calls=calls,
        models=tuple({ModelUsed(batch.model, row["model_sha256"]): None for row in rows if row["model_sha256"]}),
        policies=tuple({Policy(**row["policy"]): None for row in rows if row["policy"]}),
        order=tuple(key.id for key in keys),
        flagged=tuple(key.id for key in keys if key.outcome not in screened_or_waiting),
        signed=tuple(key.id for key in signed),
    )


def signed_count(session: Session, batch_id: str) -> int:
    """Tell how many karyograms of a batch are signed."""
    table = schema.karyograms
    mine = table.c.batch_id == batch_id, table.c.review == Review.SIGNED, seeds.of_patients(table.c.id)
    return session.scalar(select(func.count()).select_from(table).where(*mine)) or 0


def _select_keys(batch: Batch) -> Any:
    karyograms, verdicts = schema.karyograms, schema.verdicts
    of_batch = and_(verdicts.c.karyogram_id == karyograms.c.id, verdicts.c.model == batch.model)
    columns = (
        *(karyograms.c[name] for name in ("id", "state", "review", "file_name", "page")),
        schema.cases.c.name.label("case_name"),
        *(verdicts.c[name] for name in ("outcome", "calibrated_probability", "model_sha256", "policy")),
        verdicts.c.created_at.label("judged_at"),
    )
    joined = select(*columns).join_from(karyograms, schema.cases, karyograms.c.case_id == schema.cases.c.id)
    # the oldest verdict first, so that models and policies stand in the order in which they came
    mine = karyograms.c.batch_id == batch.id, seeds.of_patients(karyograms.c.id)
    return joined.outerjoin(verdicts, of_batch).where(*mine).order_by(verdicts.c.created_at)


def _key(row: RowMapping) -> _Key:
    failed = row["state"] is KaryogramState.FAILED
    outcome = TriageOutcome.FAILED if failed else row["outcome"]
    risk = reports.risk_order(outcome, None if failed else row["calibrated_probability"])
    return _Key(row["id"], outcome, row["review"], (*risk, row["case_name"], row["file_name"], row["page"]))


def _decided(
    session: Session, signed: Sequence[_Key]
) -> tuple[Counter[tuple[Call, TriageOutcome | None]], list[datetime]]:
    """Count what people say of signed karyograms by what the model says, and tell when they decided."""
    outcomes = {key.id: key.outcome for key in signed}
    calls: Counter[tuple[Call, TriageOutcome | None]] = Counter()
    times: list[datetime] = []
    for key, made in decisions.of_many(session, outcomes).items():
        result = reviews.result(made)
        if result is not None:
            calls[result.opinion.call, outcomes[key]] += 1
        times.extend(decision.created_at for decision in made)
    return calls, times


def _refused(session: Session, batch_id: str) -> int:
    table = schema.problems
    return session.scalar(select(func.count()).select_from(table).where(table.c.batch_id == batch_id)) or 0
