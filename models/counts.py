"""Which numbers of chromosomes are normal, and how likely others are: NumPy functions.

Autosomes are expected twice; X and Y together as XX or XY, because one X is normal beside a Y and not without one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES

COPY_NUMBERS = 5
"""The findings head tells 0, 1, 2, 3 and 4 copies apart."""

_NORMAL_SEX = ((2, 0), (1, 1))


def miscounted(copies: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Tell karyotypes with a wrong number of some chromosome: (..., 24) copies -> (...)."""
    autosomes, x, y = copies[..., : len(AUTOSOMES)], copies[..., -2], copies[..., -1]
    normal_sex = np.any([(x == some_x) & (y == some_y) for some_x, some_y in _NORMAL_SEX], axis=0)
    wrong: NDArray[np.bool_] = (autosomes != 2).any(axis=-1) | ~normal_sex
    return wrong


def miscount_probability(copies: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the probability that some chromosome is too many or missing, if they are counted independently.

    Args:
        copies: (..., 24, 5) probabilities of 0..4 copies, in the order of ``CHROMOSOMES``.

    Returns:
        (...), 0..1.
    """
    autosomes, x, y = copies[..., : len(AUTOSOMES), 2], copies[..., -2, :], copies[..., -1, :]
    normal_sex = np.sum([x[..., some_x] * y[..., some_y] for some_x, some_y in _NORMAL_SEX], axis=0)
    # the rounding of a softmax may pass 1 by a hair
    wrong: NDArray[np.float64] = np.clip(1.0 - np.prod(autosomes, axis=-1, dtype=np.float64) * normal_sex, 0.0, 1.0)
    return wrong
