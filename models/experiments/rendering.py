"""Pictures of the data set as a network sees them, and again as a person does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.experiments.alpha import Original, paint
from models.experiments.augmentation import THESIS, Augmentation, Picture, copy_of
from models.experiments.record import Record
from models.experiments.sides import Copy

_BETWEEN = "-copy-"


def name_of(original: Original, copy: Copy) -> str:
    """Return the file name of a picture in a record: that of the original, and the number of the copy."""
    return f"{original.file}{_BETWEEN}{copy.copy}" if copy.copy else original.file


def render(
    known: Sequence[Original], pictures: Sequence[Copy], seed: int, how: Augmentation, size: int
) -> NDArray[np.uint8]:
    """Draw pictures, (N, size, size).

    Args:
        known: the karyograms.
        pictures: which copies of them.
        seed: of the data set.
        how: the augmentation.
        size: side of the pictures in pixels, to which those of the augmentation are shrunk.
    """
    drawn = np.empty((len(pictures), size, size), np.uint8)
    for index, copy in enumerate(pictures):
        original = known[copy.original]
        picture = copy_of(original.page, original.file, copy.copy, seed, how)
        drawn[index] = np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.BOX))
    return drawn


def repaint(record: Record, file: str) -> Picture:
    """Draw a test picture of a record again, (416, 416), before it was shrunk to the size of the network.

    Raises:
        ValueError: the record is of the real edition, whose pictures are not part of the project, or has no such file.
    """
    if record.edition != "simulated":
        raise ValueError(f"edition must be simulated to be painted again, got {record.edition!r}")
    original, _, number = file.partition(_BETWEEN)
    options = record.configuration.augmentation
    how = Augmentation(**options) if options else THESIS
    if file not in record.predictions.file:
        raise ValueError(f"file must be one of the test set of {record.name}, got {file!r}")
    return copy_of(paint(record.seed, original), original, int(number or 0), record.seed, how)
