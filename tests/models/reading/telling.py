"""Telling the pixels of drawn pages apart without a network: there is nothing on them but chromosomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.reading.segmentation import CHROMOSOME, NOTHING, Kinds


def by_darkness(page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Kinds:
    """What is dark is chromosome."""
    assert page.shape == darkness.shape
    return np.where(darkness > 0.2, CHROMOSOME, NOTHING).astype(np.uint8)
