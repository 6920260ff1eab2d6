"""Adaptation to a laboratory, from labelled pictures to a stored model: all steps, by a network that knows nothing."""

from __future__ import annotations

import csv
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from models.__main__ import main
from models.adaptation import procedure, site
from models.adaptation.comparison import Check
from models.adaptation.prepared import Prepared
from models.adaptation.procedure import Round, best_round, check_enough
from models.adaptation.site import SitePlan, adapt_to_site
from models.datasets.labels import case_digest, read_labels, validation_cases
from models.networks.devices import Precision
from models.predicting.predictor import Predictor
from models.registry import Registry
from models.simulation.karyograms import painted, simulate
from models.training.phases import TrainingError
from models.training.progress import Reporter
from tests.models.adaptation.test_prepared import ITEMS
from tests.models.test_card import CARD
from tests.untrained import save_untrained


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    registry = Registry(tmp_path_factory.mktemp("registry"))
    save_untrained(registry, "base", passes=5)
    return registry


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty simulated karyograms, five in a hundred of them abnormal, as a laboratory might have them."""
    folder = tmp_path_factory.mktemp("data")
    command = ["simulate", "40", "--seed", "3", "--abnormal", "0.05", "--width", "240", "--out", str(folder)]
    assert main(command) == 0
    return folder


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As little of everything as it takes."""
    monkeypatch.setattr(site, "SitePlan", partial(SitePlan, simulated=16))
    monkeypatch.setattr(procedure, "ROUNDS", (0, 1))
    monkeypatch.setattr(procedure, "FOLDS", 2)


def adapt(registry: Registry, data: Path, work: Path, *more: str) -> int:
    command = ["train", "--from", "base", "--data", str(data), "--name", "ours", "--work", str(work), *more]
    return main(["--registry", str(registry.folder), *command])


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("small")
def test_an_adapted_model_is_stored_with_where_it_comes_from(registry: Registry, data: Path, tmp_path: Path) -> None:
    assert adapt(registry, data, tmp_path, "--even-if-worse") == 0
    base, card = registry.card("base"), registry.card("ours")
    labelled = read_labels(data)
    told = card.training["adaptation"]
    assert (told["base"], told["base_weights_sha256"]) == ("base", base.weights_sha256)
    assert sum(told["karyograms"].values()) == told["cases"] == 40
    assert {check["what"] for check in told["checks"]} >= {"log-loss of the calibrated probability"}
    assert card.training["learnt_cases"] == sorted(case_digest(item.case_id) for item in labelled)
    assert (card.metrics["site"]["n"], card.metrics["site before"]["n"], card.metrics["simulated"]["n"]) == (40, 40, 16)
    assert card.weights_sha256 != base.weights_sha256
    assert card.calibration != base.calibration
    (said,) = Predictor.load(registry, "ours").predict([simulate(np.random.default_rng(0), painted, 0.0).page.pixels])
    assert 0 <= said.measures.calibrated_probability <= 1


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.usefixtures("small")
def test_a_model_that_is_not_better_is_not_stored(
    registry: Registry, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = Check("log-loss of the calibrated probability", 0.1, 0.2, (0.05, 0.15), False)
    monkeypatch.setattr(site, "compare", lambda before, after: (worse,))
    before = registry.names()
    assert adapt(registry, data, tmp_path) == 1
    assert registry.names() == before
    said = capsys.readouterr().out
    assert "ours is not better than base: nothing stored" in said
    assert "0.050 to 0.150" in said


def test_too_few_karyograms_are_counted(registry: Registry, data: Path, tmp_path: Path) -> None:
    rows = (data / "labels.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "labels.csv").write_text("\n".join(rows[:13]), encoding="utf-8")
    for name in (row["file"] for row in csv.DictReader(rows[:13])):
        (tmp_path / name).write_bytes((data / name).read_bytes())
    with pytest.raises(TrainingError, match="at least 40 karyograms, got 12"):
        check_enough(prepared(12))
    assert adapt(registry, tmp_path, tmp_path / "work") == 2


def prepared(number: int, normal: bool = True, cases: int = 40) -> Prepared:
    items = tuple(replace(ITEMS[0 if normal else 1], case_id=f"Q{index % cases}") for index in range(number))
    return Prepared(items, np.zeros((number, 1, 1), np.uint8), ((),) * number, (None,) * number)


@pytest.mark.parametrize(
    ("few", "words"),
    [
        (prepared(39), "at least 40 karyograms, got 39"),
        (prepared(40, normal=False), "at least 20 normal karyograms, got 0"),
        (prepared(40, cases=9), "at least 10 cases, got 9"),
        (Prepared((), np.zeros((0, 1, 1), np.uint8), (), ()), "at least 40 karyograms, got 0"),
    ],
)
def test_what_is_too_few_is_said(few: Prepared, words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        check_enough(few)


def test_a_model_is_not_adapted_twice_to_the_same_cases(registry: Registry, data: Path, tmp_path: Path) -> None:
    card = registry.card("base")
    learnt = [case_digest("simulated-001"), case_digest("elsewhere")]
    twice = replace(card, name="twice", training={**card.training, "learnt_cases": learnt})
    registry.save(twice, registry.weights("base"))
    with pytest.raises(TrainingError, match="twice was already adapted to 1 of these cases"):
        adapt_to_site(SitePlan("twice", "ours", data, tmp_path), registry, Precision.FLOAT32, Reporter())


def test_learnt_cases_are_no_validation_cases(data: Path) -> None:
    labelled = read_labels(data)
    rule = {"modulus": 3, "remainder": 2}
    learnt = [case_digest("simulated-002")]
    card = replace(CARD, training={"validation_rule": rule, "learnt_cases": learnt})
    kept = [item.case_id for item in validation_cases(labelled, card)]
    assert "simulated-005" in kept
    assert "simulated-002" not in kept


def test_a_fold_does_not_choose_for_itself() -> None:
    losses = np.array([[0.5, 0.1, 0.4], [0.5, 0.6, 0.3], [0.5, 0.6, 0.3]])
    folds = [[Round(CARD, [], loss) for loss in row] for row in losses]
    assert best_round(folds) == 2
    assert best_round(folds, without=0) == 2
    assert best_round(folds, without=1) == 1
