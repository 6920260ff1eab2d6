"""Known cases in the stream: who may put them there, how a batch gets one, and that nothing tells them from others."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import Engine, select

from engine.intake.intake import IncomingFile, Intake
from engine.jobs.stream import JobStream
from engine.known_cases import seeding
from engine.known_cases.seeding import FEWEST_CASES, SeedingError
from engine.people import NotAllowedError, Person
from engine.records import audit, reports, schema, seeds, store
from engine.records.audit import Entry
from engine.records.database import open_session
from engine.records.seeds import Standing
from engine.reviewing import case_results, decisions, reading_list
from engine.reviewing.reading_filter import Filter, Turn
from engine.reviews import Call, Review
from engine.settings import Settings
from engine.vocabulary import Karyogram, KaryogramState, ProblemKind
from models.judging.triage import TriageOutcome
from models.pictures import DEFAULT_LIMITS
from tests.records import NOW, png
from tests.seeded import ABNORMAL, GAST, NORMAL, SARA, TEO, TOVE, add_batch, judge, known, prepare, seed, sign

SCREENED = TriageOutcome.SCREENED_NORMAL


def trail(engine: Engine) -> list[Entry]:
    with open_session(engine) as session:
        return [entry for entry in audit.entries(session) if entry.action in seeds.TOLD_IN_THE_TRAIL]


def standing(engine: Engine) -> Standing:
    with open_session(engine) as session:
        return seeds.standing(session, SARA)


@pytest.mark.parametrize("person", [TOVE, GAST])
def test_only_who_may_seed_can_do_it_take_it_back_or_know(
    sql_engine: Engine, stream: JobStream, person: Person
) -> None:
    batch, cases = add_batch(sql_engine), prepare(sql_engine, known(1))
    with open_session(sql_engine) as session:
        with pytest.raises(NotAllowedError, match="may not seed cases"):
            seeding.prepare(session, person, [known(2)], DEFAULT_LIMITS, NOW)
        with pytest.raises(NotAllowedError):
            seeding.put_in(session, stream, person, cases, batch_id=batch.id, now=NOW)
        with pytest.raises(NotAllowedError):
            seeding.withdraw(session, person, NOW)
        with pytest.raises(NotAllowedError):
            seeds.standing(session, person)
    assert standing(sql_engine) == Standing(1, 0, 0)


def test_a_known_case_looks_like_the_others_of_its_batch(sql_engine: Engine, stream: JobStream) -> None:
    batch = add_batch(sql_engine, cases=4, cells=2)
    cases = prepare(sql_engine, known(1, case="A"), known(2, case="A"), known(3, Call.NORMAL))
    with open_session(sql_engine) as session:
        assert seeding.put_in(session, stream, SARA, cases, batch_id=batch.id, now=NOW + timedelta(hours=2))
        placed = store.karyograms(session, session.scalars(select(schema.seeds.c.karyogram_id)).all())
        everything = store.karyograms(session, store.unfinished(session))
    by_case = {one.case_id: [cell for cell in placed if cell.case_id == one.case_id] for one in placed}
    assert sorted(map(len, by_case.values())) == [1, 2]
    assert {one.id for one in everything} >= {one.id for one in placed}
    own = [one for one in everything if one not in placed]
    for one in placed:
        assert one.case_name in {f"P{number}" for number in range(104, 112)}
        assert one.file_name == f"{one.case_name}_c{one.cell}.png"
        assert one.created_at in {other.created_at for other in own}  # it came with them
        assert (one.state, one.review, one.batch_id) == (KaryogramState.QUEUED, Review.WAITING, batch.id)
    assert sorted(one.cell for one in max(by_case.values(), key=len)) == ["1", "2"]
    assert len({one.file_name for one in everything}) == len(everything)
    assert stream.backlog() == 3
    assert standing(sql_engine) == Standing(0, 2, 0)


def test_what_is_kept_of_a_karyogram_does_not_say_what_it_is(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    (entry,) = [one for one in listed(sql_engine, batch.id) if one.id == placed.id]
    told = " ".join(map(str, vars(entry).values())).lower()
    assert [word for word in ("known", "seed", "simul", "sara") if word in told] == []


def listed(engine: Engine, batch_id: str = "") -> list[Karyogram]:
    """What a reader sees in a list of all."""
    with open_session(engine) as session:
        page = reading_list.page(session, TOVE, Filter(turn=Turn.ALL, batch_id=batch_id), 100)
    return [entry.karyogram for entry in page.entries]


def test_it_stands_in_every_list_of_work_and_is_always_read(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    own = [one for one in listed(sql_engine) if one.id != placed.id]
    judge(sql_engine, (placed, SCREENED), *((one, SCREENED) for one in own))
    with open_session(sql_engine) as session:
        kept = store.karyogram(session, placed.id)
        assert (kept.review, kept.sampled) == (Review.FIRST, True)  # as if it had been drawn into the quality sample
        assert reading_list.outcome_counts(session, batch.id) == {SCREENED: 5}
        assert reports.progress(session, batch.id, NOW).accepted == 5
        (summary,) = reports.batch_summaries(session)
        assert (summary.accepted, summary.by_outcome) == (5, {SCREENED: 5})
        assert reading_list.next_open(session, TOVE, Filter()) == placed.id
        assert reading_list.page(session, TOVE, Filter(batch_id=batch.id, turn=Turn.ALL), 9).total == 5


def test_a_supervisor_is_told_once_it_is_signed_and_nobody_else_is(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1, karyotype="47,XX,+21"))
    judge(sql_engine, (placed, SCREENED))
    with open_session(sql_engine) as session:
        assert seeds.answer(session, SARA, store.karyogram(session, placed.id)) is None
    sign(sql_engine, placed, ABNORMAL)
    with open_session(sql_engine) as session:
        assert seeds.answer(session, SARA, store.karyogram(session, placed.id)) is None
    sign_second(sql_engine, placed)
    with open_session(sql_engine) as session:
        signed = store.karyogram(session, placed.id)
        assert signed.review is Review.SIGNED
        told = seeds.answer(session, SARA, signed)
        assert [seeds.answer(session, person, signed) for person in (TOVE, TEO, GAST)] == [None] * 3
        other = next(one for one in listed(sql_engine) if one.id != placed.id)
        assert seeds.answer(session, SARA, replace(other, review=Review.SIGNED)) is None
    assert told is not None
    assert (told.name, told.call, told.karyotype, told.simulated) == ("known-1", Call.ABNORMAL, "47,XX,+21", True)
    assert standing(sql_engine) == Standing(0, 0, 1)


def sign_second(engine: Engine, karyogram: Karyogram) -> None:
    with open_session(engine) as session:
        decisions.decide(session, TEO, karyogram.id, ABNORMAL, NOW + timedelta(hours=1))
        session.commit()


def test_the_trail_names_it_and_readers_do_not_see_these_entries(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1, karyotype="47,XX,+21"))
    prepare(sql_engine, known(2))
    with open_session(sql_engine) as session:
        assert seeding.withdraw(session, SARA, NOW) == 1
        session.commit()
        assert audit.latest(session, 10, but=seeds.TOLD_IN_THE_TRAIL) == []
        assert list(audit.broken(session)) == []
    found = trail(sql_engine)
    assert [entry.action for entry in found] == ["prepare a seed", "seed", "prepare a seed", "withdraw a seed"]
    assert (found[1].person, found[1].subject) == (SARA.name, f"karyogram {placed.id}")
    details = json.loads(found[1].details)
    assert (details["call"], details["karyotype"], details["called"]) == ("abnormal", "47,XX,+21", placed.case_name)
    assert standing(sql_engine) == Standing(0, 1, 0)  # what is in a batch cannot be taken back


def test_what_cannot_be_used_is_refused_with_its_reason(sql_engine: Engine) -> None:
    prepare(sql_engine, known(1))
    broken = replace(known(2), data=b"no picture")
    with open_session(sql_engine) as session:
        prepared = seeding.prepare(session, SARA, [known(1), broken, known(3)], DEFAULT_LIMITS, NOW)
    assert len(prepared.known_cases) == 1
    kinds = [(problem.file_name, problem.kind) for problem in prepared.problems]
    assert kinds == [("known-1.png", ProblemKind.DUPLICATE), ("known-2.png", ProblemKind.NOT_AN_IMAGE)]


def test_a_small_batch_gets_none(sql_engine: Engine, stream: JobStream) -> None:
    batch = add_batch(sql_engine, cases=FEWEST_CASES - 1, cells=3)
    cases = prepare(sql_engine, known(1))
    with open_session(sql_engine) as session, pytest.raises(SeedingError, match="at least 3 cases"):
        seeding.put_in(session, stream, SARA, cases, batch_id=batch.id, now=NOW)
    assert standing(sql_engine) == Standing(1, 0, 0)


def test_its_name_is_no_patients_in_any_batch(sql_engine: Engine) -> None:
    batch, _ = add_batch(sql_engine), add_batch(sql_engine, first=104)  # P100 to P103, and P104 to P107
    (placed,) = seed(sql_engine, batch, known(1))
    assert placed.case_name in {f"P{number}" for number in range(108, 112)}


def test_where_every_batch_begins_anew_so_does_it(sql_engine: Engine) -> None:
    batch, _ = add_batch(sql_engine), add_batch(sql_engine, cases=8)  # both begin with P100
    (placed,) = seed(sql_engine, batch, known(1))
    assert placed.case_name in {f"P{number}" for number in range(104, 108)}


def files(*names: str) -> list[IncomingFile]:
    return [IncomingFile(name, png(number)) for number, name in enumerate(names)]


def test_each_of_the_next_batches_gets_one(sql_engine: Engine, stream: JobStream) -> None:
    intake = Intake(sql_engine, stream, Settings(), TOVE)
    prepare(sql_engine, known(1), known(2), known(3))
    small, large, next_one = (intake.open_batch(name, "pixels", 5, NOW) for name in ("small", "large", "next"))
    assert intake.receive(small, files("A1_c1.png", "A2_c1.png"), NOW).accepted
    assert standing(sql_engine) == Standing(3, 0, 0)
    report = intake.receive(large, files(*(f"B{number}_c1.jpg" for number in range(20, 25)))[2:], NOW)
    assert len(report.accepted) == 3  # nobody who sends is told of a fourth
    assert standing(sql_engine) == Standing(2, 1, 0)
    more = [IncomingFile("B30_c1.png", png(30))]
    assert len(intake.receive(large, more, NOW).accepted) == 1
    assert standing(sql_engine) == Standing(2, 1, 0)  # a batch that comes in parts gets one all the same
    intake.receive(next_one, [IncomingFile(f"C{number}.png", png(40 + number)) for number in range(3)], NOW)
    assert standing(sql_engine) == Standing(1, 2, 0)
    assert stream.backlog() == 2 + 3 + 1 + 1 + 3 + 1


def test_a_case_is_placed_once_whoever_is_quicker(sql_engine: Engine) -> None:
    (key,) = prepare(sql_engine, known(1))
    batches = [add_batch(sql_engine, first=number) for number in (100, 200)]

    def place(number: int) -> int:
        with open_session(sql_engine) as session:
            placed = seeding.place(session, batches[number], key, NOW, Random(number))
            session.commit()
        return len(placed)

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(place, range(2))) == [0, 1]


def test_a_patients_case_of_the_same_name_takes_it_over(sql_engine: Engine, stream: JobStream) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    intake, name = Intake(sql_engine, stream, Settings(), TOVE), placed.case_name
    named, alone = (IncomingFile(file, png(number)) for number, file in ((60, f"{name}_c2.png"), (61, "scan.png")))
    (came, _) = intake.receive(batch, [named, alone], NOW).accepted
    with open_session(sql_engine) as session:
        renamed = store.karyogram(session, placed.id)
        cells = case_results.cells_of(session, came)
    assert came.case_name == name
    assert [cell.karyogram.id for cell in cells] == [came.id]
    assert renamed.case_id != came.case_id
    assert renamed.case_name != name
    assert renamed.file_name == f"{renamed.case_name}_c1.png"
    assert trail(sql_engine)[-1].action == "rename a seed"


def test_a_file_that_is_a_case_by_itself_is_not_renamed_because_of_it(sql_engine: Engine, stream: JobStream) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    (came,) = (
        Intake(sql_engine, stream, Settings(), TOVE)
        .receive(batch, [IncomingFile(f"{placed.case_name}.png", png(70))], NOW)
        .accepted
    )
    assert came.case_name == placed.case_name


def test_the_cells_of_a_patients_case_are_never_joined_by_a_known_one(sql_engine: Engine) -> None:
    """Not even where somebody put them together by hand."""
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    patient = next(one for one in listed(sql_engine, batch.id) if one.id != placed.id)
    with open_session(sql_engine) as session:
        table = schema.karyograms
        session.execute(table.update().where(table.c.id == placed.id).values(case_id=patient.case_id))
        assert [cell.karyogram.id for cell in case_results.cells_of(session, patient)] == [patient.id]


def test_disagreement_on_a_known_case_is_settled_as_any_other(sql_engine: Engine) -> None:
    batch = add_batch(sql_engine)
    (placed,) = seed(sql_engine, batch, known(1))
    judge(sql_engine, (placed, TriageOutcome.FLAGGED_ABNORMAL))
    sign(sql_engine, placed, ABNORMAL, NORMAL)
    with open_session(sql_engine) as session:
        karyogram = store.karyogram(session, placed.id)
        assert karyogram.review is Review.THIRD
        assert seeds.answer(session, SARA, karyogram) is None  # who settles it does not know either
