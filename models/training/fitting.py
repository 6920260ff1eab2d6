"""One phase of a training on its examples: steps, evaluations, and a state to go on from after any interruption."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.training.batches import Batches, Examples
from models.training.checkpoints import read_arrays, write_arrays
from models.training.curves import Curves
from models.training.phases import Phase
from models.training.progress import Reporter, Stretch
from models.training.rates import warm_cosine
from models.training.trainee import CLASSES, GRID

_GRID_WEIGHT = 40.0
_TAP_WEIGHT = 200.0
_CLASSES_WEIGHT = 10.0
_WORDS = {"val_recognised": "recognised", "val_abnormal_auc": "validation AUC", "val_copies_accuracy": "copy numbers"}


def fit(
    learner: keras.Model,
    phase: Phase,
    training: Examples,
    validation: Examples,
    *,
    seed: int,
    state_file: Path,
    curves: Curves,
    reporter: Reporter,
) -> None:
    """Train a network through one phase; it ends with the weights that the phase says to keep.

    Args:
        learner: the part of the network that learns; see ``models.training.trainee.Trainee.cut``.
        phase: what to do.
        training: pictures to learn from, with targets for each output.
        validation: held-out pictures of the same shape.
        seed: of the order of the pictures.
        state_file: where to keep the state, ".npz"; if it is there, the training goes on from it.
        curves: get a row at each evaluation.
        reporter: is told how far it is.
    """
    _compile(learner, phase)
    state = _State(learner, phase.keep_best)
    state.restore(state_file)
    done = state.evaluations * phase.steps_between
    with reporter.stretch(phase.name, phase.steps * phase.batch_size, done * phase.batch_size) as stretch:
        callbacks = [_Keeper(state, state_file, phase, curves, stretch)]
        if phase.averaging:
            # behind the keeper: it swaps the averages out again when an evaluation ends
            callbacks.append(keras.callbacks.SwapEMAWeights())
        if state.evaluations < phase.evaluations:
            learner.fit(
                Batches(training, phase.batch_size, steps=phase.steps, first=done, seed=seed, varied=phase.varied),
                validation_data=Batches(validation, phase.batch_size, steps=len(validation) // phase.batch_size),
                initial_epoch=state.evaluations,
                epochs=phase.evaluations,
                steps_per_epoch=phase.steps_between,
                shuffle=False,
                verbose=0,
                callbacks=callbacks,
            )
    state.take_best()


def _compile(learner: keras.Model, phase: Phase) -> None:
    """Prepare a network for a phase: warm-up and cosine, AdamW, and a loss for each of its outputs."""
    rate = warm_cosine(phase.learning_rate, phase.steps, warm_up=12, end=0.02)
    ema = {"use_ema": True, "ema_momentum": phase.averaging} if phase.averaging else {}
    asked = {name: _question(name, phase) for name in learner.output}
    learner.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0, **ema),
        loss={name: question.loss for name, question in asked.items()},
        loss_weights={name: question.weight for name, question in asked.items()},
        metrics={name: question.metric for name, question in asked.items() if question.metric is not None},
    )
    learner.optimizer.build(learner.trainable_variables)


@dataclass(frozen=True)
class _Question:
    """What one output is asked: the loss of its answer, the weight of that, and a figure to watch."""

    loss: Any
    weight: float
    metric: Any = None


def _question(output: str, phase: Phase) -> _Question:
    if output.startswith(CLASSES):
        return _Question(class_cross_entropy, _CLASSES_WEIGHT, recognised)
    if output.startswith(GRID):
        # the same chromosomes spread over more cells make smaller errors
        return _Question("mean_squared_error", _GRID_WEIGHT if output == GRID else _TAP_WEIGHT)
    accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    return {
        "abnormal": _Question("binary_crossentropy", phase.abnormal_weight, keras.metrics.AUC(name="auc")),
        "copies": _Question("sparse_categorical_crossentropy", 5.0, accuracy),
        "structural": _Question("binary_crossentropy", 2.0),
    }[output]


def class_cross_entropy(grid: Any, logits: Any) -> Any:
    """Return the mean cross-entropy of the chromosomes on each picture; places where none stands do not count.

    Args:
        grid: (N, g, g, 24), how many of each chromosome stand at each cell.
        logits: (N, g, g, 24).

    Returns:
        (N,), in nats.
    """
    return -_by_chromosome(grid, ops.log_softmax(logits, axis=-1))


def recognised(grid: Any, logits: Any) -> Any:
    """Return the share of the chromosomes on each picture whose class is the likeliest where they stand, (N,)."""
    return _by_chromosome(grid, ops.one_hot(ops.argmax(logits, axis=-1), logits.shape[-1]))


def _by_chromosome(grid: Any, values: Any) -> Any:
    """Average values of cells and classes over the chromosomes of each picture, (N, g, g, 24) -> (N,)."""
    cells = (1, 2, 3)
    return ops.sum(grid * values, axis=cells) / ops.maximum(ops.sum(grid, axis=cells), 1.0)


class _State:
    """Everything a phase needs to go on: weights, random states, optimizer, and the best weights so far."""

    def __init__(self, learner: keras.Model, keep_best: bool) -> None:
        self._learner, self._keep_best = learner, keep_best
        self._best: list[NDArray[Any]] = []
        self._merit = (-np.inf, -np.inf)
        self.evaluations = 0

    def judge(self, figures: dict[str, float]) -> None:
        """Remember the weights in the learner if they are the best so far, or simply as the latest."""
        # a hundredth of AUC is chance on some hundred pictures; below it the loss decides
        merit = (round(figures.get("abnormal_auc", 0.5), 2), -figures["loss"])
        if not self._keep_best or merit >= self._merit:
            self._merit, self._best = merit, self._learner.get_weights()

    def take_best(self) -> None:
        """Put the best weights into the learner."""
        self._learner.set_weights(self._best)

    def save(self, file: Path) -> None:
        """Write the state, whole or not at all."""
        now = [np.asarray(variable) for variable in self._variables()]
        where = [np.asarray(self.evaluations), np.asarray(self._merit)]
        write_arrays(file, where=where, now=now, best=self._best)

    def restore(self, file: Path) -> None:
        """Go back to a saved state; nothing happens if there is none."""
        if not file.exists():
            return
        saved = read_arrays(file)
        for variable, values in zip(self._variables(), saved["now"], strict=True):
            variable.assign(values)
        evaluations, (auc, loss) = saved["where"]
        self.evaluations, self._merit, self._best = int(evaluations), (float(auc), float(loss)), saved["best"]

    def _variables(self) -> list[keras.Variable]:
        # the variables of a model include the states of its dropout, its weights do not
        return [*self._learner.variables, *self._learner.optimizer.variables]


class _Keeper(keras.callbacks.Callback):  # type: ignore[misc]
    """At each evaluation: judge the weights, record the curves, save the state. The order makes a resume exact."""

    def __init__(self, state: _State, file: Path, phase: Phase, curves: Curves, stretch: Stretch) -> None:
        super().__init__()
        self._state, self._file, self._phase, self._curves, self._stretch = state, file, phase, curves, stretch
        self._before = 0.0

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._stretch.advance(self._phase.batch_size)

    def on_test_end(self, logs: dict[str, float] | None = None) -> None:
        # here, because the averaged weights are in the network only as long as it is evaluated
        self._state.judge(dict(logs or {}))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        figures = {name: float(value) for name, value in (logs or {}).items()}
        seen = (epoch + 1) * self._phase.steps_between * self._phase.batch_size
        seconds, self._before = self._stretch.seconds - self._before, self._stretch.seconds
        place: dict[str, str | int | float] = {"phase": self._phase.name, "evaluation": epoch + 1, "pictures": seen}
        place |= {"epoch": seen / self._phase.pictures, "seconds": round(seconds, 1)}
        self._curves.record({**place, **figures})
        told = {"loss": figures["loss"], **{words: figures[name] for name, words in _WORDS.items() if name in figures}}
        self._stretch.report(told)
        self._state.evaluations = epoch + 1
        self._state.save(self._file)
