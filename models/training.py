"""Training: a dense source task first, then the head of the thesis on what it learnt.

Normal against abnormal alone gives a network no gradient to start from: one extra chromosome among 46. So the source
task asks, all over the picture, which chromosomes stand where and where something is changed. Its read-out is linear
on the very feature map that the thesis' head averages, so that what it learns survives the averaging. Pictures grow
from coarse to fine, which on a CPU costs a third of training at full size from the start. Then the thesis' head is
trained on the frozen backbone, and all of it fine-tuned. Source: design section 7; thesis section 3.3.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from models.architectures import BACKBONE, as_input, build_network
from models.datasets import GRID_CHANNELS, Recipe, SimulatedSet

_VALIDATION_PICTURES = 320


@dataclass(frozen=True)
class Phase:
    """One stretch of training.

    ``size``: side of the pictures in pixels. ``pictures``: how many; each is seen ``epochs`` times.
    ``learning_rate``: at the top of the warm-up. ``frozen``: only the heads learn. ``abnormal_weight``: of the thesis'
    head in the loss. ``dense_share``: of the pictures, with dense karyotypes.
    """

    name: str
    size: int
    pictures: int
    learning_rate: float
    epochs: int = 1
    frozen: bool = False
    abnormal_weight: float = 0.2
    dense_share: float = 0.0
    batch_size: int = 16


SOURCE_THEN_THESIS = (
    Phase("source-coarse", 96, 6_400, 4e-4),
    Phase("source-middle", 128, 9_600, 4e-4, dense_share=0.8),
    Phase("source-fine", 150, 6_400, 2.5e-4, dense_share=0.6),
    Phase("heads-frozen", 150, 6_400, 1e-3, epochs=30, frozen=True, abnormal_weight=2.0, dense_share=0.3),
    Phase("fine-tuned", 150, 4_800, 1e-4, abnormal_weight=2.0, dense_share=0.2),
)
QUICK = (
    Phase("source", 80, 16, 4e-4, dense_share=0.8),
    Phase("heads-frozen", 96, 16, 1e-3, epochs=2, frozen=True, abnormal_weight=2.0),
    Phase("fine-tuned", 96, 16, 1e-4, abnormal_weight=2.0),
)
"""Far too short to learn anything; shows that all the steps work together."""


def build_trainee(architecture: str, size: int) -> keras.Model:
    """Build the network with the source task's grid, (N, g, g, 25), read linearly off the backbone's features."""
    network = build_network(architecture, size)
    features = network.get_layer("dropout").input
    grid = layers.Conv2D(GRID_CHANNELS, 1, dtype="float32", name="grid")(features)
    outputs = {**network.output, "grid": grid}
    return keras.Model(network.input, outputs, name=architecture)


def heads_of(trainee: keras.Model) -> keras.Model:
    """Return the part behind the backbone, from its features to all outputs; weights are shared."""
    return keras.Model(trainee.get_layer("dropout").input, trainee.output)


def initialise(trainee: keras.Model, seed: int) -> None:
    """Give plain convolutions He's initialisation; the default of VGG16 lets the signal fade from scratch."""
    for index, layer in enumerate(trainee.get_layer(BACKBONE).layers):
        if isinstance(layer, layers.Conv2D) and layer.use_bias:
            layer.kernel.assign(keras.initializers.HeNormal(seed + index)(layer.kernel.shape))


