"""Lessons for the crop network: the objects that the reader finds on simulated pages, and what they truly are.

The reader's own eyes cut them out, so that what touches, breaks or is only a caption looks to the network in training
as it will on the pages of a laboratory.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.reading.crops import Objects, Tell, find_objects
from models.simulation.karyograms import Karyogram
from models.simulation.karyotypes.segments import MARKER
from models.simulation.pages.arrangements import Standing

MARKER_COLUMN = len(CHROMOSOMES)
_COVERED = 0.45  # of a chromosome's box, by the object that is said to show it


@dataclass(frozen=True)
class Lesson:
    """The n objects of one page.

    ``objects``: as the reader finds them. ``shown``: (n, 25), how many of each chromosome each of them shows, and last
    of markers; all zero for junk. ``overlooked``: chromosomes that no object shows.
    """

    objects: Objects
    shown: NDArray[np.int64]
    overlooked: tuple[str, ...]


def lesson(karyogram: Karyogram, tell: Tell) -> Lesson:
    """Find the objects of a simulated page, by what its pixels are told to be, and say what they are."""
    objects = find_objects(karyogram.page.pixels, tell)
    shown = np.zeros((len(objects), MARKER_COLUMN + 1), np.int64)
    overlooked = []
    for standing, owner in zip(karyogram.page.standing, _owners(objects, karyogram.page.standing), strict=True):
        if owner is None:
            overlooked.append(standing.place)
        else:
            column = MARKER_COLUMN if standing.place == MARKER else CHROMOSOMES.index(standing.place)
            shown[owner, column] += 1
    return Lesson(objects, shown, tuple(overlooked))


def _owners(objects: Objects, standing: Sequence[Standing]) -> list[int | None]:
    """Return which object shows each chromosome: the one that covers most of its box and little else."""
    if not len(objects):
        return [None] * len(standing)
    boxes = np.array([one.box for one in standing])  # (m, 4)
    own = objects.boxes
    widths = np.minimum(own[:, 2], boxes[:, None, 2]) - np.maximum(own[:, 0], boxes[:, None, 0])  # (m, n)
    heights = np.minimum(own[:, 3], boxes[:, None, 3]) - np.maximum(own[:, 1], boxes[:, None, 1])
    shared = np.clip(widths, 0, None) * np.clip(heights, 0, None)
    covered = shared / _areas(boxes)[:, None]
    fits = covered + shared / (_areas(own) + _areas(boxes)[:, None] - shared)
    best = np.where(covered > _COVERED, fits, -1.0).argmax(axis=1)
    return [int(index) if covered[row, index] > _COVERED else None for row, index in enumerate(best)]


def _areas(boxes: NDArray[np.floating]) -> NDArray[np.floating]:
    areas: NDArray[np.floating] = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    return areas
