"""How pictures of one origin look to a network, and how to make those of another origin look alike.

A head that learns from real normal karyograms and simulated abnormal ones would first of all learn to tell real from
simulated, and call whatever is real normal. So the features of simulated karyograms are first moved to where those of
the site are: channel by channel, so that the normal ones of both have the same mean and spread. Whether a karyogram is
abnormal then shows in nothing but what is abnormal about it. Source: Sun and Saenko 2016 (CORAL), its diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap
from numpy.typing import NDArray

Features = NDArray[np.float16]

_CHUNK = 64
_SMALLEST_SPREAD = 1e-3
_MOST_STRETCH = 4.0


@dataclass(frozen=True)
class Look:
    """Mean and spread of each channel of features, (C,) each."""

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]


def look_of(features: Features, which: NDArray[np.int64]) -> Look:
    """Measure the look of some pictures.

    Args:
        features: (N, rows, columns, C).
        which: the numbers of the pictures, at least one.
    """
    count = 0
    total, squares = np.zeros(features.shape[-1]), np.zeros(features.shape[-1])
    for start in range(0, len(which), _CHUNK):
        part = features[which[start : start + _CHUNK]].astype(np.float64).reshape(-1, features.shape[-1])
        count += len(part)
        total += part.sum(axis=0)
        squares += (part**2).sum(axis=0)
    mean = total / count
    return Look(mean, np.sqrt(np.maximum(squares / count - mean**2, 0.0)))


def moved(features: Features, own: Look, wanted: Look, file: Path) -> Features:
    """Write features, (N, rows, columns, C), as they would be with another look; what falls below zero is zero.

    Args:
        features: what follows a rectifier, and so is never below zero.
        own: the look that they have.
        wanted: the look that they are to have.
        file: where they are written, and mapped from.
    """
    # a channel that is silent in one of both places tells nothing about its scale
    stretch = np.clip(wanted.spread / np.maximum(own.spread, _SMALLEST_SPREAD), 1 / _MOST_STRETCH, _MOST_STRETCH)
    written = open_memmap(file, mode="w+", dtype=np.float16, shape=features.shape)
    for start in range(0, len(features), _CHUNK):
        part = slice(start, start + _CHUNK)
        written[part] = np.maximum((features[part] - own.mean) * stretch + wanted.mean, 0.0)
    written.flush()
    return written
