"""Gaussian kernels, kept: thousands of chromosomes are blurred by nearly the same few."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

_STEP = 0.05
_REACH = 2.5


def gaussian(sigma: float) -> NDArray[np.float64]:
    """Return the weights of a Gaussian, for ``ndimage.correlate1d``; ``sigma`` in pixels, to the nearest twentieth."""
    return _gaussian(max(round(sigma / _STEP), 1))


@cache
def _gaussian(steps: int) -> NDArray[np.float64]:
    reach = math.ceil(_REACH * steps * _STEP)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (steps * _STEP)) ** 2)
    return np.asarray(kernel / kernel.sum())
