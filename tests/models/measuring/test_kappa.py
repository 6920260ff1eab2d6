"""Cohen's kappa, beside figures from the literature."""

from __future__ import annotations

import numpy as np
import pytest

from models.measuring.kappa import kappa


def test_the_example_of_fleiss_cohen_and_everitt() -> None:
    """Their table 1: kappa 0.429 with a standard error of 0.054, N 200."""
    shares = np.array([[53, 5, 2], [11, 14, 5], [1, 6, 3]])
    value, low, high = kappa(2 * shares)
    assert value == pytest.approx(0.429, abs=5e-4)
    assert (high - low) / 2 / 1.96 == pytest.approx(0.054, abs=1e-3)


@pytest.mark.parametrize(
    ("table", "value"), [([[5, 0], [0, 5]], 1.0), ([[0, 5], [5, 0]], -1.0), ([[4, 4], [4, 4]], 0.0)]
)
def test_the_ends_and_the_middle(table: list[list[int]], value: float) -> None:
    found, low, high = kappa(np.array(table))
    assert found == pytest.approx(value)
    assert -1.0 <= low <= found <= high <= 1.0


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[7, 0], [0, 0]]])
def test_where_chance_explains_everything_it_is_not_defined(table: list[list[int]]) -> None:
    assert np.isnan(kappa(np.array(table))).all()


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(ValueError, match="square"):
        kappa(np.array([[1, 2, 3], [4, 5, 6]]))
