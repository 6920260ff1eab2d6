"""A batch that people have read, as a report finds it."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.exports.batch_report.formats import Format, write
from engine.people import Person, Role
from engine.records import store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import Reason, TriageOutcome
from models.pictures import DEFAULT_LIMITS
from tests.records import NOW, png, reading, verdict

ANNA, BEN = Person("Anna Åkesson", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
CARL, DORA = Person("Carl", Role.SUPERVISOR), Person("Dora", Role.READ_ONLY)
DOWN = Opinion(Call.ABNORMAL, "47,XY,+21", ("+21",))
NORMAL = Opinion(Call.NORMAL)
# what is read is the same from both record stores, see test_report; how it is written is tested on one
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
OUTCOMES = (
    TriageOutcome.FLAGGED_ABNORMAL,  # signed as +21
    TriageOutcome.SCREENED_NORMAL,  # in the quality sample, signed as abnormal: missed by the model
    TriageOutcome.FLAGGED_UNCERTAIN,  # two disagree, the supervisor has signed as normal
    TriageOutcome.FLAGGED_UNREADABLE,  # signed as not assessable, amended
    TriageOutcome.FLAGGED_UNCERTAIN,  # read by one person
    TriageOutcome.SCREENED_NORMAL,  # read by nobody
)


@dataclass(frozen=True)
class Read:
    """A batch whose karyograms stand as ``OUTCOMES`` says; one more failed, and one waits for its verdict."""

    engine: Engine
    batch: Batch
    karyograms: list[Karyogram]

    def written(self, kind: Format, person: Person | None = None) -> bytes:
        """The report of the batch in a format."""
        stream = io.BytesIO()
        with open_session(self.engine) as session:
            write(session, self.batch.id, kind, stream, DEFAULT_LIMITS, person=person)
        return stream.getvalue()


def add(session: Session, batch: Batch, number: int, *, case: str, file: str, data: bytes | None = None) -> Karyogram:
    """One karyogram more."""
    return store.add_karyogram(
        session,
        batch=batch,
        case=store.find_or_add_case(session, batch.id, case),
        cell=str(number),
        file_name=file,
        page=0,
        image_sha256=store.add_picture(session, png(number) if data is None else data, "image/png"),
        width=120,
        height=100,
        now=NOW + timedelta(seconds=number),
    )


def judge(session: Session, karyogram: Karyogram, outcome: TriageOutcome, *, sampled: bool = False) -> None:
    """What the model says; a screened karyogram is read by people only if it is drawn into the sample."""
    reasons = {TriageOutcome.FLAGGED_ABNORMAL: (Reason.VOTED_ABNORMAL,), TriageOutcome.SCREENED_NORMAL: ()}
    said = replace(
        verdict(karyogram, outcome, reading=reading()), reasons=reasons.get(outcome, (Reason.LOW_AGREEMENT,))
    )
    store.save_verdict(session, said, quality_share=float(sampled))


@pytest.fixture
def read_batch(sql_engine: Engine) -> Read:
    """A batch in every state that a report tells of, on SQLite and on PostgreSQL."""
    with open_session(sql_engine) as session:
        batch = store.add_batch(session, "Monday", "pixels", 5, NOW)
        names = [(f"P{number // 3:03d}", f"P{number // 3:03d}_c{number}.png") for number in range(8)]
        made = [add(session, batch, number, case=case, file=file) for number, (case, file) in enumerate(names)]
        for number, (karyogram, outcome) in enumerate(zip(made, OUTCOMES, strict=False)):
            judge(session, karyogram, outcome, sampled=number == 1)
        store.fail(session, made[6].id, "the engine stopped three times")
        _decide(session, [karyogram.id for karyogram in made])
        session.commit()
        return Read(sql_engine, batch, store.karyograms(session, [karyogram.id for karyogram in made]))


def _decide(session: Session, keys: list[str]) -> None:
    decide = partial(decisions.decide, session)
    unseen = Opinion(Call.NOT_ASSESSABLE, comment="scan it again")
    decide(ANNA, keys[0], Opinion(Call.ABNORMAL), NOW + timedelta(hours=1))
    decide(BEN, keys[0], DOWN, NOW + timedelta(hours=2))
    for person in (ANNA, BEN):
        decide(person, keys[1], replace(DOWN, reason="a third 21 lies beside Y"), NOW + timedelta(hours=3))
    decide(ANNA, keys[2], DOWN, NOW + timedelta(hours=1))
    decide(BEN, keys[2], NORMAL, NOW + timedelta(hours=1))
    decide(CARL, keys[2], NORMAL, NOW + timedelta(hours=2))
    decide(ANNA, keys[3], unseen, NOW + timedelta(hours=1))
    old = decide(BEN, keys[3], unseen, NOW + timedelta(hours=1))
    decisions.amend(session, BEN, old, replace(unseen, reason="a word was missing"), NOW + timedelta(hours=30))
    decide(ANNA, keys[4], replace(DOWN, comment="nobody may see this yet"), NOW + timedelta(hours=40))
