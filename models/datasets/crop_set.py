"""Lessons for the crop network, written to disk once in parts and read as they are needed, never all in memory.

Part ``i`` of a set depends on its recipe and ``i`` alone: any number of processes writes the same bytes.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.datasets.crop_lessons import Lesson, lesson
from models.datasets.simulated_set import Recipe, draw_karyogram
from models.reading.crops import Objects
from models.simulation.karyograms import Karyogram
from models.simulation.karyotypes.karyotype import Kind

_PAGES_A_PART = 50
_COLUMNS = ("shown", "areas", "gaps", "sure", "rows", "page")
_TRUTHS = ("changed", "invented")


@dataclass(frozen=True)
class CropSet:
    """The N objects of many pages.

    ``parts``: their crops, (n, height, width) of uint8 each, mapped from disk. ``shown``: (N, 25), what each object
    shows, see ``models.datasets.crop_lessons.Lesson``. ``areas``, ``gaps``, ``sure`` and ``rows``: (N,), as in
    ``models.reading.crops.Objects``. ``page``: (N,), the number of its page. By page: ``changed``: (P, 24), whether a
    copy of each chromosome is structurally changed. ``invented``: (P,), whether its karyotype occurs in no patient.
    """

    parts: tuple[NDArray[np.uint8], ...]
    shown: NDArray[np.int64]
    areas: NDArray[np.float64]
    gaps: NDArray[np.float64]
    sure: NDArray[np.float64]
    rows: NDArray[np.int64]
    page: NDArray[np.int64]
    changed: NDArray[np.bool_]
    invented: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.shown)

    def crops(self, which: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Read the crops of these numbers, (B,) -> (B, height, width)."""
        ends = np.cumsum([len(part) for part in self.parts])
        part = np.searchsorted(ends, which, side="right")
        return np.stack([self.parts[p][i - ends[p]] for p, i in zip(part, which, strict=True)])

    def objects(self, page: int) -> Objects:
        """Return the objects of a page, as found; where on the page they stand is not kept."""
        own = np.flatnonzero(self.page == page)
        nowhere = np.zeros((len(own), 4))
        return Objects(self.crops(own), nowhere, self.rows[own], self.areas[own], self.gaps[own], self.sure[own])

    @classmethod
    def write(cls, folder: Path, recipe: Recipe, pages: int, segmentation: Path) -> CropSet:
        """Find the objects of ``pages`` simulated pages, on all cores; kept if already there.

        Args:
            folder: where to write.
            recipe: of the pages.
            pages: how many.
            segmentation: weights of the network that tells what the pixels of a page are.
        """
        starts = range(0, pages, _PAGES_A_PART)
        ranges = [range(start, min(start + _PAGES_A_PART, pages)) for start in starts]
        done = folder / "complete"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            workers = min(os.cpu_count() or 1, len(ranges))  # each loads the network
            jobs = [(folder, recipe, ranges[worker::workers], segmentation) for worker in range(workers)]
            if workers == 1:  # to start another process takes seconds
                _write_parts(*jobs[0])
            else:
                # spawned, not forked: a process that has computed with a network must not be copied
                with multiprocessing.get_context("spawn").Pool(workers) as pool:
                    pool.starmap(_write_parts, jobs)
            done.touch()
        columns = [dict(np.load(_columns_file(folder, start))) for start in starts]
        parts = tuple(np.load(_crops_file(folder, start), mmap_mode="r") for start in starts)
        return cls(parts, **{name: np.concatenate([part[name] for part in columns]) for name in _COLUMNS + _TRUTHS})


def _write_parts(folder: Path, recipe: Recipe, parts: Sequence[range], segmentation: Path) -> None:
    # late: what was written before is read without a network
    from models.predicting.segmenter import Segmenter

    source, segmenter = recipe.material(), Segmenter.load(segmentation)
    for numbers in parts:
        drawn = [draw_karyogram(recipe, source, number) for number in numbers]
        lessons = [lesson(karyogram, segmenter) for karyogram in drawn]
        np.save(_crops_file(folder, numbers.start), np.concatenate([one.objects.crops for one in lessons]))
        columns = {**_columns(lessons, numbers.start), **_truths(drawn)}
        np.savez(_columns_file(folder, numbers.start), allow_pickle=False, **columns)


def _columns(lessons: Sequence[Lesson], start: int) -> dict[str, NDArray[Any]]:
    objects = [one.objects for one in lessons]
    return {
        "shown": np.concatenate([one.shown for one in lessons]),
        "areas": np.concatenate([one.areas for one in objects]),
        "gaps": np.concatenate([one.gaps for one in objects]),
        "sure": np.concatenate([one.sure for one in objects]),
        "rows": np.concatenate([one.rows for one in objects]),
        "page": np.repeat(np.arange(start, start + len(lessons)), [len(one) for one in objects]),
    }


def _truths(drawn: Sequence[Karyogram]) -> dict[str, NDArray[Any]]:
    karyotypes = [karyogram.karyotype for karyogram in drawn]
    return {
        "changed": np.array([[karyotype.changed(name) for name in CHROMOSOMES] for karyotype in karyotypes], np.bool_),
        "invented": np.array([karyotype.kind in (Kind.DENSE, Kind.REARRANGED) for karyotype in karyotypes], np.bool_),
    }


def _crops_file(folder: Path, start: int) -> Path:
    return folder / f"crops-{start:06}.npy"


def _columns_file(folder: Path, start: int) -> Path:
    return folder / f"columns-{start:06}.npz"
