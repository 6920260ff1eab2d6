"""The part of a network that is adapted to a laboratory, trained again and again from the same start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.adaptation.looks import Features
from models.adaptation.prepared import Targets
from models.networks.choices import Trained
from models.networks.cutting import heads, upper_backbone
from models.networks.dropout import Passes, SubNetworks

_LEARNING_RATE = 2e-4
_BATCH = 16
_STEPS = 25
_CHUNK = 32

_Known = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Lesson:
    """Features, (N, rows, columns, C), with what is known about each of their N pictures."""

    features: Features
    targets: Targets

    def take(self, which: NDArray[np.int64]) -> tuple[Features, _Known, _Known]:
        """Return some of it: features, targets and weights by output of the network."""
        known = self.targets
        truths = {name: getattr(known, name)[which] for name in ("abnormal", "copies", "structural")}
        weights = {
            "abnormal": np.ones(len(which), np.float32),
            "copies": known.copies_known[which],
            "structural": known.structural_known[which],
        }
        return self.features[which], truths, weights


class _Mixed(keras.utils.PyDataset):  # type: ignore[misc]
    """One epoch of batches, half of each drawn from one lesson and half from another."""

    def __init__(self, lessons: tuple[Lesson, Lesson], choices: tuple[NDArray[np.int64], ...], seed: list[int]) -> None:
        super().__init__(workers=1)
        self._lessons, self._choices, self._seed = lessons, choices, seed

    def __len__(self) -> int:
        return _STEPS

    def __getitem__(self, index: int) -> tuple[Features, _Known, _Known]:
        rng = np.random.default_rng([*self._seed, index])
        parts = [
            lesson.take(rng.choice(which, _BATCH)) for lesson, which in zip(self._lessons, self._choices, strict=True)
        ]
        features, truths, weights = zip(*parts, strict=True)
        return np.concatenate(features), _joined(truths), _joined(weights)


def _joined(parts: Sequence[_Known]) -> _Known:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


class Adapter:
    """A network whose upper part can be trained on a site's features, from the same start as often as wanted.

    The base weights hold it back: few epochs at a low rate, and how many is for the caller to choose on karyograms
    that are held out.
    """

    def __init__(self, network: keras.Model, trained: Trained, seed: int) -> None:
        """Prepare to train.

        Args:
            network: a network of ``models.networks.architectures.build_network`` with the weights to start from.
            trained: how much of it learns; not all of it, because some must compute the features.
            seed: of order and dropout in training, and of the sub-networks that judge.
        """
        upper = upper_backbone(network, trained)
        self._learner = keras.Model(upper.input, heads(network)(upper.output))
        self._learner.compile(
            keras.optimizers.Adam(_LEARNING_RATE, clipnorm=1.0),
            loss={
                "abnormal": "binary_crossentropy",
                "copies": "sparse_categorical_crossentropy",
                "structural": "binary_crossentropy",
            },
            loss_weights={"abnormal": 2.0, "copies": 5.0, "structural": 2.0},
        )
        self._learner.optimizer.build(self._learner.trainable_variables)
        self._seed, self._epochs = seed, 0
        self._variables = [*self._learner.variables, *self._learner.optimizer.variables]
        self._start = [np.array(variable) for variable in self._variables]
        self._judges = SubNetworks(network, seed, _CHUNK, upper)

    def restart(self) -> None:
        """Go back to the weights, the optimizer and the randomness of the start."""
        for variable, values in zip(self._variables, self._start, strict=True):
            variable.assign(values)
        self._epochs = 0

    def train_until(self, epochs: int, site: Lesson, chosen: NDArray[np.int64], replay: Lesson) -> None:
        """Train on, up to so many epochs since the start.

        Args:
            epochs: of 25 batches of 16 pictures of the site and 16 simulated ones.
            site: karyograms of the site.
            chosen: the numbers of those to learn from.
            replay: simulated karyograms, moved to the look of the site, so that rare changes are not forgotten.
        """
        everything = np.arange(len(replay.features))
        for epoch in range(self._epochs, epochs):
            batches = _Mixed((site, replay), (chosen, everything), [self._seed, epoch])
            self._learner.fit(batches, verbose=0, shuffle=False)
        self._epochs = epochs

    def judge(self, features: Features, passes: int) -> Passes:
        """Judge pictures by their features, as they are now judged."""
        return self._judges.predict(features, passes)
