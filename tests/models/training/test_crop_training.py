"""Training the reader: varied views, targets, and a quick training from pages to the registry."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.datasets.crop_set import CropSet
from models.networks.crop_network import CLASSES
from models.networks.weights import read_weights
from models.predicting.page_reader import PageReader
from models.predicting.reader_networks import ReaderNetworks
from models.reading.crops import HEIGHT, WIDTH
from models.registry import READER, Registry, default_registry
from models.training import reader_teaching
from models.training.crop_batches import CropBatches, vary
from models.training.progress import Reporter
from models.training.reader_plan import Part, ReaderPlan
from models.training.reader_release import release_reader
from models.training.reader_teaching import teach_further


def bars(count: int) -> CropSet:
    """Return upright bars, dark at their foot: the first two copies of 3, the second junk, the others a 1 each."""
    crops = np.full((count, HEIGHT, WIDTH), 255, np.uint8)
    crops[:, 20:76, 28:44] = 120
    crops[:, 60:76, 28:44] = 0
    shown = np.zeros((count, CLASSES), np.int64)
    shown[:, 0] = 1
    shown[:2] = 0
    shown[0, 2] = 2
    zeros = np.zeros(count)
    whole = zeros.astype(np.int64)
    return CropSet(
        (crops,), shown, zeros, zeros, zeros, whole, whole, np.zeros((1, 24), np.bool_), np.zeros(1, np.bool_)
    )


def test_views_differ_and_stay_recognisable() -> None:
    crops = bars(40).crops(np.arange(40))
    varied, upright = vary(crops, np.random.default_rng(1))
    assert varied.shape == crops.shape
    assert varied.dtype == np.uint8
    assert len(np.unique(varied.reshape(40, -1), axis=0)) == 40
    half = HEIGHT // 2
    feet = varied[:, half:].astype(int).sum(axis=(1, 2)) < varied[:, :half].astype(int).sum(axis=(1, 2))
    np.testing.assert_array_equal(feet, upright)
    heights = (varied < 200).any(axis=2).sum(axis=1)
    assert heights.mean() == pytest.approx(56, abs=4)


def test_junk_is_seen_however_rare_it_is() -> None:
    found = bars(500)  # one of them junk
    batches = CropBatches(found, 400, steps=1, seed=1)
    _, targets, _ = batches[0]
    assert 70 < (targets["classes"][:, -1] == 1).sum() < 130


def test_targets_tell_classes_copies_and_what_counts() -> None:
    batches = CropBatches(bars(2), 64, steps=3, seed=1)
    assert len(batches) == 3
    _, targets, weights = batches[0]
    pair = targets["classes"][:, 2] == 1
    assert 10 < pair.sum() < 54
    assert targets["copies"][pair].tolist() == [1] * int(pair.sum())
    assert (targets["classes"][~pair, -1] == 1).all()
    assert targets["classes"].sum(axis=1) == pytest.approx(1.0)
    np.testing.assert_array_equal(weights["copies"], pair)
    np.testing.assert_array_equal(weights["upright"], pair)
    np.testing.assert_array_equal(batches[0][0], CropBatches(bars(2), 64, steps=3, seed=1)[0][0])


@pytest.mark.slow
def test_a_quick_training_ends_in_the_registry(tmp_path: Path, segmentation_weights: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    shutil.copy(segmentation_weights, work)  # what fifty pages teach would find no chromosomes to learn from
    plan = ReaderPlan(None, None, work, pages=50, patches=8, views=128, test_pages=3, seed=1)
    registry = Registry(tmp_path / "registry")
    card = release_reader(plan, registry, Reporter())
    assert registry.reader()[0].weights_sha256 == card.weights_sha256
    assert (registry.folder / READER).is_dir()
    assert "painted" in card.training["data"]
    assert set(card.metrics) == {"simulated_wide", "simulated_held_out"}
    figures = card.metrics["simulated_wide"]
    assert figures["n"] == 3
    assert "simulated karyograms of validation cases" in figures["data"]
    assert 0.0 <= figures["exact_interval"][0] <= figures["exact"] <= figures["exact_interval"][1] <= 1.0
    assert PageReader.load(registry).card.training == card.training


@pytest.mark.slow
def test_what_is_named_learns_further(tmp_path: Path) -> None:
    """Of the reader that ships; what is not named stays as it was."""
    shipped, mine = default_registry(), Registry(tmp_path / "registry")
    before, file = shipped.reader()
    mine.save_reader(before, file)
    plan = ReaderPlan(None, None, tmp_path / "work", pages=4, patches=8, views=128, test_pages=2, seed=9)
    taught = teach_further(plan, mine, Reporter(), [Part.SEGMENTATION, Part.CROPS])
    assert mine.reader()[0].weights_sha256 == taught.weights_sha256 != before.weights_sha256
    learnt, known = taught.training, before.training
    assert learnt["homologues"] == known["homologues"]
    assert learnt["segmentation"]["further"][:-1] == known["segmentation"]["further"]
    assert [part["further"][-1]["plan"]["seed"] for part in (learnt, learnt["segmentation"])] == [9, 9]
    assert "objects of 4 other simulated pages" in learnt["further"][-1]["data"]
    assert taught.metrics["simulated_wide"]["n"] == 2
    old, new = _weights(shipped), _weights(mine)
    same = {name: all(map(np.array_equal, old[name], new[name])) for name in old}
    assert same == {"segmentation": False, "crops": False, "pairs": True}


@pytest.mark.slow
def test_homologues_are_compared_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # how a reader is measured is shown above
    monkeypatch.setattr(reader_teaching, "measure_reader", lambda card, plan, registry: card)
    shipped, mine = default_registry(), Registry(tmp_path / "registry")
    before, file = shipped.reader()
    mine.save_reader(before, file)
    plan = ReaderPlan(None, None, tmp_path / "work", pages=24, patches=8, views=64, test_pages=2, seed=9)
    taught = teach_further(plan, mine, Reporter(), [Part.HOMOLOGUES])
    assert "pairs on 12 simulated pages" in taught.training["homologues"]["data"]
    assert {**taught.training, "homologues": before.training["homologues"]} == before.training
    assert mine.reader()[0].findings == taught.findings != before.findings
    old, new = _weights(shipped), _weights(mine)
    same = {name: all(map(np.array_equal, old[name], new[name])) for name in old}
    assert same == {"segmentation": True, "crops": True, "pairs": False}


def _weights(registry: Registry) -> dict[str, list[np.ndarray[Any, np.dtype[np.float32]]]]:
    networks = ReaderNetworks.build()
    read_weights(networks.joined(), registry.reader()[1])
    return {name: getattr(networks, name).get_weights() for name in ("segmentation", "crops", "pairs")}
