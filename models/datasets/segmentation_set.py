"""Lessons for the segmentation network: simulated pages and what each of their pixels is, on disk, a file a page.

Page ``i`` of a set depends on its recipe and ``i`` alone: any number of processes writes the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.datasets.simulated_set import Recipe, draw_karyogram
from models.preparation.pieces import measure, typical_height
from models.reading.segmentation import CHROMOSOME, SEAM, Kinds, fitting_side, working
from models.simulation.pages.arrangements import Owners
from models.simulation.pages.page import Page

_SIZES = (0.45, 1.4)  # of the size that fits, from that of many pages at a glance
_CLOSED = np.ones((5, 5), np.bool_)  # pale bands are chromosome too


@dataclass(frozen=True)
class SegmentationSet:
    """Pages on disk, each of its own size: grey, darkness and kind of each pixel, (H, W, 3) uint8."""

    files: tuple[Path, ...]

    def __len__(self) -> int:
        return len(self.files)

    def page(self, number: int) -> NDArray[np.uint8]:
        """Map a page from disk, (H, W, 3)."""
        page: NDArray[np.uint8] = np.load(self.files[number], mmap_mode="r")
        return page

    @classmethod
    def write(cls, folder: Path, recipe: Recipe, pages: int) -> SegmentationSet:
        """Simulate ``pages`` pages, on all cores; kept if already there."""
        done = folder / "complete"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            workers = os.cpu_count() or 1
            jobs = [(folder, recipe, range(worker, pages, workers)) for worker in range(workers)]
            # spawned, not forked: a process that has computed with a network must not be copied
            with multiprocessing.get_context("spawn").Pool(workers) as pool:
                pool.starmap(_write_pages, jobs)
            done.touch()
        return cls(tuple(_file(folder, number) for number in range(pages)))


def segmentation_lesson(page: Page, size: float) -> NDArray[np.uint8]:
    """Return a page as the segmentation network sees it and what each pixel is, (H, W, 3) uint8.

    Args:
        page: simulated.
        size: of the page, in sizes that fit its chromosomes.
    """
    boxes, areas = measure(page.owners.astype(np.int32))
    fitting = fitting_side(typical_height(boxes, areas), max(page.pixels.shape))
    grey, darkness = working(page.pixels, round(fitting * size))
    owners = Image.fromarray(page.owners).resize(grey.shape[::-1], Image.Resampling.NEAREST)
    return np.stack([grey, np.rint(255 * darkness).astype(np.uint8), _kinds(np.array(owners))], axis=-1)


def _kinds(owners: Owners) -> Kinds:
    """Say what each pixel is: seams run where two owners are at most one pixel apart."""
    owners = _whole(owners)
    nobody = np.iinfo(owners.dtype).max
    highest = ndimage.maximum_filter(owners, 3)
    lowest = ndimage.minimum_filter(np.where(owners > 0, owners, nobody), 3)
    kinds = np.where(owners > 0, CHROMOSOME, 0).astype(np.uint8)
    kinds[(highest != lowest) & (lowest < nobody)] = SEAM
    return kinds


def _whole(owners: Owners) -> Owners:
    """Close gaps and fill holes of each chromosome, where nobody else is."""
    whole = owners.copy()
    for number, window in enumerate(ndimage.find_objects(owners), 1):
        if window is None:
            continue
        own = np.pad(owners[window] == number, 3)
        closed = ndimage.binary_fill_holes(ndimage.binary_closing(own, _CLOSED))[3:-3, 3:-3]
        whole[window][closed & (whole[window] == 0)] = number
    return whole


def _write_pages(folder: Path, recipe: Recipe, numbers: Sequence[int]) -> None:
    source = recipe.material()
    for number in numbers:
        size = float(np.exp(np.random.default_rng([recipe.seed, number, 2]).uniform(*np.log(_SIZES))))
        np.save(_file(folder, number), segmentation_lesson(draw_karyogram(recipe, source, number).page, size))


def _file(folder: Path, number: int) -> Path:
    return folder / f"page-{number:06}.npy"
