"""The karyograms of a report, one after the other: a batch of ten thousand is never in memory as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from engine import reviews
from engine.exports.batch_report import pseudonyms
from engine.exports.batch_report.report import Report
from engine.records import schema, store
from engine.records.rows import select_verdicts, to_verdict
from engine.reviewing import decisions
from engine.reviews import Decision, Review
from engine.vocabulary import Karyogram, KaryogramState, Verdict
from models.judging.triage import TriageOutcome

_CHUNK: Final = 200  # karyograms read at once


@dataclass(frozen=True)
class Entry:
    """One karyogram with its verdict and, where it is signed, every decision on it, the earliest first."""

    karyogram: Karyogram
    verdict: Verdict | None
    decisions: tuple[Decision, ...] = ()

    @property
    def outcome(self) -> TriageOutcome | None:
        """What the model says; failed beats everything, None while the karyogram waits."""
        if self.karyogram.state is KaryogramState.FAILED:
            return TriageOutcome.FAILED
        return None if self.verdict is None else self.verdict.outcome

    @property
    def result(self) -> Decision | None:
        """The decision that counts; None while the karyogram is not signed."""
        return reviews.result(self.decisions)

    @property
    def standing(self) -> list[Decision]:
        """The decisions that no other one amends, by their place."""
        return reviews.standing(self.decisions)

    @property
    def amended(self) -> bool:
        """Whether any decision stands in the place of an earlier one."""
        return any(decision.amends is not None for decision in self.decisions)

    @property
    def signed_at(self) -> datetime | None:
        """When the last decision was made; None while the karyogram is not signed."""
        return max((decision.created_at for decision in self.decisions), default=None)


def entries(session: Session, report: Report, karyogram_ids: Sequence[str]) -> Iterator[Entry]:
    """Read karyograms in the order of their ids, without their pictures and without what the reader read.

    Args:
        session: see ``engine.records.database.open_session``.
        report: of which batch, and how much of patients it shows.
        karyogram_ids: such as ``Report.order``.
    """
    for start in range(0, len(karyogram_ids), _CHUNK):
        found = _chunk(session, report.batch.model, karyogram_ids[start : start + _CHUNK])
        yield from found if report.shown.names else map(_with_pseudonyms, found)


def _with_pseudonyms(entry: Entry) -> Entry:
    made = tuple(map(pseudonyms.of_decision, entry.decisions))
    return replace(entry, karyogram=pseudonyms.of_karyogram(entry.karyogram), decisions=made)


def _chunk(session: Session, model: str, ids: Sequence[str]) -> Iterator[Entry]:
    karyograms, table = store.karyograms(session, ids), schema.verdicts
    query = select_verdicts().where(table.c.karyogram_id.in_(ids), table.c.model == model)
    verdicts = {row["karyogram_id"]: to_verdict(row) for row in session.execute(query).mappings()}
    signed = [karyogram.id for karyogram in karyograms if karyogram.review is Review.SIGNED]
    made = decisions.of_many(session, signed)
    for karyogram in karyograms:
        yield Entry(karyogram, verdicts.get(karyogram.id), tuple(made.get(karyogram.id, ())))
