"""Two counts put together: each leaves to the other what it is not sure of, and a blind one weighs nothing."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.counts import COPY_NUMBERS, miscounted
from models.judging.pool import fit_weight, nothing_counted, pooled


def counted(sure: float, number: int) -> NDArray[np.float64]:
    """Return the row of a count that finds a number so probable, and the others alike."""
    row = np.full(COPY_NUMBERS, (1 - sure) / (COPY_NUMBERS - 1))
    row[number] = sure
    return row


def test_who_is_sure_decides() -> None:
    reader, network = np.array([counted(0.4, 3), counted(0.99, 2)]), np.array([counted(0.95, 2), counted(0.3, 1)])
    both = pooled(reader, network, 1.0)
    assert both.argmax(axis=1).tolist() == [2, 2]
    np.testing.assert_allclose(both.sum(axis=1), 1.0, rtol=1e-6)
    assert both.dtype == np.float32


def test_where_both_agree_they_are_surer_than_each() -> None:
    row = counted(0.8, 2)[None]
    assert pooled(row, row, 1.0)[0, 2] > 0.95


def test_who_says_nothing_changes_nothing() -> None:
    row = counted(0.7, 3)[None]
    np.testing.assert_allclose(pooled(row, nothing_counted(1), 2.0), row, rtol=1e-6)
    np.testing.assert_allclose(pooled(nothing_counted(1), row, 1.0), row, rtol=1e-6)
    np.testing.assert_allclose(pooled(row, counted(0.9, 1)[None], 0.0), row, rtol=1e-6)


def test_nobody_rules_a_number_out() -> None:
    never, seen = np.array([[0.0, 0.0, 1.0, 0.0, 0.0]]), counted(0.999999, 3)[None]
    assert 0.1 < pooled(never, seen, 1.0)[0, 3] < 0.9


def draw(generator: np.random.Generator, true: NDArray[np.int64], right: float) -> NDArray[np.float64]:
    """Return counts of (N, 24) true numbers of which so many are right, the others guessed, and none too sure."""
    seen = np.where(generator.random(true.shape) < right, true, generator.integers(0, COPY_NUMBERS, true.shape))
    return np.stack([counted(0.9, number) for number in range(COPY_NUMBERS)])[seen]


def test_a_network_weighs_as_much_as_it_tells() -> None:
    generator = np.random.default_rng(1)
    true = np.full((400, 24), 2)
    true[:, 23] = 0
    true[::2, 20] = 3
    wrong = miscounted(true)
    assert wrong.tolist() == [True, False] * 200
    reader = draw(generator, true, 0.985)
    as_good, blind = draw(generator, true, 0.985), draw(generator, true, 0.0)
    assert fit_weight(reader, as_good, wrong) == pytest.approx(1.0, abs=0.4)
    assert fit_weight(reader, blind, wrong) < 0.15


@pytest.mark.parametrize("wrong", [True, False])
def test_it_needs_right_and_wrong_numbers(wrong: bool) -> None:
    row = nothing_counted(3, 24)
    with pytest.raises(ValueError, match="expected wrong and right numbers"):
        fit_weight(row, row, np.full(3, wrong))
