"""Batches of crops for the crop network, each view of a crop a little different from the one before."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.datasets.crop_lessons import MARKER_COLUMN
from models.datasets.crop_set import CropSet
from models.networks.crop_network import COPIES

_JUNK = 0.25  # of the crops of a batch: what a network seldom sees it does not learn
_UPSIDE_DOWN = 0.08
_SIZE, _SLIMNESS, _TILT, _SHIFT = 0.05, 0.03, 3.0, 1.5  # logarithms, degrees, pixels; standard deviations
_GAMMA, _DENSITY = 0.25, (0.8, 1.1)
_NOISY, _NOISE = 0.3, 0.05

Crops = NDArray[np.uint8]
Batch = tuple[Crops, dict[str, NDArray[Any]], dict[str, NDArray[Any]]]


class CropBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches as ``fit`` takes them; batch ``i`` depends on the seed and ``i`` alone."""

    def __init__(self, found: CropSet, size: int, *, steps: int, seed: int) -> None:
        """Draw ``steps`` batches of ``size`` objects."""
        super().__init__(workers=1, max_queue_size=6)
        self._found, self._size, self._steps, self._seed = found, size, steps, seed
        junk = ~found.shown.any(axis=1)
        self._junk, self._others = np.flatnonzero(junk), np.flatnonzero(~junk)

    def __len__(self) -> int:
        return self._steps

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng([self._seed, index])
        which = np.sort(self._draw(rng))
        crops, upright = vary(self._found.crops(which), rng)
        return crops, *_targets(self._found.shown[which], upright)

    def _draw(self, rng: np.random.Generator) -> NDArray[np.int64]:
        """Draw objects, of which so many are junk, whatever share of all it is."""
        few = int(rng.binomial(self._size, _JUNK)) if len(self._junk) else 0
        return np.concatenate([rng.choice(self._junk, few), rng.choice(self._others, self._size - few)])


def vary(crops: Crops, rng: np.random.Generator) -> tuple[Crops, NDArray[np.bool_]]:
    """Turn, stretch, mirror and stain crops anew, (B, height, width), and say which still stand upright, (B,)."""
    count = len(crops)
    moved = np.stack([_moved(crop, rng) for crop in crops])
    mirrored, upright = rng.random(count) < 0.5, rng.random(count) >= _UPSIDE_DOWN
    moved[mirrored] = moved[mirrored, :, ::-1]
    moved[~upright] = moved[~upright, ::-1]
    ink = (255 - moved.astype(np.float32)) / 255
    gamma = np.exp(rng.normal(0, _GAMMA, (count, 1, 1)))
    ink = np.clip(rng.uniform(*_DENSITY, (count, 1, 1)) * ink**gamma, 0, 1)
    noise = (rng.random((count, 1, 1)) < _NOISY) * rng.uniform(0, _NOISE, (count, 1, 1))
    ink += noise * rng.normal(0, 1, ink.shape) * (ink > 0)
    return np.rint(255 * (1 - np.clip(ink, 0, 1))).astype(np.uint8), upright


def _moved(crop: Crops, rng: np.random.Generator) -> Crops:
    """Turn, stretch and shift one crop, around its middle."""
    height, width = crop.shape
    size, slim = np.exp(rng.normal(0, (_SIZE, _SLIMNESS)))
    tilt = np.deg2rad(rng.normal(0, _TILT))
    x, y = np.array([width / 2, height / 2]) + rng.normal(0, _SHIFT, 2)
    along, across = np.cos(tilt) / size, np.sin(tilt) / size
    matrix = (
        *(along / slim, across, width / 2 - along / slim * x - across * y),
        *(-across / slim, along, height / 2 + across / slim * x - along * y),
    )
    turned = Image.fromarray(crop).transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=255
    )
    return np.asarray(turned)


def _targets(
    shown: NDArray[np.int64], upright: NDArray[np.bool_]
) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """Return what crops show by output, and how much each of them counts; junk has neither number nor way up."""
    number = shown[:, :MARKER_COLUMN].sum(axis=1)
    classes = shown.astype(np.float32)
    classes[:, MARKER_COLUMN] = number == 0  # a marker is none of the 24 either
    classes /= classes.sum(axis=1, keepdims=True)
    real = (number > 0).astype(np.float32)
    targets = {
        "classes": classes,
        "copies": np.clip(number, 1, COPIES) - 1,
        "upright": upright.astype(np.float32)[:, None],
    }
    return targets, {"classes": np.ones(len(shown), np.float32), "copies": real, "upright": real}
