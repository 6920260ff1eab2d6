"""Training: all steps from simulation to a registered model, far too short to learn; limits from known truth."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from models import releasing, training
from models.__main__ import main
from models.predictor import Predictor
from models.registry import Registry
from models.releasing import choose_policy, miscounted
from models.simulation.karyograms import painted, simulate
from models.training import build_trainee, initialise
from models.uncertainty import Calibration


def test_initialisation_keeps_the_signal_alive() -> None:
    page = np.random.default_rng(0).uniform(0, 2, (1, 80, 80, 3)).astype(np.float32)
    trainee = build_trainee("vgg16", 80)
    faded = float(np.std(trainee.get_layer("backbone").predict(page, verbose=0)))
    initialise(trainee, seed=1)
    kept = float(np.std(trainee.get_layer("backbone").predict(page, verbose=0)))
    assert kept > 10 * faded
    assert 0.05 < kept < 20


@pytest.mark.slow
def test_train_registers_a_model_that_predicts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "_CALIBRATION_PICTURES", 16)
    monkeypatch.setattr(training, "_VALIDATION_PICTURES", 16)
    command = ["--registry", str(tmp_path / "registry"), "train", "tiny", "--quick", "--work", str(tmp_path / "work")]
    assert main(command) == 0
    registry = Registry(tmp_path / "registry")
    card = registry.card("tiny")
    assert card.training["data"].startswith("simulated karyograms: chromosomes painted")
    assert card.input_size == 96
    (prediction,) = Predictor.load(registry, "tiny").predict(
        [simulate(np.random.default_rng(0), painted, 0.0).page.pixels]
    )
    assert 0 <= prediction.measures.calibrated_probability <= 1
    with (tmp_path / "work" / "0-source.csv").open(encoding="utf-8") as curves:
        (row,) = csv.DictReader(curves)
    assert float(row["loss"]) > 0
    assert "val_abnormal_auc" in row


def test_miscounted_karyograms_are_told_from_structural_ones() -> None:
    normal = np.full((4, 24), 2, np.int32)
    normal[:, 22:] = [[2, 0], [1, 1], [2, 0], [2, 1]]
    normal[2, 20] = 3
    assert miscounted(normal).tolist() == [False, False, True, True]


def test_limits_let_few_abnormal_through() -> None:
    rng = np.random.default_rng(0)
    abnormal = np.repeat([True, False], 500)
    centre = np.where(abnormal, rng.beta(6, 2, 1000), rng.beta(2, 6, 1000))
    passes = np.clip(centre[:, None] + rng.normal(0, 0.05, (1000, 50)), 0, 1).astype(np.float32)
    calibration = Calibration()
    policy = choose_policy(passes, abnormal, abnormal, calibration)
    probability = calibration.apply(passes.mean(axis=1))
    assert (probability[abnormal] <= policy.max_calibrated_probability).mean() <= 0.02
    assert policy.min_pass_agreement == 0.80
    assert 0 < policy.max_mutual_information < 0.2
