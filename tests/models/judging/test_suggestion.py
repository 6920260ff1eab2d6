"""A karyotype is suggested only where everything the passes count agrees."""

from __future__ import annotations

import numpy as np
import pytest

from models.judging.findings import Census, FindingLimits, find
from models.judging.suggestion import AGREED, Suggestion, suggest
from models.judging.uncertainty import Label
from tests.models.judging.test_findings import census, with_copies, with_votes

PASSES = 100
ENOUGH = round(AGREED * PASSES)


def suggested(said: Census, label: Label) -> Suggestion:
    return suggest(said, find(said, FindingLimits()), label)


def votes(most: int, share: int, other: int) -> list[int]:
    return [most] * share + [other] * (PASSES - share)


@pytest.mark.parametrize(
    ("said", "label", "iscn"),
    [
        (census(PASSES), Label.NORMAL, "46,XX"),
        (census(PASSES, cX=1, cY=1), Label.NORMAL, "46,XY"),
        (census(PASSES, cX=1, cY=1, c21=3), Label.ABNORMAL, "47,XY,+21"),
        (census(PASSES, cX=1), Label.ABNORMAL, "45,X"),
        (census(PASSES, cX=2, cY=1), Label.ABNORMAL, "47,XXY"),
        (census(PASSES, cX=1, cY=2), Label.ABNORMAL, "47,XYY"),
        (census(PASSES, c7=1), Label.ABNORMAL, "45,XX,-7"),
        (census(PASSES, c21=3, c8=4, c7=0), Label.ABNORMAL, "47,XX,-7,-7,+8,+8,+21"),
    ],
)
def test_what_all_passes_count_is_written_in_iscn(said: Census, label: Label, iscn: str) -> None:
    assert suggested(said, label) == Suggestion(iscn)


def test_ninety_five_of_a_hundred_passes_are_enough_and_one_fewer_is_not() -> None:
    said = census(PASSES, c21=3)
    assert suggested(with_votes(said, "21", votes(3, ENOUGH, 2)), Label.ABNORMAL).iscn == "47,XX,+21"
    fewer = suggested(with_votes(said, "21", votes(3, ENOUGH - 1, 2)), Label.ABNORMAL)
    assert fewer == Suggestion(None, "the passes do not agree on the number of chromosome 21")


def test_doubt_about_any_chromosome_is_enough_for_none() -> None:
    said = with_votes(census(PASSES, c21=3), "4", votes(2, 60, 1))
    assert suggested(said, Label.ABNORMAL).reason == "the passes do not agree on the number of chromosome 4"


def test_x_and_y_must_agree_as_a_pair() -> None:
    """Each has its 96 of 100 passes, but only 92 see both."""
    said = with_votes(with_votes(census(PASSES), "X", votes(2, 96, 1)), "Y", votes(0, 96, 1)[::-1])
    assert suggested(said, Label.NORMAL).reason == "the passes do not agree on the number of chromosomes X, Y"


def test_of_many_doubtful_chromosomes_three_are_named() -> None:
    said = census(PASSES)
    for name in ("1", "2", "3", "4", "5"):
        said = with_votes(said, name, votes(2, 50, 3))
    assert suggested(said, Label.NORMAL).reason.endswith("of chromosomes 1, 2, 3 and 2 more")


@pytest.mark.parametrize("seen", [0.06, 0.75])
def test_a_changed_structure_is_never_written(seen: float) -> None:
    said = suggested(census(PASSES, structural={"9": seen}), Label.ABNORMAL)
    assert said.iscn is None
    assert "a changed structure of chromosome 9" in said.reason


def test_the_label_alone_suggests_nothing() -> None:
    assert suggested(census(PASSES), Label.ABNORMAL) == Suggestion(
        None, "most passes vote abnormal, but they count the normal number of every chromosome"
    )
    assert suggested(census(PASSES, c21=3), Label.NORMAL) == Suggestion(
        None, "most passes vote normal, but they count a wrong number of a chromosome"
    )


def test_findings_and_votes_must_be_the_same() -> None:
    unlikely = with_copies(census(PASSES, c21=3), "21", [0.2, 0.2, 0.2, 0.4, 0.0])
    assert suggested(unlikely, Label.ABNORMAL).reason == "the findings are not what the passes count"


def test_nobody_lives_without_an_x() -> None:
    assert "no X was counted" in suggested(census(PASSES, cX=0, cY=1), Label.ABNORMAL).reason


def test_a_reason_stands_only_where_there_is_no_suggestion() -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        said = with_votes(census(PASSES), "13", generator.choice([2, 3], PASSES, p=(0.96, 0.04)).tolist())
        found = suggested(said, Label.NORMAL)
        assert (found.iscn is None) == bool(found.reason)
