"""Batches: read in an order of their own, with the grid summed up, and features computed once."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from models.networks.lattices import Lattice
from models.training.batches import Batches, moved, write_features
from tests.models.training.examples import examples


def test_a_grid_in_other_cells_loses_nothing_and_stays_in_place() -> None:
    grid = np.zeros((1, 6, 6, 2), np.float32)
    grid[0, 0, 5, 0] = 1.0
    grid[0, 2, 2, 1] = 2.0
    fine = Lattice.even(6)
    summed = moved(grid, fine, Lattice.even(2))
    assert summed.shape == (1, 2, 2, 2)
    assert summed[0].sum(axis=(0, 1)) == pytest.approx([1.0, 2.0])
    assert summed[0, 0, 1, 0] == 1.0
    # its centre at 2.5 lies between those of the coarse cells at 1.5 and 4.5, two thirds of its weight with the first
    assert summed[0, 0, 0, 1] == pytest.approx(2.0 * (2 / 3) ** 2)
    assert moved(grid, fine, fine) is grid


def test_every_epoch_has_all_pictures_in_another_order() -> None:
    drawn = examples(20)
    batches = Batches(drawn, 5, steps=8, seed=3)
    read = [batches[index][0][:, 0] for index in range(len(batches))]
    first, second = np.concatenate(read[:4]), np.concatenate(read[4:])
    assert sorted(first) == sorted(second) == sorted(drawn.inputs[:, 0])
    assert first.tolist() != second.tolist()


def test_batches_go_on_as_if_never_interrupted() -> None:
    drawn = examples(20)
    whole, rest = Batches(drawn, 5, steps=8, seed=3), Batches(drawn, 5, steps=8, first=3, seed=3)
    assert len(rest) == 5
    for index in range(5):
        np.testing.assert_array_equal(rest[index][0], whole[index + 3][0])
        np.testing.assert_array_equal(rest[index][1]["copies"], whole[index + 3][1]["copies"])


def test_without_a_seed_the_order_is_that_of_the_data() -> None:
    drawn = examples(10)
    batches = Batches(drawn, 5, steps=2)
    np.testing.assert_array_equal(np.concatenate([batches[0][0], batches[1][0]]), drawn.inputs)


def test_features_are_computed_batch_by_batch_into_a_file(tmp_path: Path) -> None:
    lower = keras.Sequential([keras.Input((4, 4)), keras.layers.Flatten()])
    pictures = np.random.default_rng(0).integers(0, 256, (7, 4, 4)).astype(np.uint8)
    features = write_features(lower, pictures, tmp_path / "features.npy", 3)
    assert isinstance(features, np.memmap)
    assert (features.shape, features.dtype) == ((7, 16), np.float16)
    np.testing.assert_array_equal(features, pictures.reshape(7, 16))


def test_features_out_of_range_are_refused(tmp_path: Path) -> None:
    lower = keras.Sequential([keras.Input((4,)), keras.layers.Rescaling(1000.0)])
    with pytest.raises(ValueError, match="pictures 2 to 3 must be finite in float16"):
        write_features(lower, np.array([[0] * 4, [1] * 4, [2] * 4, [200] * 4], np.uint8), tmp_path / "f.npy", 2)
