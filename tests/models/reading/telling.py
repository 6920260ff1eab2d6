"""Telling the pixels of drawn pages apart without a network: there is nothing on them but chromosomes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.reading.segmentation import CHROMOSOME, NOTHING, Told


def by_darkness(page: NDArray[np.uint8], darkness: NDArray[np.float32]) -> Told:
    """What is dark is chromosome, and surely so."""
    assert page.shape == darkness.shape
    dark = darkness > 0.2
    return Told(np.where(dark, CHROMOSOME, NOTHING).astype(np.uint8), dark.astype(np.float32))
