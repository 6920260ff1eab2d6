"""How readers and models did on known cases, over both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from engine.figures.periods import HOUR, Period
from engine.figures.shares import Share
from engine.known_cases import seed_results
from engine.known_cases.seed_results import Result
from engine.people import NotAllowedError
from engine.policy import shadows
from engine.records import schema, store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviews import Call, Opinion
from models.judging.triage import TriageOutcome
from tests.records import NOW, karyograms, verdict
from tests.seeded import ABNORMAL, NORMAL, SARA, TEO, TOVE, add_batch, judge, known, seed, sign

PERIOD = Period(NOW - timedelta(hours=6), NOW + timedelta(hours=6), HOUR)
SCREENED, FLAGGED = TriageOutcome.SCREENED_NORMAL, TriageOutcome.FLAGGED_UNCERTAIN
DOWN, EDWARDS = "47,XX,+21", "47,XX,+18"


def test_readers_and_models_are_compared_with_the_answers(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    placed = seed(
        sql_engine,
        batch,
        known(1, karyotype=DOWN, case="A"),
        known(2, karyotype=DOWN, case="A"),
        known(3),
        known(4, Call.NORMAL, "46,XX"),
        known(5),  # nobody reads it
    )
    patient = next(one for one in karyograms(sql_engine) if one not in placed)
    judge(sql_engine, *((one, SCREENED if one == placed[0] else FLAGGED) for one in [*placed, patient]))
    with open_session(sql_engine) as session:
        shadows.keep(session, verdict(placed[1], SCREENED, model="another"))
        session.commit()
        assert seed_results.told(session, SARA, PERIOD, 10) == []  # nothing of it is signed
    down, wrong = Opinion(Call.ABNORMAL, " 47,XX, +21", reason="seen"), Opinion(Call.ABNORMAL, EDWARDS, reason="seen")
    answers = _answers(sql_engine)
    for one in placed:
        name, call = answers[one.id]
        if name == "known-5":
            continue
        if call is Call.NORMAL:
            sign(sql_engine, one, NORMAL, ABNORMAL, NORMAL)
        elif name == "A":
            sign(sql_engine, one, down, wrong, down)
        else:
            sign(sql_engine, one, NORMAL, Opinion(Call.NOT_ASSESSABLE), ABNORMAL)
    sign(sql_engine, patient, NORMAL, NORMAL)
    with open_session(sql_engine) as session:
        readers = seed_results.readers(session, SARA, PERIOD)
        models = seed_results.models(session, SARA, PERIOD)
        assert seed_results.readers(session, SARA, PERIOD.before(PERIOD.width)) == []
        signed = seed_results.told(session, SARA, PERIOD, 10)
        assert len(seed_results.told(session, SARA, PERIOD, 1)) == 1
    teo = Result(TEO.name, Share(2, 3, 2), Share(0, 3, 2), Share(1, 1, 1), Share(0, 2, 1))
    tove = Result(TOVE.name, Share(2, 3, 2), Share(1, 3, 2), Share(0, 1, 1), Share(2, 2, 1))
    assert readers == [teo, tove]
    (another, pixels) = models
    assert (another.name, another.found, another.missed) == ("another", Share(0, 1, 1), Share(1, 1, 1))
    assert (pixels.alarms, pixels.named) == (Share(1, 1, 1), None)
    assert pixels.found.part + pixels.missed.part == pixels.found.whole == 4
    assert {one.seed.name for one in signed} == {"A", "known-3", "known-4"}
    assert patient.id not in {one.karyogram.id for one in signed}
    assert [len(one.first) for one in signed] == [3] * 4


def _answers(engine: Engine) -> dict[str, tuple[str, Call]]:
    with engine.connect() as connection:
        rows = connection.execute(schema.seeds.select()).mappings().all()
    return {row["karyogram_id"]: (row["name"], row["call"]) for row in rows}


@pytest.mark.parametrize("what", [seed_results.readers, seed_results.models])
def test_readers_may_not_know(sql_engine: Engine, what: object) -> None:
    with open_session(sql_engine) as session:
        with pytest.raises(NotAllowedError):
            what(session, TOVE, PERIOD)  # type: ignore[operator]
        with pytest.raises(NotAllowedError):
            seed_results.told(session, TOVE, PERIOD, 5)
        assert what(session, SARA, PERIOD) == []  # type: ignore[operator]
        assert store.unfinished(session) == []


def test_an_amended_call_counts_as_it_was_said_first(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    judge(sql_engine, (placed, FLAGGED))
    sign(sql_engine, placed, NORMAL, NORMAL)
    with open_session(sql_engine) as session:
        for person, made in zip((TOVE, TEO), decisions.of(session, placed.id), strict=True):
            decisions.amend(session, person, made, ABNORMAL, NOW + timedelta(hours=1))
        assert [one.missed for one in seed_results.readers(session, SARA, PERIOD)] == [Share(1, 1, 1)] * 2
