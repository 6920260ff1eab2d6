"""The large simulated store keeps the rules of the real one; here a small one of it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, func, select

from engine.people import DEMO
from engine.records import database, reports, schema, store
from engine.records.database import open_session
from engine.records.rows import select_karyograms, to_karyogram
from engine.reviewing import decisions
from engine.reviews import Call, Opinion, Review, after_decisions
from tests.large import fill
from tests.records import NOW


def test_a_simulated_store_keeps_the_rules_of_reading(sql_engine: Engine) -> None:
    fill(sql_engine, 400, 8, seed=3, now=NOW)
    with open_session(sql_engine) as session:
        karyograms = [to_karyogram(row) for row in session.execute(select_karyograms()).mappings()]
        made = decisions.of_many(session, [karyogram.id for karyogram in karyograms])
        assert len(karyograms) == 400
        assert len(reports.batch_summaries(session)) == 8
        assert session.scalar(select(func.count()).select_from(schema.pictures)) == 12
    read = [karyogram for karyogram in karyograms if made[karyogram.id]]
    assert len(read) > 20
    assert all(karyogram.review is after_decisions(made[karyogram.id]) for karyogram in read)
    assert {Review.SIGNED, Review.NOT_NEEDED, Review.WAITING} <= {karyogram.review for karyogram in karyograms}
    assert max(decision.created_at for found in made.values() for decision in found) <= NOW


def test_people_can_go_on_deciding_in_it(sql_engine: Engine) -> None:
    fill(sql_engine, 200, 4, seed=3, now=NOW)
    with open_session(sql_engine) as session:
        query = select_karyograms().where(schema.karyograms.c.review == Review.FIRST).limit(1)
        karyogram = to_karyogram(session.execute(query).mappings().one())
        decision = decisions.decide(
            session, DEMO[0], karyogram.id, Opinion(Call.ABNORMAL, reason="it is"), NOW + timedelta(minutes=1)
        )
        assert store.karyogram(session, karyogram.id).review is Review.SECOND
        assert decisions.of(session, karyogram.id) == [decision]


def test_the_same_seed_draws_the_same_store(sqlite_template: Path, tmp_path: Path) -> None:
    drawn = []
    for name in ("one", "other"):
        shutil.copyfile(sqlite_template, tmp_path / name)
        engine = database.connect(f"sqlite:///{tmp_path / name}")
        fill(engine, 50, 2, seed=5, now=NOW)
        with engine.connect() as connection:
            tables = schema.karyograms, schema.decisions
            drawn.append([sorted(map(repr, connection.execute(select(table)))) for table in tables])
        engine.dispose()
    assert drawn[0] == drawn[1]
    assert len(drawn[0][0]) == 50