class Trainer:
    """Trains one network through its phases and keeps its curves, one CSV file a phase.

    Args:
        architecture: a value of ``models.architectures.Architecture``.
        recipe: what the simulated karyograms are made of; its seed also sets initial weights and dropout.
        folder: for data, curves and checkpoints; a training started again in the same folder goes on where it stopped.
    """

    def __init__(self, architecture: str, recipe: Recipe, folder: Path) -> None:
        """Prepare a training; nothing is computed yet."""
        self._architecture, self._recipe, self._folder = architecture, recipe, folder

    def run(self, phases: Sequence[Phase]) -> keras.Model:
        """Train through all phases; return the trained network without the grid of the source task."""
        keras.utils.set_random_seed(self._recipe.seed)
        self._folder.mkdir(parents=True, exist_ok=True)
        finished = [index for index, phase in enumerate(phases) if self._weights_file(index, phase).exists()]
        trainee = build_trainee(self._architecture, phases[0].size)
        initialise(trainee, self._recipe.seed)
        for index in range(max(finished, default=0), len(phases)):
            weights = trainee.get_weights()
            trainee = build_trainee(self._architecture, phases[index].size)
            trainee.set_weights(weights)
            if index in finished:
                trainee.load_weights(self._weights_file(index, phases[index]))
            else:
                self._train(trainee, phases[index], index)
        return _without_grid(trainee, self._architecture, phases[-1].size)

    def _weights_file(self, index: int, phase: Phase) -> Path:
        return self._folder / f"{index}-{phase.name}.weights.h5"

    def _train(self, trainee: keras.Model, phase: Phase, index: int) -> None:
        stem = f"{index}-{phase.name}"
        shape = {"size": phase.size, "cells": trainee.get_layer("grid").output.shape[1]}
        recipe = replace(self._recipe, seed=self._recipe.seed + index, dense_share=phase.dense_share)
        data = SimulatedSet.write(self._folder / stem, recipe, pictures=phase.pictures, **shape)
        held_out = replace(self._recipe, seed=self._recipe.seed + index, validation=True)
        pictures = min(phase.pictures, _VALIDATION_PICTURES)
        validation = SimulatedSet.write(self._folder / f"{stem}-validation", held_out, pictures=pictures, **shape)
        learner, batches = (heads_of(trainee), _features) if phase.frozen else (trainee, _pictures)
        _compile(learner, phase)
        learner.fit(
            batches(trainee, data, phase.batch_size),
            validation_data=batches(trainee, validation, phase.batch_size),
            epochs=phase.epochs,
            callbacks=[
                keras.callbacks.BackupAndRestore(self._folder / f"{stem}-backup"),
                keras.callbacks.CSVLogger(self._folder / f"{stem}.csv", append=True),
            ],
        )
        trainee.save_weights(self._weights_file(index, phase))


def _without_grid(trainee: keras.Model, architecture: str, size: int) -> keras.Model:
    network = build_network(architecture, size)
    kept = [values for values, v in zip(trainee.get_weights(), trainee.weights, strict=True) if "grid" not in v.path]
    network.set_weights(kept)
    return network


class _Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of a simulated set as ``fit`` takes them: inputs and the targets by output."""

    def __init__(
        self, inputs: NDArray[Any], read: Callable[[NDArray[Any]], Any], data: SimulatedSet, size: int
    ) -> None:
        super().__init__(workers=1, max_queue_size=4)
        self._inputs, self._read, self._data, self._size = inputs, read, data, size

    def __len__(self) -> int:
        return len(self._inputs) // self._size

    def __getitem__(self, index: int) -> tuple[Any, dict[str, NDArray[np.generic]]]:
        batch = slice(index * self._size, (index + 1) * self._size)
        targets = ("abnormal", "copies", "structural", "grid")
        return self._read(self._inputs[batch]), {name: getattr(self._data, name)[batch] for name in targets}


def _pictures(trainee: keras.Model, data: SimulatedSet, batch_size: int) -> _Batches:
    return _Batches(data.pictures, as_input, data, batch_size)


def _features(trainee: keras.Model, data: SimulatedSet, batch_size: int) -> _Batches:
    """Compute the frozen backbone's features once, instead of in every epoch; 16 KB a picture."""
    backbone = trainee.get_layer(BACKBONE)
    starts = range(0, len(data.pictures), batch_size)
    features = [backbone.predict_on_batch(as_input(data.pictures[at : at + batch_size])) for at in starts]
    return _Batches(np.concatenate([np.asarray(part, np.float16) for part in features]), np.asarray, data, batch_size)


def _compile(trainee: keras.Model, phase: Phase) -> None:
    steps = phase.epochs * (phase.pictures // phase.batch_size)
    rate = keras.optimizers.schedules.CosineDecay(
        phase.learning_rate * 0.02,
        steps,
        warmup_target=phase.learning_rate,
        warmup_steps=max(1, steps // 12),
        alpha=0.02,
    )
    trainee.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0),
        loss={
            "abnormal": "binary_crossentropy",
            "copies": "sparse_categorical_crossentropy",
            "structural": "binary_crossentropy",
            "grid": "mean_squared_error",
        },
        loss_weights={"abnormal": phase.abnormal_weight, "copies": 5.0, "structural": 2.0, "grid": 40.0},
        metrics={"abnormal": keras.metrics.AUC(name="auc"), "copies": "sparse_categorical_accuracy"},
    )
