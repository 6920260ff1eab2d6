"""Runs are what an opening by a line keeps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

from models.preparation.runs import runs


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.sampled_from((0, 1)), st.floats(0.2, 0.95))
def test_they_are_an_opening_by_a_line(seed: int, length: int, axis: int, share: float) -> None:
    ink = np.random.default_rng(seed).random((17, 23)) < share
    line = np.ones((length | 1, 1) if axis == 0 else (1, length | 1), np.bool_)
    np.testing.assert_array_equal(runs(ink, length, axis), ndimage.binary_opening(ink, line))


@pytest.mark.parametrize("axis", [0, 1])
def test_the_edge_ends_a_run(axis: int) -> None:
    ink = np.ones((5, 5), np.bool_)
    assert runs(ink, 5, axis).all()
    assert not runs(ink, 6, axis).any()
    assert not runs(np.zeros((0, 0), np.bool_), 3, axis).size
