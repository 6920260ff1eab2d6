"""The alpha data set in both editions; the real one from a folder of painted pages: the real data may not be there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from models.datasets.labels import LabelsError
from models.experiments.alpha import ALPHA, Source, originals, paint
from models.experiments.record import Counts
from models.simulation.karyograms import painted, simulate
from models.simulation.pages.families import Variety
from tests.crops import write_library


def test_the_data_set_is_as_large_as_the_thesis_says() -> None:
    assert (ALPHA.normal, ALPHA.abnormal, ALPHA.total) == (105, 41, 146)


def test_the_simulated_edition_is_painted_again_from_seed_and_name() -> None:
    known = originals(Source("simulated", 3, Counts(2, 2)))
    assert [(item.file, item.abnormal) for item in known] == [
        ("normal-001", False),
        ("normal-002", False),
        ("abnormal-001", True),
        ("abnormal-002", True),
    ]
    assert len({item.case_id for item in known}) == 4
    for item in known:
        np.testing.assert_array_equal(item.page, paint(3, item.file))
    assert paint(3, "normal-001").tobytes() != paint(4, "normal-001").tobytes()
    with pytest.raises(ValueError, match="got 'P001_c1'"):
        paint(3, "P001_c1")


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Six normal karyograms and two abnormal ones; P002, P005, P008 and P011 are validation cases."""
    folder = tmp_path_factory.mktemp("real")
    lines = ["file,case_id,label"]
    labelled = [(f"P00{number}", "normal") for number in (1, 2, 4, 5, 7, 8)] + [
        ("P011", "abnormal"),
        ("P012", "abnormal"),
    ]
    for case, label in labelled:
        page = simulate(np.random.default_rng(1), painted, 0.0, width=300, variety=Variety.FIXED).page.pixels
        Image.fromarray(page).save(folder / f"{case}.png")
        lines.append(f"{case}.png,{case},{label}")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder, write_library(folder / "crops.zip", ("P001", "P002", "P005"))


def test_the_real_edition_recombines_both_classes_alike_and_from_validation_cases(real: tuple[Path, Path]) -> None:
    folder, crops = real
    known = originals(Source("real", 1, Counts(6, 2), folder, crops))
    normal, abnormal = ([item for item in known if item.abnormal is label] for label in (False, True))
    assert (len(normal), len(abnormal)) == (6, 2)
    # one of two abnormal ones is real, so three of the six normal ones are
    assert [item.file.startswith("recombined") for item in normal] == [False] * 3 + [True] * 3
    assert [item.file.startswith("recombined") for item in abnormal] == [False, True]
    assert all(int(re.sub(r"\D", "", item.case_id)) % 3 == 2 for item in known)


def test_the_real_edition_needs_its_data(real: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(LabelsError, match="got none"):
        originals(Source("real", 1, Counts(6, 2)))
    (tmp_path / "labels.csv").write_text("file,case_id,label\nP002.png,P002,normal\n")
    (tmp_path / "P002.png").write_bytes((real[0] / "P002.png").read_bytes())
    with pytest.raises(LabelsError, match="normal and abnormal validation cases"):
        originals(Source("real", 1, Counts(6, 2), tmp_path, real[1]))


def test_the_real_karyograms_suffice_for_it(shared_data: Path) -> None:
    known = originals(Source("real", 1, Counts(20, 8), shared_data / "karyograms", shared_data / "chromosomes.zip"))
    assert (len(known), sum(item.abnormal for item in known)) == (28, 8)
    assert len({item.file for item in known}) == 28
