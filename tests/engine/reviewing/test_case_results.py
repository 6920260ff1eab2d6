"""The conclusion of a case from the signed decisions of its cells."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from engine.people import Person, Role
from engine.records import store
from engine.records.database import open_session
from engine.reviewing import decisions
from engine.reviewing.case_results import CaseResult, CaseState, Cell, CellGroup, cells_of, conclude
from engine.reviews import Call, Decision, Opinion, Place, Review
from models.iscn_count import complaint
from models.judging.triage import TriageOutcome
from tests import records
from tests.records import NOW, add_batch, karyograms, png, verdict

ANNA, BEN = Person("Anna", Role.TECHNICIAN), Person("Ben", Role.TECHNICIAN)
NORMAL, BLURRED = Opinion(Call.NORMAL, "46,XX"), Opinion(Call.NOT_ASSESSABLE)


def down(karyotype: str, *findings: str) -> Opinion:
    return Opinion(Call.ABNORMAL, karyotype, findings)


def cell(number: int, review: Review, *, sampled: bool = False, signed: Opinion | None = None) -> Cell:
    karyogram = records.karyogram(id=str(number), cell=str(number), review=review, sampled=sampled)
    counts = Decision(number, karyogram.id, Place.SECOND, "Ben", signed, None, None, None, NOW) if signed else None
    return Cell(karyogram, TriageOutcome.FLAGGED_UNCERTAIN, counts)


def concluded(*signed: Opinion, rest: tuple[Cell, ...] = ()) -> CaseResult:
    """The conclusion of a case with a signed cell for each opinion."""
    cells = [cell(number, Review.SIGNED, signed=opinion) for number, opinion in enumerate(signed)]
    return conclude([*cells, *rest])


@pytest.mark.parametrize(
    ("signed", "state", "iscn"),
    [
        ([NORMAL] * 5, CaseState.NORMAL, "46,XX[5]"),
        ([NORMAL] * 2 + [Opinion(Call.NORMAL)] * 3, CaseState.NORMAL, "46,XX[5]"),
        ([Opinion(Call.NORMAL)] * 3, CaseState.NORMAL, None),
        ([NORMAL, Opinion(Call.NORMAL, "a girl")], CaseState.NORMAL, None),
        ([down("45,X")] * 3 + [NORMAL] * 7, CaseState.ABNORMAL, "mos 45,X[3]/46,XX[7]"),
        ([down("45,X")] * 2 + [NORMAL] * 7, CaseState.NO_CLONE, "46,XX[7]"),
        ([down("47,XX,+21"), down(" 47, XX, +21[1]")], CaseState.ABNORMAL, "47,XX,+21[2]"),
        ([down("47,XX,+21")], CaseState.NO_CLONE, None),
        ([down("46,XX,del(5)(p15)")] * 2 + [NORMAL], CaseState.ABNORMAL, "mos 46,XX,del(5)(p15)[2]/46,XX[1]"),
        ([down("45,XX,-7")] * 2, CaseState.NO_CLONE, None),
        ([down("46,XX,-7,+8")] * 2, CaseState.ABNORMAL, "46,XX,-7,+8[2]"),
        ([down("", "+21")] * 2, CaseState.ABNORMAL, None),
        ([down("", "X missing")] * 2, CaseState.NO_CLONE, None),
        ([down("no ISCN at all")] * 2, CaseState.ABNORMAL, None),
        ([BLURRED] * 2, CaseState.NOT_ASSESSABLE, None),
        ([BLURRED, NORMAL], CaseState.NORMAL, "46,XX[1]"),
        ([], CaseState.UNREAD, None),
    ],
)
def test_clones_by_the_rule_of_iscn(signed: list[Opinion], state: CaseState, iscn: str | None) -> None:
    result = concluded(*signed, rest=(cell(99, Review.NOT_NEEDED),))
    assert (result.state, result.iscn) == (state, iscn)
    assert (result.read, result.screened, result.open) == (len(signed), 1, 0)
    assert iscn is None or complaint(iscn) == ""


def test_the_largest_clone_stands_first_and_the_normal_cells_last() -> None:
    result = concluded(*[down("47,XXX")] * 2, *[down("45,X")] * 4, *[NORMAL] * 9, down("47,XX,+8"))
    assert result.iscn == "mos 45,X[4]/47,XXX[2]/46,XX[9]"
    assert result.too_few == (CellGroup("47,XX,+8", 1, True),)
    assert result.read == 16


@pytest.mark.parametrize("review", [Review.WAITING, Review.FIRST, Review.SECOND, Review.THIRD])
def test_a_case_is_open_while_a_flagged_cell_is_not_signed(review: Review) -> None:
    result = concluded(*[down("47,XX,+21")] * 2, rest=(cell(99, review),))
    assert (result.state, result.iscn, result.open, result.screened) == (CaseState.OPEN, None, 1, 0)
    assert result.clones == (CellGroup("47,XX,+21", 2, True),)


def test_of_the_quality_sample_a_case_waits_only_once_somebody_has_read_it() -> None:
    assert concluded(NORMAL, rest=(cell(99, Review.FIRST, sampled=True),)).state is CaseState.NORMAL
    assert concluded(NORMAL, rest=(cell(99, Review.SECOND, sampled=True),)).state is CaseState.OPEN


def test_a_case_is_concluded_from_the_record_store(sql_engine: Engine) -> None:
    add_batch(sql_engine, *(png(seed) for seed in range(3)))
    cells = karyograms(sql_engine)
    outcomes = (TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.SCREENED_NORMAL)
    with open_session(sql_engine) as session:
        for one, outcome in zip(cells, outcomes, strict=True):
            store.save_verdict(session, verdict(one, outcome), quality_share=0.0)
        for one in cells[:2]:
            decisions.decide(session, ANNA, one.id, down("47,XX,+21"), NOW)
            assert conclude(cells_of(session, store.karyogram(session, one.id))).state is CaseState.OPEN
            signed = decisions.decide(session, BEN, one.id, down("47,XX,+21"), NOW)
        result = conclude(cells_of(session, store.karyogram(session, cells[2].id)))
        assert (result.state, result.iscn, result.screened) == (CaseState.ABNORMAL, "47,XX,+21[2]", 1)
        decisions.amend(session, BEN, signed, replace(BLURRED, reason="out of focus"), NOW)
        result = conclude(cells_of(session, store.karyogram(session, cells[2].id)))
        assert (result.state, result.read, result.open) == (CaseState.OPEN, 1, 1)
