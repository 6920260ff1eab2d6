"""Preparing by the name on a card."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.preparation.preparations import BEST, PREPARATIONS, prepare
from tests.models.preparation.test_pieces import BARS, drawn

SIZE = 100


@pytest.mark.parametrize("name", PREPARATIONS)
def test_every_preparation_says_where_things_are(name: str) -> None:
    picture, placement = prepare(name, drawn(), SIZE)
    assert picture.shape == (SIZE, SIZE)
    left, top, height = BARS[1]
    x, y = placement.place((left + 7, top + height / 2))
    assert picture[round(y * SIZE), round(x * SIZE)] < 100
    values, square = placement.on_page(np.ones((4, 4), np.float32))
    assert values.shape[0] == values.shape[1]
    assert square.side > 0


def test_the_best_is_one_of_them() -> None:
    assert BEST in PREPARATIONS


@pytest.mark.parametrize("name", PREPARATIONS)
@pytest.mark.parametrize("wrong", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32)])
def test_other_arrays_are_refused(name: str, wrong: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="page must be a grey picture"):
        prepare(name, wrong, SIZE)


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="size must be positive, got 0"):
        prepare(BEST, drawn(), 0)
