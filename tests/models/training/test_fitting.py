"""One phase: it goes on exactly where it was interrupted, keeps what it should, and averages what it keeps."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from models.training.batches import Batches
from models.training.curves import Curves
from models.training.fitting import class_cross_entropy, fit, recognised
from models.training.phases import Phase
from models.training.progress import Reporter
from tests.models.training.examples import examples, learner

PHASE = Phase("short", 80, 64, 3e-3, epochs=4, batch_size=8, evaluations=8, abnormal_weight=2.0)
VALIDATION = examples(32, seed=1)


class InterruptionError(Exception):
    """Stands for whatever ends a process."""


class Interrupted(Curves):
    """Curves that end the process in the middle of an evaluation."""

    def __init__(self, file: Path, at: int) -> None:
        super().__init__(file)
        self._at = at

    def record(self, row: Mapping[str, str | int | float]) -> None:
        if row["evaluation"] == self._at:
            raise InterruptionError
        super().record(row)


def train(folder: Path, phase: Phase = PHASE, curves: Curves | None = None) -> keras.Model:
    network = learner()
    fit(
        network,
        phase,
        examples(64),
        VALIDATION,
        seed=5,
        state_file=folder / "state.npz",
        curves=curves or Curves(folder / "curves.csv"),
        reporter=Reporter(),
    )
    return network


Whole = Callable[[Phase], tuple[keras.Model, Path]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Train through a phase without interruption, once for all tests that ask for it; gives network and folder."""

    @cache
    def trained(phase: Phase) -> tuple[keras.Model, Path]:
        folder = tmp_path_factory.mktemp("whole")
        return train(folder, phase), folder

    return trained


def rows(folder: Path) -> list[dict[str, float]]:
    with (folder / "curves.csv").open(encoding="utf-8", newline="") as file:
        return [{name: float(value) for name, value in row.items() if name != "phase"} for row in csv.DictReader(file)]


def validation_loss(network: keras.Model, phase: Phase) -> float:
    figures = network.evaluate(Batches(VALIDATION, phase.batch_size, steps=4), return_dict=True, verbose=0)
    return float(figures["loss"])


def same(one: list[NDArray[Any]], other: list[NDArray[Any]]) -> bool:
    """Tell whether nearly all weights agree; sums of several threads may round differently under load."""
    agree = [np.isclose(a, b, rtol=1e-3, atol=1e-6).ravel() for a, b in zip(one, other, strict=True)]
    return bool(np.concatenate(agree).mean() > 0.95)


@pytest.mark.parametrize("changes", [{}, {"keep_best": True, "averaging": 0.9}])
@pytest.mark.parametrize("at", [1, 6])
def test_an_interrupted_phase_ends_as_if_it_never_was(
    whole: Whole, tmp_path: Path, at: int, changes: dict[str, Any]
) -> None:
    phase = replace(PHASE, **changes)
    with pytest.raises(InterruptionError):
        train(tmp_path, phase, Interrupted(tmp_path / "curves.csv", at))
    resumed, (expected, folder) = train(tmp_path, phase), whole(phase)
    assert same(resumed.get_weights(), expected.get_weights())
    for one, other in zip(rows(tmp_path), rows(folder), strict=True):
        assert {**one, "seconds": 0} == pytest.approx({**other, "seconds": 0}, rel=1e-2)


def test_curves_say_how_far_and_how_well(whole: Whole) -> None:
    recorded = rows(whole(PHASE)[1])
    assert [row["pictures"] for row in recorded] == [32 * number for number in range(1, 9)]
    assert [row["epoch"] for row in recorded] == [0.5 * number for number in range(1, 9)]
    assert recorded[-1]["loss"] < recorded[0]["loss"]
    assert recorded[-1]["val_loss"] < recorded[0]["val_loss"]
    assert {"copies_loss", "structural_loss", "grid_loss", "val_copies_accuracy", "seconds"} <= set(recorded[0])


def test_the_last_weights_are_kept_unless_the_best_are_wanted(whole: Whole) -> None:
    network, folder = whole(PHASE)
    assert validation_loss(network, PHASE) == pytest.approx(rows(folder)[-1]["val_loss"], rel=1e-4)


def test_the_best_weights_are_those_of_the_best_evaluation(tmp_path: Path) -> None:
    spoilt = replace(PHASE, learning_rate=0.3, keep_best=True)  # so fast that it does not end at its best
    network = train(tmp_path, spoilt)
    recorded = rows(tmp_path)
    best = max(recorded, key=lambda row: (round(row["val_abnormal_auc"], 2), -row["val_loss"]))
    assert best is not recorded[-1]
    assert validation_loss(network, spoilt) == pytest.approx(best["val_loss"], rel=1e-4)


def test_averaged_weights_are_measured_and_kept(whole: Whole, tmp_path: Path) -> None:
    averaging = replace(PHASE, averaging=0.95)
    averaged, (plain, folder) = train(tmp_path, averaging), whole(PHASE)
    recorded, before = rows(tmp_path), rows(folder)
    assert validation_loss(averaged, averaging) == pytest.approx(recorded[-1]["val_loss"], rel=1e-4)
    # averaging looks on: the training itself is the same
    assert [row["loss"] for row in recorded] == pytest.approx([row["loss"] for row in before])
    assert not same(averaged.get_weights(), plain.get_weights())


def test_a_finished_phase_is_not_trained_again(whole: Whole) -> None:
    finished, folder = whole(PHASE)
    before = rows(folder)
    again = train(folder)
    assert rows(folder) == before
    assert same(again.get_weights(), finished.get_weights())


def test_classes_are_asked_for_where_chromosomes_stand() -> None:
    grid, logits = np.zeros((2, 2, 2, 24), np.float32), np.zeros((2, 2, 2, 24), np.float32)
    grid[0, 0, 1, 3], grid[0, 1, 0, 5] = 2.0, 1.0
    logits[0, 0, 1, 3] = 50.0  # right; nothing is known of the other place, and nothing stands on the second picture
    assert np.asarray(class_cross_entropy(grid, logits)) == pytest.approx([np.log(24) / 3, 0.0], abs=1e-6)
    assert np.asarray(recognised(grid, logits)) == pytest.approx([2 / 3, 0.0])
