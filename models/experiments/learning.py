"""How a network of an experiment learns: as in the thesis, watching the area under the curve of the validation side.

Source: thesis sections 3.2 (learning rate, batch size) and 4.1 (loss, AUC, precision and recall by epoch).
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.experiments.materials import Side
from models.experiments.nets import PARTS
from models.experiments.record import DIGITS, Configuration, Epoch
from models.networks.cutting import upper_backbone

_FIGURES = ("loss", "auc", "precision", "recall")


def learner_of(network: keras.Model, chosen: Configuration) -> keras.Model:
    """Return what learns: from features of the frozen part, or from pictures, to the probability of abnormal."""
    upper = upper_backbone(network, PARTS[chosen.trained])
    head = keras.Model(network.get_layer("dropout").input, network.get_layer("dense_1").output)
    return keras.Model(upper.input, head(upper.output))


def learn(learner: keras.Model, training: Side, validation: Side, chosen: Configuration) -> tuple[Epoch, ...]:
    """Train; it ends with the weights of the epoch with the largest validation AUC, of equal ones the smallest loss.

    Args:
        learner: of ``learner_of``.
        training: to learn from.
        validation: to choose the epoch by.
        chosen: learning rate, batch size and number of epochs.

    Returns:
        The figures of each epoch.
    """
    learner.compile(
        keras.optimizers.Adam(chosen.learning_rate),
        loss="binary_crossentropy",
        metrics=[
            keras.metrics.AUC(name="auc"),
            keras.metrics.Precision(name="precision"),
            keras.metrics.Recall(name="recall"),
        ],
    )
    keeper = _BestKeeper()
    history = learner.fit(
        training.inputs,
        _targets(training),
        validation_data=(validation.inputs, _targets(validation)),
        batch_size=chosen.batch_size,
        epochs=chosen.epochs,
        verbose=0,
        callbacks=[keeper],
    ).history
    learner.set_weights(keeper.weights)
    names = [*_FIGURES, *(f"val_{name}" for name in _FIGURES)]
    return tuple(
        Epoch(epoch + 1, **{name: round(float(history[name][epoch]), DIGITS) for name in names})
        for epoch in range(len(history["loss"]))
    )


class _BestKeeper(keras.callbacks.Callback):  # type: ignore[misc]
    """Keeps the weights of the best epoch."""

    def __init__(self) -> None:
        super().__init__()
        self.weights: list[NDArray[Any]] = []
        self._merit = (-np.inf, -np.inf)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = logs or {}
        merit = (figures["val_auc"], -figures["val_loss"])
        if not self.weights or merit > self._merit:
            self._merit, self.weights = merit, self.model.get_weights()


def _targets(side: Side) -> NDArray[np.float32]:
    return side.abnormal.astype(np.float32)[:, None]
