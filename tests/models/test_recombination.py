"""Recombined crops: what is drawn is what the karyotype says, and nothing else tells changed from normal."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.simulation.crops import CropLibrary
from models.simulation.karyotypes import Chromosome, Segment, normal_chromosome
from tests.crops import crop, write_library


@pytest.fixture
def library(tmp_path: Path) -> CropLibrary:
    return CropLibrary.read(write_library(tmp_path / "crops.zip", ("P001", "P002")), lambda case: case == "P001")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_only_accepted_cases_are_read(library: CropLibrary) -> None:
    assert len(library.cells) == 1
    assert len(library.cells[0].crops["21"]) == 2


def test_missing_crops_are_named(tmp_path: Path) -> None:
    archive = tmp_path / "empty.zip"
    zipfile.ZipFile(archive, "w").close()
    with pytest.raises(ValueError, match=r"empty\.zip: expected"):
        CropLibrary.read(archive, lambda case: True)


def test_a_joint_leaves_no_gap(library: CropLibrary) -> None:
    spliced = Chromosome("1", (Segment("1", 0, 0.5), Segment("9", 0.5, 1)))
    for seed in range(10):
        patch = library.draw_cell(rng(seed)).draw(rng(seed), spliced, 80)
        along = patch.max(axis=1)[3:-3]
        assert along.min() > 0.6 * np.median(along), "every row has ink"


def test_lengths_follow_the_segments(library: CropLibrary) -> None:
    spliced = Chromosome("1", (Segment("1", 0, 0.5), Segment("9", 0.5, 1)))
    heights = [library.draw_cell(rng(seed)).draw(rng(seed), spliced, 80).shape[0] for seed in range(20)]
    assert np.median(heights) == pytest.approx(40 + crop("9").shape[0] / 2, rel=0.08)


def test_a_third_copy_is_as_good_as_the_others(library: CropLibrary) -> None:
    material = library.draw_cell(rng())
    heights = [material.draw(rng(seed), normal_chromosome("21"), 80).shape[0] for seed in range(3)]
    assert max(heights) - min(heights) <= 4
