"""Examples and a learner of the smallest size, for tests of training itself."""

from __future__ import annotations

import keras
import numpy as np
from keras import layers

from models.chromosomes import CHROMOSOMES
from models.datasets.grids import GRID_CHANNELS
from models.datasets.simulated_set import SimulatedSet
from models.networks.lattices import Lattice
from models.training.batches import Examples, Reading

CELLS = 2
MARKS = 50


def examples(number: int, seed: int = 0) -> Examples:
    """Random inputs, (N, 8), with targets that can be learnt from them."""
    rng, lattice = np.random.default_rng(seed), Lattice.even(CELLS)
    inputs = rng.normal(size=(number, 8)).astype(np.float32)
    data = SimulatedSet(
        pictures=np.zeros((number, 1, 1), np.uint8),
        abnormal=(inputs[:, :1] > 0).astype(np.float32),
        copies=np.where(inputs[:, 1:2] > 0, 3, 2).astype(np.int32).repeat(24, axis=1),
        structural=(inputs[:, 2:3] > 0).astype(np.float32).repeat(24, axis=1),
        places=rng.random((number, MARKS, 2)).astype(np.float32),
        channels=rng.integers(0, GRID_CHANNELS, (number, MARKS)).astype(np.int8),
    )
    readings = {"grid": Reading(lattice, GRID_CHANNELS), "classes": Reading(lattice, len(CHROMOSOMES))}
    return Examples(inputs, data, readings, ("abnormal", "copies", "structural"))


def learner() -> keras.Model:
    """A network with the outputs of a trainee, with dropout, built from seed 0."""
    keras.utils.set_random_seed(0)
    inputs = keras.Input((8,))
    hidden = layers.Dropout(0.3)(layers.Dense(16, activation="relu")(inputs))
    copies = layers.Softmax()(layers.Reshape((24, 5))(layers.Dense(120)(hidden)))
    return keras.Model(
        inputs,
        {
            "abnormal": layers.Dense(1, activation="sigmoid")(hidden),
            "copies": copies,
            "structural": layers.Dense(24, activation="sigmoid")(hidden),
            "grid": layers.Reshape((CELLS, CELLS, GRID_CHANNELS))(layers.Dense(CELLS * CELLS * GRID_CHANNELS)(hidden)),
            "classes": layers.Reshape((CELLS, CELLS, 24))(layers.Dense(CELLS * CELLS * 24)(hidden)),
        },
    )
