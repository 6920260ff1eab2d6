"""The alpha data set in both editions; the real one from a folder of painted pages: the real data may not be there."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.datasets.labels import LabelsError, Page
from models.experiments.alpha import ALPHA, Source, originals, paint
from models.experiments.record import Counts
from models.simulation.karyograms import painted, simulate
from models.simulation.pages.families import Variety
from tests.crops import write_library

Floats = NDArray[np.float64]

# of pages of seed 1: their height, then 8 rows of 12 boxes each of the mean grey and of its spread, a byte a box
PINNED = {
    "normal-001": (
        463,
        "f7c4fccff8e7f3fce2fbedf6fcbdfcbcfbcee6fcbafacfe9eee3ebeee3f0f3ecf6ebf3f4edd9ddecc9e8dfd0f0cce2e3"
        "f2d6e5e5e1edfad8eee5e8e9fcf2f8f7f5f9fcf1faf6f5f0ebe5dbfaeeece2fcecfcf4e5fbfaf9fcfafaf8fcfbfcfbfb"
        "153a0337112b1d002e0925190037003907382f003b0b372c262d26252c221d2618281d1c2735312a392b31372338302f"
        "1e35302b2c250c32232a292a072117191d130023111a1b242d2c310d232f2c0025011a300c0f13000e0e140009000809",
    ),
    "abnormal-001": (
        521,
        "f3f7eef7ecf2f1f2f2eff3f4f4f8def7dbf8e1eeeee6f5f7f4f8f6e5f6e7eeefedeef8f6f5f8f8eef0edf0f0f0f7f8f6"
        "f6f5f8f5e9f3eaefeef7f6f5f6eaf7e6f7e8f1f0eef5ecf4f7f8f8f0f3f0f4f5f2f7f8f4f4f4f4f5edf5f6f4f6f7f7f3"
        "0f0617081b1313121216100d0d002305240523191a210f070d000b1f0b1e1817191904090c000218151916151708000a"
        "0a0c000e1c101c1719060d0c091d061c061b1416160e1a0d0700031511130e0d1107000d0e0d0d0c170b0a0e09060610",
    ),
    "abnormal-041": (
        879,
        "fafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafafae4dcdfe5e2e1e3e4e6e7ebf6"
        "f9f9faf9f9f9f9f9f9f9f9fae5e1e1e5e7e8e8ecf6e7f8fafafafafafafafafafafafafafafafafafafafafafafafafa"
        "000000000000000000000000000000000000000000000000000000000000000000000000343b38333736343332302c17"
        "090c090b0c0b0d0b0c0c0d0634373834322f2f2b17321100000000000000000000000000000000000000000000000000",
    ),
}


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


def coarse(page: Page) -> Floats:
    """Mean and spread of the grey in 8 rows of 12 boxes, (2, 8, 12): what no rounding moves by a grey."""
    grey = page.astype(np.float32)
    mean, square = (
        np.asarray(Image.fromarray(values).resize((12, 8), Image.Resampling.BOX), np.float64)
        for values in (grey, grey**2)
    )
    return np.stack([mean, np.sqrt(np.maximum(square - mean**2, 0.0))])


def likely_the_same(page: Page, file: str) -> bool:
    height, pinned = PINNED[file]
    expected = np.frombuffer(bytes.fromhex(pinned), np.uint8).reshape(2, 8, 12)
    return page.shape == (height, 560) and bool((np.abs(coarse(page) - expected) < 1.0).all())


@pytest.mark.parametrize("file", PINNED)
def test_the_pictures_behind_the_records_are_still_painted_so(file: str) -> None:
    """If it fails, the simulation has changed: raise ``plan.VERSION`` and do the records of this edition again."""
    assert likely_the_same(paint(1, file), file)


def test_little_changes_of_a_page_are_noticed_and_roundings_are_not() -> None:
    page, rng = paint(1, "normal-001"), np.random.default_rng(0)
    rounded = np.where(rng.random(page.shape) < 0.01, np.minimum(page, 254) + 1, page).astype(np.uint8)
    assert likely_the_same(rounded, "normal-001")
    noisy = np.clip(page + rng.normal(0.0, 3.0, page.shape), 0, 255).astype(np.uint8)
    for changed in (np.roll(page, 1, axis=1), (page * 0.98).astype(np.uint8), noisy, paint(2, "normal-001")):
        assert not likely_the_same(changed, "normal-001")


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
