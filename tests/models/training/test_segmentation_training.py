"""Training the segmentation: patches of pages, and that a network learns from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.segmentation_set import SegmentationSet
from models.predicting.segmenter import Segmenter
from models.reading.segmentation import CHROMOSOME, NOTHING, SEAM
from models.training.progress import Reporter
from models.training.segmentation_training import PatchBatches, SegmentationPlan, draw_patch, train_segmentation_network

PATCH = 256


def bars() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """A page of dark bars, which are chromosomes, and pale ones, which are not."""
    page = np.zeros((300, 420, 3), np.uint8)
    page[..., 0] = 240
    for number, left in enumerate(range(20, 400, 40)):
        dark = number % 2 == 0
        page[60:150, left : left + 14] = (60, 190, CHROMOSOME) if dark else (180, 60, NOTHING)
    return page


@pytest.fixture
def found(tmp_path: Path) -> SegmentationSet:
    file = tmp_path / "page.npy"
    np.save(file, bars())
    return SegmentationSet((file,))


def test_patches_are_parts_of_the_page_and_paper_beyond() -> None:
    rng = np.random.default_rng(1)
    patches = [draw_patch(bars(), rng) for _ in range(40)]
    assert {patch.shape for patch in patches} == {(PATCH, PATCH, 3)}
    assert np.mean([(patch[..., 2] == CHROMOSOME).any() for patch in patches]) > 0.9
    small = draw_patch(bars()[50:160, :100], rng)
    assert small.shape == (PATCH, PATCH, 3)
    assert not small[110:, :, 1:].any()
    assert np.unique(small[110:, :, 0]).item() in (0, 255)


def test_batches_weigh_seams_more(tmp_path: Path) -> None:
    page = bars()
    page[60:150, 26:28, 2] = SEAM
    np.save(tmp_path / "page.npy", page)
    batches = PatchBatches(SegmentationSet((tmp_path / "page.npy",)), SegmentationPlan(patches=32))
    assert len(batches) == 4
    patches, kinds, weights = batches[0]
    assert patches.shape == (8, PATCH, PATCH, 2)
    assert (weights[kinds == SEAM] > 1).all()
    assert (weights[kinds != SEAM] == 1).all()
    np.testing.assert_array_equal(batches[0][0], patches)


def test_it_learns_to_tell_dark_bars_from_pale_ones(found: SegmentationSet) -> None:
    network = train_segmentation_network(
        SegmentationPlan(patches=160, learning_rate=4e-3, batch_size=4, seed=2), found, Reporter()
    )
    page = bars()
    kinds = Segmenter(network)(page[..., 0], np.multiply(page[..., 1], 1 / 255, dtype=np.float32)).kinds
    assert kinds.shape == page.shape[:2]
    chromosome, pale = page[..., 2] == CHROMOSOME, page[..., 0] == 180
    assert (kinds[chromosome] == CHROMOSOME).mean() > 0.7
    assert (kinds[pale] == CHROMOSOME).mean() < 0.3
