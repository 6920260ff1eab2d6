"""The same training, done twice, gives the same weights to the last bit; and only while that is asked for."""

from __future__ import annotations

import importlib

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.networks.determinism import deterministic

PICTURES, SIDE = 64, 40


def trained() -> list[NDArray[np.float32]]:
    """The weights of convolutions after some steps: their gradients are sums over many threads."""
    keras.utils.set_random_seed(1)
    network = keras.Sequential(
        [
            keras.layers.Input((SIDE, SIDE, 3)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    network.compile(keras.optimizers.Adam(1e-2), loss="binary_crossentropy")
    pictures = np.random.default_rng(1).random((PICTURES, SIDE, SIDE, 3), dtype=np.float32)
    network.fit(pictures, np.arange(PICTURES)[:, None] % 2, batch_size=32, epochs=3, verbose=0)
    weights: list[NDArray[np.float32]] = network.get_weights()
    return weights


def test_a_training_inside_is_the_same_to_the_last_bit_each_time() -> None:
    with deterministic():
        first, second = trained(), trained()
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="only TensorFlow has to be asked")
def test_it_ends_with_its_block_and_not_before_that_of_another() -> None:
    config = importlib.import_module("tensorflow.python.framework.config")
    assert not config.is_op_determinism_enabled()
    with deterministic():
        with deterministic():
            assert config.is_op_determinism_enabled()
        assert config.is_op_determinism_enabled()
    assert not config.is_op_determinism_enabled()
