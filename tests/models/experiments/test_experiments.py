"""Every experiment, run quickly as a user runs it: the steps work together, and the records are valid."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import optuna
import pytest
from PIL import Image

from models.__main__ import main
from models.experiments import search
from models.experiments.catalogue import EXPERIMENTS, is_done, planned
from models.experiments.figures import figures
from models.experiments.materials import Bench
from models.experiments.nets import Weights
from models.experiments.plan import Plan, Scope
from models.experiments.record import Record, read_all
from models.experiments.rendering import render, repaint
from models.experiments.table_5_1 import ROWS
from models.networks.devices import Precision
from models.registry import default_registry
from models.training.phases import TrainingError

PUBLISHED = "vgg16-one-block.source.published"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All quick runs, done once."""
    folder = tmp_path_factory.mktemp("experiments")
    assert command(folder, "--all", "--quick") == 0
    return folder


@pytest.fixture(scope="module")
def records(folder: Path) -> dict[str, Record]:
    return {record.name: record for record in read_all(folder / "records")}


@pytest.fixture
def bench(folder: Path) -> Bench:
    return Bench(Weights(default_registry(), folder), folder / "work", Precision.FLOAT32)


def command(folder: Path, *arguments: str) -> int:
    places = ("--out", str(folder / "records"), "--work", str(folder / "work"), "--imagenet", str(folder))
    return main(["experiment", *arguments, *places, "--precision", "float32"])


def test_every_experiment_leaves_valid_records(records: dict[str, Record]) -> None:
    assert Counter(record.experiment for record in records.values()) == {
        "table-5-1": 1,
        "confidence": 1,
        "search": 1,
        "backbones": 1,
        "ensemble": 1,
    }
    for record in records.values():
        assert len(record.curves) == record.configuration.epochs == 2
        assert len(record.fingerprint) == 64
        assert 0.0 <= figures(record.predictions, resamples=20)["auc"].value <= 1.0
        assert record.sizes.training.total == 28
        assert (record.edition, record.precision, record.seed) == ("simulated", "float32", 1)


def test_both_splits_are_run(records: dict[str, Record]) -> None:
    published, by_case = (records[f"{row}.simulated"] for row in (PUBLISHED, "passes-vgg16.source.cases"))
    assert (published.split, by_case.split) == ("as published", "by case")
    assert any("-copy-" in file for file in published.predictions.file)
    assert not any("-copy-" in file for file in by_case.predictions.file)


def test_members_of_an_ensemble_disagree_a_little(records: dict[str, Record]) -> None:
    record = next(record for record in records.values() if record.experiment == "ensemble")
    assert (record.configuration.members, record.configuration.passes) == (2, 1)
    assert record.predictions.mean != record.predictions.probability
    assert max(record.predictions.mutual_information) > 0


def test_more_passes_hold_the_fewer(records: dict[str, Record]) -> None:
    record = next(record for record in records.values() if record.experiment == "confidence")
    assert [part.passes for part in record.by_passes] == [10, 20]
    assert record.by_passes[0].mean == record.predictions.mean  # T is 10 in a quick run
    assert record.by_passes[1].mean != record.predictions.mean


def test_a_search_tells_its_trials_and_keeps_the_best(records: dict[str, Record]) -> None:
    record = next(record for record in records.values() if record.experiment == "search")
    assert [trial.number for trial in record.trials] == [0, 1]
    complete = [trial for trial in record.trials if trial.state == "complete"]
    best = min(complete, key=lambda trial: trial.val_loss or 0.0)
    chosen = record.configuration
    assert (chosen.learning_rate, chosen.batch_size) == (best.learning_rate, best.batch_size)


def test_a_random_backbone_with_tiny_features_tells_pictures_apart(records: dict[str, Record]) -> None:
    record = next(record for record in records.values() if record.experiment == "backbones")
    assert record.configuration.network == "mobilenetv3small"
    assert len(set(record.predictions.probability)) > 1


def test_what_is_done_is_not_done_again(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = {file: file.stat().st_mtime_ns for file in (folder / "records").rglob("*.json")}
    assert command(folder, "--all", "--quick") == 0
    assert "0 of 5 runs done, 5 were there" in capsys.readouterr().out
    assert {file: file.stat().st_mtime_ns for file in (folder / "records").rglob("*.json")} == before


def test_another_configuration_or_a_damaged_record_is_due_again(folder: Path, bench: Bench, tmp_path: Path) -> None:
    plan = planned(("confidence",), Scope(quick=True), bench)[0]
    assert is_done(plan, bench, folder / "records")
    longer = replace(plan, configuration=replace(plan.configuration, epochs=3))
    assert not is_done(longer, bench, folder / "records")
    file = tmp_path / "confidence" / f"{plan.name}.json"
    file.parent.mkdir()
    file.write_text("{}")
    assert not is_done(plan, bench, tmp_path)


def test_a_test_picture_is_painted_again(records: dict[str, Record], bench: Bench) -> None:
    record = records[f"{PUBLISHED}.simulated"]
    file = next(file for file in record.predictions.file if "-copy-" in file)
    picture = repaint(record, file)
    assert picture.shape == (416, 416)
    small = np.asarray(Image.fromarray(picture).resize((75, 75), Image.Resampling.BOX))
    assert small.std() > 5
    plan = planned(("table-5-1",), Scope(quick=True), bench)[0]
    known, sides, how = bench.pictures(plan)
    shown = render(known, sides.test, plan.seed, how, 75)[record.predictions.file.index(file)]
    np.testing.assert_array_equal(shown, small)
    with pytest.raises(ValueError, match="must be one of the test set"):
        repaint(record, "normal-999")
    with pytest.raises(ValueError, match="edition must be simulated"):
        repaint(replace(record, edition="real"), file)


def test_failed_trials_are_kept_as_failed(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At such a learning rate every loss is lost in infinity."""
    monkeypatch.setattr(search, "RATES", (1e30, 1e32))
    plan = replace(planned(("search",), Scope(quick=True), bench)[0], trials=1)
    storage = f"sqlite:///{tmp_path / 'trials.sqlite3'}"
    with pytest.raises(TrainingError, match="all 1 failed"):
        search.perform(plan, replace(bench, storage=storage))
    study = optuna.load_study(study_name=None, storage=storage)
    assert [trial.state for trial in study.trials] == [optuna.trial.TrialState.FAIL]
    told = search.told(study.trials[0])
    assert told.state == "failed"
    assert told.val_loss is None
    assert told.error is not None
    assert "must be finite" in told.error


def plans(bench: Bench, *names: str) -> list[Plan]:
    chosen = tuple(name for name in EXPERIMENTS if name in names or not names)
    return planned(chosen, Scope(), bench)


def test_the_whole_set_has_seven_rows_in_both_splits(bench: Bench) -> None:
    assert len(ROWS) == 7
    found = plans(bench, "table-5-1")
    trained = [plan for plan in found if plan.configuration.start == "source task"]
    assert Counter(plan.split for plan in trained) == {"as published": 7, "by case": 7}
    frozen = [plan for plan in found if plan.configuration.start == "none"]
    assert {plan.configuration.trained for plan in frozen} == {"head"}
    names = [plan.name for plan in plans(bench)]
    assert len(names) == len(set(names))


def test_wrong_arguments_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder) == 2
    assert "expected one or more of table-5-1" in capsys.readouterr().err
    assert command(folder, "table-5-2") == 2
    assert "got table-5-2" in capsys.readouterr().err
    assert command(folder, "confidence", "--dry-run", "--quick") == 0
    assert "confidence passes-vgg16.source.cases.simulated: done" in capsys.readouterr().out
