"""Training: all steps from simulation to a registered model, far too short to learn."""

from __future__ import annotations

import csv
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from models import releasing, training
from models.__main__ import main
from models.card_page import card_page
from models.predictor import Predictor
from models.registry import PAGE_FILE, Registry
from models.simulation.karyograms import painted, simulate
from models.training import build_trainee, initialise
from models.trials import Trial


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
    monkeypatch.setattr(releasing, "Trial", partial(Trial, calibration_pictures=48, test_pictures=16))
    monkeypatch.setattr(training, "_VALIDATION_PICTURES", 16)
    command = ["--registry", str(tmp_path / "registry"), "train", "tiny", "--quick", "--work", str(tmp_path / "work")]
    assert main(command) == 0
    registry = Registry(tmp_path / "registry")
    card = registry.card("tiny")
    assert card.training["data"].startswith("simulated karyograms: chromosomes painted")
    assert card.input_size == 96
    assert card.training["calibration"].startswith("on 96 simulated karyograms")
    assert card.metrics["simulated_held_out"]["n"] == 16
    assert (registry.folder / "tiny" / PAGE_FILE).read_text(encoding="utf-8") == card_page(card)
    (prediction,) = Predictor.load(registry, "tiny").predict(
        [simulate(np.random.default_rng(0), painted, 0.0).page.pixels]
    )
    assert 0 <= prediction.measures.calibrated_probability <= 1
    with (tmp_path / "work" / "0-source.csv").open(encoding="utf-8") as curves:
        (row,) = csv.DictReader(curves)
    assert float(row["loss"]) > 0
    assert "val_abnormal_auc" in row
