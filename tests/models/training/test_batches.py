"""Batches: read in an order of their own, varied if wanted, and features computed once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.datasets.grids import grids
from models.training.batches import Batch, Batches, Examples, write_features
from tests.models.training.examples import examples


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


def test_batches_are_made_once_and_none_is_left_out() -> None:
    asked: list[int] = []

    class Counted(Examples):
        def batch(self, which: NDArray[np.int64], rng: np.random.Generator | None = None) -> Batch:
            asked.extend(which.tolist())
            return super().batch(which, rng)

    drawn = examples(200)
    batches = Batches(Counted(drawn.inputs, drawn.data, drawn.readings, drawn.heads), 2, steps=100)
    np.testing.assert_array_equal(np.concatenate([batches[index][0] for index in range(100)]), drawn.inputs)
    assert sorted(asked) == list(range(200))
    np.testing.assert_array_equal(batches[0][0], drawn.inputs[:2])  # Keras may begin again


def varied_examples() -> Examples:
    plain = examples(12)
    pictures = np.random.default_rng(0).integers(0, 256, (12, 40, 40)).astype(np.uint8)
    return replace(plain, inputs=pictures)


def test_varied_pictures_are_others_at_each_step_and_the_same_after_an_interruption() -> None:
    drawn = varied_examples()
    whole = Batches(drawn, 12, steps=3, seed=3, varied=True)
    rest = Batches(drawn, 12, steps=3, first=1, seed=3, varied=True)
    for index in range(2):
        (pictures, targets), (again, same) = rest[index], whole[index + 1]
        np.testing.assert_array_equal(pictures, again)
        np.testing.assert_array_equal(targets["grid"], same["grid"])
    assert not np.array_equal(whole[0][0], whole[1][0])


def test_what_is_asked_follows_what_is_shown() -> None:
    drawn = varied_examples()
    plain, varied = (Batches(drawn, 12, steps=1, seed=3, varied=varied)[0] for varied in (False, True))
    data, reading = drawn.data, drawn.readings["grid"]
    np.testing.assert_allclose(plain[1]["grid"], grids(data.places, data.channels, reading.lattice, reading.channels))
    assert not np.allclose(varied[1]["grid"], plain[1]["grid"])
    np.testing.assert_allclose(varied[1]["grid"].sum(axis=(1, 2)), plain[1]["grid"].sum(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_array_equal(varied[1]["copies"], plain[1]["copies"])


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
