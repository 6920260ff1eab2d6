"""Every preparation that needs nothing but the page."""

from __future__ import annotations

import numpy as np
import pytest

from models.preparation.preparations import PREPARATIONS
from tests.models.preparation.test_pieces import BARS, drawn

SIZE = 100


@pytest.mark.parametrize("name", PREPARATIONS)
def test_every_preparation_says_where_things_are(name: str) -> None:
    picture, placement = PREPARATIONS[name](drawn(), SIZE)
    assert picture.shape == (SIZE, SIZE)
    left, top, height = BARS[1]
    x, y = placement.place((left + 7, top + height / 2))
    assert picture[round(y * SIZE), round(x * SIZE)] < 100
    values, square = placement.on_page(np.ones((4, 4), np.float32))
    assert values.shape[0] == values.shape[1]
    assert square.side > 0
