"""Batches of several cases, and known cases put among them."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from sqlalchemy import Engine, select

from engine.known_cases import seeding
from engine.known_cases.known_answers import Answer, KnownPicture
from engine.people import DEMO
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from engine.vocabulary import Batch, Karyogram
from models.judging.triage import TriageOutcome
from models.pictures import DEFAULT_LIMITS
from tests import records
from tests.records import NOW

TOVE, TEO, SARA, GAST = DEMO
ABNORMAL, NORMAL = Opinion(Call.ABNORMAL, reason="it is"), Opinion(Call.NORMAL, reason="it is")


def add_batch(engine: Engine, cases: int = 4, cells: int = 1, *, first: int = 100) -> Batch:
    """A batch of cases of some cells, each with a picture of its own; ``first`` is the seed of the first one."""
    with open_session(engine) as session:
        batch = store.add_batch(session, f"Batch {first}", "pixels", 5, NOW)
        for number in range(cases * cells):
            case = store.find_or_add_case(session, batch.id, f"P{first + number // cells}")
            store.add_karyogram(
                session,
                batch=batch,
                case=case,
                cell=str(number % cells + 1),
                file_name=f"{case.name}_c{number % cells + 1}.png",
                page=0,
                image_sha256=store.add_picture(session, records.png(first + number), "image/png"),
                width=120,
                height=100,
                now=NOW + timedelta(milliseconds=number),
            )
        session.commit()
    return batch


def known(number: int, call: Call = Call.ABNORMAL, karyotype: str = "", *, case: str = "") -> KnownPicture:
    """A picture of its own for each number, with its answer."""
    answer = Answer(case or f"known-{number}", str(number), call, karyotype)
    return KnownPicture(f"known-{number}.png", records.png(5000 + number), answer, simulated=True)


def prepare(engine: Engine, *pictures: KnownPicture) -> tuple[str, ...]:
    """Hand known pictures in; the keys of their cases."""
    with open_session(engine) as session:
        prepared = seeding.prepare(session, SARA, pictures, DEFAULT_LIMITS, NOW)
        session.commit()
    assert prepared.problems == ()
    return prepared.known_cases


def seed(engine: Engine, batch: Batch, *pictures: KnownPicture, lots: int = 1) -> list[Karyogram]:
    """Put known cases into a batch, one after the other; what readers will see of them."""
    prepare(engine, *pictures)
    placed: list[Karyogram] = []
    with open_session(engine) as session:
        for key in session.scalars(select(schema.seeds.c.known_case).where(schema.seeds.c.placed_at.is_(None))).all():
            placed += seeding.place(session, batch, key, NOW, Random(lots))
        session.commit()
    return placed


def judge(engine: Engine, *judged: tuple[Karyogram, TriageOutcome]) -> None:
    """Judge karyograms by the model of their batch; no screened one is drawn into the quality sample."""
    with open_session(engine) as session:
        for karyogram, outcome in judged:
            assert store.save_verdict(session, records.verdict(karyogram, outcome), quality_share=0.0)
        session.commit()


def sign(engine: Engine, karyogram: Karyogram, *opinions: Opinion) -> None:
    """Let Tove, Teo and Sara decide, one after the other."""
    with open_session(engine) as session:
        for number, (person, opinion) in enumerate(zip((TOVE, TEO, SARA), opinions, strict=False), 1):
            decisions.decide(session, person, karyogram.id, opinion, NOW + number * timedelta(minutes=5))
        session.commit()
