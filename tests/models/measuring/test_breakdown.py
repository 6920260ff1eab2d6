"""Each kind and each size of change is compared with the normal karyograms, and what is at chance is called so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.datasets.labels import LabelledPicture
from models.judging.triage import Finding, Policy, triage
from models.judging.uncertainty import Label
from models.measuring.breakdown import Breakdown, Row, breakdown, changed_chromosomes
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture
from models.measuring.report import outcomes_of
from models.simulation.karyotypes.iscn import parse_karyotype
from tests.models.test_counts import numbers, sure
from tests.predictors import prediction

NORMAL, TRISOMY, PERICENTRIC = "46,XX", "47,XX,+18", "46,XX,inv(16)(p13.1q22)"
SMALL, LARGE = "46,XX,t(9;11)(p22;q23)", "45,XX,der(13;14)(q10;q10)"


def judged(number: int, iscn: str, probability: float, finding: str = "") -> JudgedPicture:
    karyotype = parse_karyotype(iscn)
    passes = np.full(10, probability)
    findings = (Finding(finding, f"+{finding}", 0.9),) if finding else ()
    copies = sure(true_copies(karyotype)).astype(np.float32)
    said = replace(prediction(passes), findings=findings, copies=copies)
    label = Label.ABNORMAL if karyotype.abnormal else Label.NORMAL
    picture = LabelledPicture(f"{number}.png", f"P{number}", label, karyotype)
    return JudgedPicture(picture, said, triage(True, said.measures, said.findings, Policy()))


def many() -> list[JudgedPicture]:
    """Trisomies are seen and named, inversions score as normal ones do, one of two kinds of exchange is seen."""
    generator = np.random.default_rng(0)
    chances = [
        (NORMAL, 0.05, 0.25),
        (TRISOMY, 0.8, 0.95),
        (PERICENTRIC, 0.05, 0.25),
        (SMALL, 0.05, 0.25),
        (LARGE, 0.7, 0.9),
    ]
    drawn = [(iscn, generator.uniform(low, high)) for iscn, low, high in chances for _ in range(30)]
    return [
        judged(number, iscn, probability, "18" if iscn == TRISOMY else "")
        for number, (iscn, probability) in enumerate(drawn)
    ]


@pytest.fixture(scope="module")
def found() -> Breakdown:
    pictures = many()
    return breakdown(pictures, outcomes_of(pictures, fitted=0.5))


def by_kind(found: Breakdown) -> dict[str, Row]:
    return {row.kind: row for row in found.by_kind}


def test_kinds_that_are_seen_are_told_from_those_at_chance(found: Breakdown) -> None:
    rows = by_kind(found)
    assert list(rows) == ["trisomy", "pericentric", "translocation", "robertsonian"]
    assert {kind for kind, row in rows.items() if row.chance} == {"pericentric", "translocation"}
    assert (rows["trisomy"].n, rows["trisomy"].auc, rows["trisomy"].flagged) == (30, 1.0, 1.0)
    assert rows["pericentric"].flagged == 0.0


def test_a_perfect_row_is_not_certain(found: Breakdown) -> None:
    row = by_kind(found)["trisomy"]
    assert 0.8 < row.auc_interval[0] < row.auc_interval[1] == 1.0
    assert 0.8 < row.flagged_interval[0] < row.flagged_interval[1] == 1.0


def test_wrong_numbers_are_told_by_the_numbers_alone_too(found: Breakdown) -> None:
    rows = by_kind(found)
    assert rows["trisomy"].auc_numbers == rows["robertsonian"].auc_numbers == 1.0
    assert rows["pericentric"].auc_numbers is rows["translocation"].auc_numbers is None


def test_a_finding_must_name_the_right_chromosome(found: Breakdown) -> None:
    assert by_kind(found)["trisomy"].named == 1.0
    wrong = [*many()[:30], judged(99, TRISOMY, 0.9, "21")]
    assert by_kind(breakdown(wrong, outcomes_of(wrong, fitted=0.5)))["trisomy"].named == 0.0


def test_changes_of_structure_have_sizes(found: Breakdown) -> None:
    assert {(row.kind, row.size): row.n for row in found.by_kind_and_size} == {
        ("pericentric", "above 50 %"): 30,
        ("translocation", "25 to 50 %"): 30,
        ("robertsonian", "above 50 %"): 30,
    }
    assert [(row.size, row.n, row.chance) for row in found.by_size] == [
        ("25 to 50 %", 30, True),
        ("above 50 %", 60, False),
    ]


def test_without_normal_ones_there_is_nothing_to_compare_with() -> None:
    pictures = [judged(0, TRISOMY, 0.9)]
    assert breakdown(pictures, outcomes_of(pictures, fitted=0.5)) == Breakdown()


@pytest.mark.parametrize(
    ("iscn", "changed"),
    [
        (NORMAL, set()),
        (TRISOMY, {"18"}),
        ("45,X", {"X"}),
        ("47,XYY", {"Y"}),
        (SMALL, {"9", "11"}),
        (LARGE, {"13", "14"}),
    ],
)
def test_what_is_changed_is_what_a_finding_may_name(iscn: str, changed: set[str]) -> None:
    assert changed_chromosomes(parse_karyotype(iscn)) == changed


def test_true_copies_are_those_of_the_karyotype() -> None:
    assert true_copies(parse_karyotype("47,XX,+18")).tolist() == numbers(c18=3).tolist()
    assert true_copies(parse_karyotype("45,X")).tolist() == numbers(1, 0).tolist()
