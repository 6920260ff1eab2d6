"""The ablation: trainings that differ in one thing, resumed where they stopped, all measured on the same pictures."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.networks.devices import Precision
from models.simulation.pages.families import Variety
from models.training import ablation
from models.training.ablation import Bench, Result, ablate, phases_for, table, variants
from models.training.phases import Phase
from tests.crops import write_library
from tests.models.judging.test_gate import karyogram

RESULT = Result("as it should be", "simulated_held_out", 600, 300, 0.75, 0.7, 0.8, 0.9, 0.85, 0.95, 0.5)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    folder = tmp_path / "karyograms"
    folder.mkdir()
    lines = ["file,case_id,label,karyotype", 'P002.png,P002,normal,"46,XX"', 'P005.png,P005,abnormal,"47,XX,+21"']
    (folder / "labels.csv").write_text("\n".join(lines))
    for case in ("P002", "P005"):
        Image.fromarray(karyogram()).save(folder / f"{case}.png")
    crops = write_library(tmp_path / "crops.zip", ("P001", "P002", "P003", "P005"))
    return Bench("vgg16", crops, folder, seed=1, precision=Precision.FLOAT32)


def test_each_training_differs_from_the_whole_one_in_one_thing(bench: Bench) -> None:
    phases = phases_for("vgg16", 203, 0.08)
    whole, *others = variants(bench, phases)
    assert whole.recipe.variety is Variety.WIDE
    assert 0 < whole.recipe.painted_share < 1
    for other in others:
        assert (other.recipe == whole.recipe) != (other.phases == whole.phases)
        assert [(p.size, p.steps, p.pictures) for p in other.phases] == [(p.size, p.steps, p.pictures) for p in phases]
    assert len({variant.name for variant in (whole, *others)}) == 6


@pytest.mark.slow
@pytest.mark.usefixtures("uncompiled")
def test_a_stopped_ablation_goes_on_and_writes_its_tables(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ablation, "TEST_PICTURES", 8)
    out = tmp_path / "out"
    fixed = variants(bench, (Phase("together", 75, 16, 4e-4, batch_size=8, evaluations=1),))[3]
    first = ablate(out, bench, [fixed])
    assert ablate(out, bench, [replace(fixed, phases=())]) == first  # without a phase it could not be trained again
    assert [(found.training, found.data, found.n) for found in first] == [
        ("pages of one fixed layout", "simulated_wide", 8),
        ("pages of one fixed layout", "simulated_held_out", 8),
        ("pages of one fixed layout", "real", 2),
    ]
    with (out / "ablation.csv").open(encoding="utf-8") as file:
        assert [float(row["counts_auc"]) for row in csv.DictReader(file)] == [found.counts_auc for found in first]
    assert (out / "ablation.md").read_text(encoding="utf-8") == table(first)
    assert all(found.auc_low <= found.auc <= found.auc_high for found in first)


def test_the_table_gives_each_figure_with_its_interval() -> None:
    header, _, row = table([RESULT]).splitlines()
    assert "AUC, thesis' head" in header
    assert row == (
        "| as it should be | simulated held out | 600 (300) | 0.750 (0.700 to 0.800) | 0.900 (0.850 to 0.950) | 0.500 |"
    )
    assert np.all([line.count("|") == header.count("|") for line in table([RESULT, RESULT]).splitlines()])
