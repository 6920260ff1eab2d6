"""What is a normal number of chromosomes, and how likely it is not."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.counts import miscount_probability, miscounted


def numbers(x: int = 2, y: int = 0, **others: int) -> np.ndarray:
    copies = np.full(24, 2)
    copies[22:] = x, y
    for name, number in others.items():
        copies[CHROMOSOMES.index(name.removeprefix("c"))] = number
    return copies


def sure(copies: np.ndarray) -> np.ndarray:
    """(24, 5) probabilities of somebody who is sure."""
    return np.asarray(np.eye(5)[copies])


@pytest.mark.parametrize(
    ("copies", "wrong"),
    [
        (numbers(), False),
        (numbers(1, 1), False),
        (numbers(c21=3), True),
        (numbers(1, 1, c7=1), True),
        (numbers(1, 0), True),
        (numbers(2, 1), True),
        (numbers(0, 2), True),
    ],
)
def test_a_wrong_number_is_told_from_a_normal_one(copies: np.ndarray, wrong: bool) -> None:
    assert bool(miscounted(copies)) is wrong
    assert float(miscount_probability(sure(copies))) == float(wrong)


def test_many_karyotypes_are_told_at_once() -> None:
    assert miscounted(np.stack([numbers(), numbers(c1=4)])).tolist() == [False, True]
    assert miscount_probability(np.stack([sure(numbers()), sure(numbers(c1=4))])).tolist() == [0.0, 1.0]


def test_small_doubts_about_many_chromosomes_add_up() -> None:
    copies = sure(numbers()).astype(np.float64)
    copies[:22, 2], copies[:22, 3] = 0.99, 0.01
    assert float(miscount_probability(copies)) == pytest.approx(1 - 0.99**22)


def test_x_and_y_are_doubted_together() -> None:
    """One X or two, and a Y or none, evenly: two of the four are normal."""
    copies = sure(numbers()).astype(np.float64)
    copies[22], copies[23] = (0, 0.5, 0.5, 0, 0), (0.5, 0.5, 0, 0, 0)
    assert float(miscount_probability(copies)) == pytest.approx(0.5)
