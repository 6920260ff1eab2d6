"""Training: all steps from simulation to a registered model, far too short to learn."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.card_page import card_page
from models.datasets.simulated_set import Recipe, SimulatedSet, draw
from models.networks.architectures import BACKBONE, build_network
from models.networks.weights import read_weights
from models.predicting.predictor import Predictor
from models.predicting.preparing import Preparer
from models.preparation import framing, packing
from models.registry import PAGE_FILE, Registry
from models.simulation.karyograms import painted, simulate
from models.training import releasing
from models.training.checkpoints import read_arrays
from models.training.phases import QUICK, Phase, TrainingError
from models.training.progress import Reporter
from models.training.trainee import Trainee
from models.training.trainer import Trainer
from tests.conftest import REPOSITORY
from tests.models.training.quick_training import PHASES
from tests.untrained import save_untrained


def test_initialisation_keeps_the_signal_alive() -> None:
    page = np.random.default_rng(0).uniform(0, 2, (1, 80, 80, 3)).astype(np.float32)
    trainee = Trainee("vgg16", 80)
    backbone = trainee.network.get_layer(BACKBONE)
    faded = float(np.std(backbone.predict(page, verbose=0)))
    trainee.initialise(seed=1)
    kept = float(np.std(backbone.predict(page, verbose=0)))
    assert kept > 10 * faded
    assert 0.05 < kept < 20


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_train_registers_a_model_that_predicts(tmp_path: Path) -> None:
    command = ["--registry", str(tmp_path / "registry"), "train", "--quick", "--preparation", "packed"]
    assert main([*command, "--work", str(tmp_path / "work")]) == 0
    registry = Registry(tmp_path / "registry")
    card = registry.card("quick")
    assert card.training["data"].startswith("simulated karyograms: chromosomes painted")
    assert card.input_size == 96
    assert card.metrics["simulated_held_out"]["n"] == 12
    assert (registry.folder / "quick" / PAGE_FILE).read_text(encoding="utf-8") == card_page(card)
    (prediction,) = Predictor.load(registry, "quick").predict(
        [simulate(np.random.default_rng(0), painted, 0.0).page.pixels]
    )
    assert 0 <= prediction.measures.calibrated_probability <= 1
    with (tmp_path / "work" / "curves.csv").open(encoding="utf-8", newline="") as curves:
        rows = list(csv.DictReader(curves))
    assert [row["phase"] for row in rows] == [phase.name for phase in QUICK for _ in range(phase.evaluations)]
    assert all(float(row["loss"]) > 0 for row in rows)
    assert [row["phase"] for row in rows if not row["val_abnormal_auc"]] == ["mosaics"] * QUICK[0].evaluations


@pytest.mark.slow
def test_a_training_on_framed_pages_registers_a_model_that_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # what follows on the training is shown above
    monkeypatch.setattr(releasing, "try_out", lambda registry, name, trial: registry.card(name))
    command = ["--registry", str(tmp_path / "registry"), "train", "--quick", "--preparation", "framed"]
    assert main([*command, "--work", str(tmp_path / "work")]) == 0
    registry = Registry(tmp_path / "registry")
    card = registry.card("quick")
    assert card.preprocessing == framing.NAME
    assert [phase["varied"] for phase in card.training["phases"]] == [True]
    page = simulate(np.random.default_rng(0), painted, 0.0).page.pixels
    _, square = framing.frame(page, card.input_size)
    assert Predictor.load(registry, "quick").explain(page, passes=2).framing == square
    data = SimulatedSet.open(tmp_path / "work" / "0-together")
    recipe = Recipe(seed=1, preparation=framing.NAME, dense_share=0.35)
    preparer = Preparer(framing.NAME, registry)
    np.testing.assert_array_equal(data.pictures[0], draw(recipe, painted, 0, preparer=preparer, size=96)[0])


def test_a_work_folder_of_another_training_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("{}\n", encoding="utf-8")
    with pytest.raises(TrainingError, match="holds another training"):
        Trainer("vgg16", Recipe(seed=1, preparation=packing.NAME), tmp_path, Reporter()).run(QUICK)


@pytest.mark.usefixtures("uncompiled")
def test_a_training_can_begin_with_the_weights_of_a_model(tmp_path: Path) -> None:
    registry = Registry(tmp_path / "registry")
    save_untrained(registry, "small", input_size=96)
    still = Phase("still", 80, 8, learning_rate=0.0, batch_size=8, evaluations=1)
    start = registry.weights("small")
    found = Trainer("vgg16", Recipe(seed=1, preparation=packing.NAME), tmp_path / "work", Reporter(), start).run(
        [still]
    )
    expected = build_network("vgg16", 96)
    read_weights(expected, start)
    for one, other in zip(found.trainable_variables, expected.trainable_variables, strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(TrainingError, match="holds another training"):
        Trainer("vgg16", Recipe(seed=1, preparation=packing.NAME), tmp_path / "work", Reporter()).run([still])


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_killed_training_ends_with_the_same_weights(tmp_path: Path) -> None:
    """Killed in the middle of a phase, by the signal that cannot be caught."""
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    run_until(killed, killed / f"1-{PHASES[1].name}.state.npz")
    finished = f"{len(PHASES) - 1}-{PHASES[-1].name}.weights.npz"
    for folder in (killed, whole):
        run_until(folder, folder / finished)
    pairs = zip(*(read_arrays(f / finished)["weights"] for f in (killed, whole)), strict=True)
    # sums of several threads may round differently under load; another order of pictures would change nearly all
    agree = [np.isclose(one, other, rtol=1e-3, atol=1e-6).ravel() for one, other in pairs]
    assert np.concatenate(agree).mean() > 0.95


def run_until(folder: Path, file: Path) -> None:
    """Train in a process of its own, and kill it with all its children once a file is there."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.models.training.quick_training", str(folder)]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY, start_new_session=True) as training:
        while not file.exists() and training.poll() is None:
            time.sleep(0.01)
        with suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(training.pid, signal.SIGKILL)
    assert file.exists()
