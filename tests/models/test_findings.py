"""From probabilities of copies and structure to short texts."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.findings import COPY_NUMBERS, FindingLimits, find
from models.triage import Finding

LIMITS = FindingLimits()
NOTHING = np.zeros(24)


def copies(**numbers: int) -> np.ndarray:
    """A table that is sure of 46,XX but for ``numbers``: c21=3, cX=1."""
    expected = dict.fromkeys(CHROMOSOMES, 2) | {"Y": 0}
    expected |= {name.removeprefix("c"): number for name, number in numbers.items()}
    return np.eye(COPY_NUMBERS)[[expected[chromosome] for chromosome in CHROMOSOMES]]


def texts(table: np.ndarray, structural: np.ndarray = NOTHING, limits: FindingLimits = LIMITS) -> list[str]:
    return [finding.text for finding in find(table, structural, limits)]


@pytest.mark.parametrize("normal", [copies(), copies(cX=1, cY=1)])
def test_a_normal_karyotype_has_no_finding(normal: np.ndarray) -> None:
    assert texts(normal) == []


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (copies(c21=3), ["+21"]),
        (copies(c7=1), ["7 missing"]),
        (copies(c7=0), ["7 missing twice"]),
        (copies(c8=4), ["+8 twice"]),
        (copies(c8=3, c21=3), ["+8", "+21"]),
        (copies(cX=1, cY=0), ["X missing"]),
        (copies(cX=3, cY=0), ["+X"]),
        (copies(cX=2, cY=1), ["+X"]),
        (copies(cX=1, cY=2), ["+Y"]),
        (copies(cX=2, cY=2), ["+X", "+Y"]),
        (copies(cX=0, cY=1), ["X missing"]),
    ],
)
def test_wrong_numbers_are_named(table: np.ndarray, expected: list[str]) -> None:
    assert texts(table) == expected


def test_structural_changes_are_named_after_the_numbers() -> None:
    structural = np.zeros(24)
    structural[CHROMOSOMES.index("9")] = 0.7
    assert find(copies(c21=3), structural, LIMITS) == (
        Finding("21", "+21", 1.0),
        Finding("9", "structural change on 9", 0.7),
    )


def test_a_finding_needs_the_probability_of_its_limit() -> None:
    table = copies()
    table[20] = [0.0, 0.0, 0.4, 0.6, 0.0]
    assert texts(table, limits=FindingLimits(copies=0.6)) == ["+21"]
    assert texts(table, limits=FindingLimits(copies=0.61)) == []


def test_the_sex_chromosomes_are_judged_together() -> None:
    """Doubt between XX and XY makes one X and no Y the likeliest pair of rows, but not likely as a pair."""
    table = copies()
    table[22] = [0.0, 0.55, 0.45, 0.0, 0.0]
    table[23] = [0.55, 0.45, 0.0, 0.0, 0.0]
    assert texts(table) == []


def test_rounding_above_one_is_no_error_but_nan_is() -> None:
    assert find(copies(c21=3) * np.float32(1.000001), NOTHING, LIMITS)[0].probability == 1.0
    with pytest.raises(ValueError, match="copies must hold probabilities"):
        find(np.full((24, 5), np.nan), NOTHING, LIMITS)
    with pytest.raises(ValueError, match="must have shapes"):
        find(np.zeros((5, 24)), NOTHING, LIMITS)


def test_a_limit_must_be_a_probability() -> None:
    with pytest.raises(ValueError, match="structural must lie between 0 and 1"):
        FindingLimits(structural=1.5)
