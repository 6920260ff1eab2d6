from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from models.experiments.alpha import Original
from models.experiments.record import Counts, Data, Split
from models.experiments.sides import PROCESSED, Copy, Sides, copies, divide

PAGE = np.full((2, 2), 255, np.uint8)


def alpha(cells: int = 1) -> list[Original]:
    """105 normal and 41 abnormal karyograms, ``cells`` of them a case."""
    labels = [False] * 105 + [True] * 41
    return [Original(f"k{index}", f"P{index // cells}", abnormal, PAGE) for index, abnormal in enumerate(labels)]


def cases(known: list[Original], side: tuple[Copy, ...]) -> set[str]:
    return {known[copy.original].case_id for copy in side}


def sizes(sides: Sides, known: list[Original]) -> list[tuple[int, int]]:
    found = sides.sizes(known)
    return [(side.normal, side.abnormal) for side in (found.training, found.validation, found.test)]


@pytest.mark.parametrize("split", ["as published", "by case"])
def test_the_original_data_are_divided_as_in_the_thesis(split: Split) -> None:
    known = alpha()
    sides = divide(known, "original", split, seed=1)
    assert sizes(sides, known) == [(67, 25), (17, 7), (21, 9)]  # 92, 24 and 30 pictures
    everything = [copy for side in (sides.training, sides.validation, sides.test) for copy in side]
    assert sorted(copy.original for copy in everything) == list(range(146))
    assert {copy.copy for copy in everything} == {0}


def test_the_processed_data_as_published_stand_on_both_sides() -> None:
    known = alpha()
    sides = divide(known, "processed", "as published", seed=1)
    assert sizes(sides, known) == [(241, 201), (60, 51), (75, 64)]  # 442, 111 and 139 pictures
    both = cases(known, sides.training) & cases(known, sides.test)
    assert len(both) > 0.9 * len(cases(known, sides.test))


@pytest.mark.parametrize("cells", [1, 3])
@pytest.mark.parametrize("data", ["original", "processed"])
def test_by_case_nothing_of_a_case_stands_on_two_sides(data: Data, cells: int) -> None:
    known = alpha(cells)
    for seed in range(5):
        sides = divide(known, data, "by case", seed)
        parts = [cases(known, side) for side in (sides.training, sides.validation, sides.test)]
        assert not (parts[0] & parts[1] or parts[0] & parts[2] or parts[1] & parts[2])
        assert {copy.copy for copy in (*sides.validation, *sides.test)} == {0}
        found = sizes(sides, known)
        assert all(normal and abnormal for normal, abnormal in found)
        assert abs(found[2][0] + found[2][1] - 30) <= cells


def test_by_case_as_many_processed_pictures_train_as_published() -> None:
    known = alpha()
    assert sizes(divide(known, "processed", "by case", 1), known) == [(241, 201), (17, 7), (21, 9)]


def test_another_seed_deals_otherwise_and_the_same_alike() -> None:
    known = alpha()
    assert divide(known, "processed", "by case", 1) == divide(known, "processed", "by case", 1)
    assert divide(known, "processed", "by case", 1) != divide(known, "processed", "by case", 2)


def test_copies_are_shared_out_evenly_and_are_the_thesis_number() -> None:
    known = alpha()
    made = copies(known, [Copy(index, 0) for index in range(146)], PROCESSED)
    assert len(made) == len(set(made)) == 692
    numbers = Counter(copy.original for copy in made)
    assert {numbers[index] for index in range(105)} == {3, 4}
    assert {numbers[index] for index in range(105, 146)} == {7, 8}
    assert copies(known, [Copy(0, 0)], Counts(2, 3)) == [Copy(0, 0), Copy(0, 1)]
