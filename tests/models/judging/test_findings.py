"""From probabilities of copies and structure to short texts and plain words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.counts import COPY_NUMBERS
from models.judging.findings import Census, FindingLimits, find
from models.judging.triage import Finding

LIMITS = FindingLimits()


def census(passes: int = 4, structural: dict[str, float] | None = None, **numbers: int) -> Census:
    """A census that is sure of 46,XX but for ``numbers``: c21=3, cX=1."""
    expected = dict.fromkeys(CHROMOSOMES, 2) | {"Y": 0}
    expected |= {name.removeprefix("c"): number for name, number in numbers.items()}
    row = np.array([expected[chromosome] for chromosome in CHROMOSOMES], np.int8)
    changed = np.array([(structural or {}).get(chromosome, 0.0) for chromosome in CHROMOSOMES])
    votes = np.arange(passes)[:, None] < np.rint(passes * changed)  # of 4 passes 3 for a probability of 0.75
    return Census(np.eye(COPY_NUMBERS)[row], changed, np.tile(row, (passes, 1)), votes)


def with_copies(said: Census, chromosome: str, row: list[float]) -> Census:
    """The census with other mean probabilities of one chromosome."""
    copies = said.copies.copy()
    copies[CHROMOSOMES.index(chromosome)] = row
    return dataclasses.replace(said, copies=copies)


def with_votes(said: Census, chromosome: str, numbers: list[int]) -> Census:
    """The census with other votes on one chromosome."""
    votes: NDArray[np.int8] = said.numbers.copy()
    votes[:, CHROMOSOMES.index(chromosome)] = numbers
    return dataclasses.replace(said, numbers=votes)


def texts(said: Census, limits: FindingLimits = LIMITS) -> list[str]:
    return [finding.text for finding in find(said, limits)]


@pytest.mark.parametrize("normal", [census(), census(cX=1, cY=1)])
def test_a_normal_karyotype_has_no_finding(normal: Census) -> None:
    assert texts(normal) == []


@pytest.mark.parametrize(
    ("said", "expected", "words"),
    [
        (census(c21=3), ["+21"], ["chromosome 21: three copies"]),
        (census(c7=1), ["7 missing"], ["chromosome 7: one copy"]),
        (census(c7=0), ["7 missing twice"], ["chromosome 7: no copy"]),
        (census(c8=4), ["+8 twice"], ["chromosome 8: four copies"]),
        (census(c8=3, c21=3), ["+8", "+21"], ["chromosome 8: three copies", "chromosome 21: three copies"]),
        (census(cX=1, cY=0), ["X missing"], ["chromosome X: one copy, no Y"]),
        (census(cX=3, cY=0), ["+X"], ["chromosome X: three copies, no Y"]),
        (census(cX=2, cY=1), ["+X"], ["chromosome X: two copies, one Y"]),
        (census(cX=1, cY=2), ["+Y"], ["chromosome Y: two copies, one X"]),
        (census(cX=2, cY=2), ["+X", "+Y"], ["chromosome X: two copies, two Y", "chromosome Y: two copies, two X"]),
        (census(cX=0, cY=1), ["X missing"], ["chromosome X: no copy, one Y"]),
    ],
)
def test_wrong_numbers_are_named(said: Census, expected: list[str], words: list[str]) -> None:
    assert texts(said) == expected
    assert [finding.words for finding in find(said, LIMITS)] == words


def test_structural_changes_are_named_after_the_numbers() -> None:
    assert find(census(structural={"9": 0.75}, c21=3), LIMITS) == (
        Finding("21", "+21", 1.0, "chromosome 21: three copies", 4, 4),
        Finding("9", "structural change on 9", 0.75, "chromosome 9: a changed structure", 3, 4),
    )


def test_a_finding_tells_how_many_passes_say_it() -> None:
    (found,) = find(with_votes(census(c21=3), "21", [3, 2, 3, 3]), LIMITS)
    assert found.in_words == "chromosome 21: three copies (3 of 4 passes)"
    (alone,) = find(census(passes=1, c21=3), LIMITS)
    assert alone.in_words == "chromosome 21: three copies (1 of 1 pass)"
    assert Finding("21", "+21", 0.875).in_words == "+21 (probability 0.88)"  # as an earlier version stored it


def test_x_and_y_get_the_votes_of_the_passes_that_see_both() -> None:
    said = with_votes(with_votes(census(cX=1, cY=0), "X", [1, 1, 1, 2]), "Y", [1, 0, 0, 0])
    assert [finding.votes for finding in find(said, LIMITS)] == [2]


def test_votes_never_decide_what_is_reported() -> None:
    assert texts(with_votes(census(), "21", [3, 3, 3, 3])) == []
    assert texts(with_votes(census(c21=3), "21", [2, 2, 2, 2])) == ["+21"]


def test_a_finding_needs_the_probability_of_its_limit() -> None:
    said = with_copies(census(), "21", [0.0, 0.0, 0.4, 0.6, 0.0])
    assert texts(said, FindingLimits(copies=0.6)) == ["+21"]
    assert texts(said, FindingLimits(copies=0.61)) == []


def test_where_some_number_is_likely_wrong_the_likeliest_is_suspected() -> None:
    said = with_copies(with_copies(census(), "21", [0.0, 0.0, 0.9, 0.1, 0.0]), "7", [0.0, 0.05, 0.95, 0.0, 0.0])
    limits = FindingLimits(miscount=0.14)
    (suspected,) = find(said, limits)
    assert (suspected.text, suspected.in_short, suspected.suspected) == ("+21", "+21?", True)
    assert suspected.in_words == "chromosome 21: three copies, suspected (probability 0.10)"
    assert find(said, FindingLimits(miscount=0.15)) == find(said, LIMITS) == ()


def test_the_sex_chromosomes_are_suspected_together() -> None:
    said = with_copies(census(), "X", [0.0, 0.2, 0.8, 0.0, 0.0])
    (suspected,) = find(said, FindingLimits(miscount=0.1))
    assert suspected.in_words == "chromosome X: one copy, no Y, suspected (probability 0.20)"


def test_beside_a_finding_nothing_is_suspected() -> None:
    said = with_copies(census(c21=3), "7", [0.0, 0.4, 0.6, 0.0, 0.0])
    assert [(found.text, found.suspected) for found in find(said, FindingLimits(miscount=0.1))] == [("+21", False)]


def test_the_sex_chromosomes_are_judged_together() -> None:
    """Doubt between XX and XY makes one X and no Y the likeliest pair of rows, but not likely as a pair."""
    said = with_copies(census(), "X", [0.0, 0.55, 0.45, 0.0, 0.0])
    assert texts(with_copies(said, "Y", [0.55, 0.45, 0.0, 0.0, 0.0])) == []


def test_rounding_above_one_is_no_error_but_nan_is() -> None:
    said = census(c21=3)
    rounded = dataclasses.replace(said, copies=said.copies * np.float32(1.000001))
    assert find(rounded, LIMITS)[0].probability == 1.0
    with pytest.raises(ValueError, match="copies must hold probabilities"):
        dataclasses.replace(said, copies=np.full((24, 5), np.nan))


@pytest.mark.parametrize("field", ["copies", "structural", "numbers", "changed"])
def test_a_wrong_shape_is_named(field: str) -> None:
    with pytest.raises(ValueError, match=rf"{field} must have shape \(.*\), got \(5, 23\)"):
        Census(**{**vars(census(passes=5)), field: np.zeros((5, 23))})


def test_without_a_pass_there_is_no_census() -> None:
    with pytest.raises(ValueError, match=r"numbers must have shape \(1, 24\), got \(0, 24\)"):
        census(passes=0)


def test_a_limit_must_be_a_probability() -> None:
    with pytest.raises(ValueError, match="structural must lie between 0 and 1"):
        FindingLimits(structural=1.5)
