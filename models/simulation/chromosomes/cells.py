"""Real cells: the crops of their chromosomes, and what these have in common."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.simulation.chromosomes.straightening import Straight, straighten
from models.simulation.karyotypes.bands import bandings

_LEVEL = 550
_INK = 30
_QUANTILES = np.linspace(0, 1, 17)


class Crop:
    """The picture of one chromosome, (height, width) uint8, on white."""

    def __init__(self, pixels: NDArray[np.uint8]) -> None:
        """Keep a picture."""
        self.pixels = pixels

    @cached_property
    def straight(self) -> Straight:
        """The chromosome straightened; when first asked for, because a library has thousands."""
        return straighten(self.pixels)


class Cell:
    """The crops of one cell by chromosome, and the case it is of."""

    def __init__(self, crops: dict[str, list[Crop]], case: str) -> None:
        """Keep the crops of a cell."""
        self.crops, self.case = crops, case

    @cached_property
    def scale(self) -> float:
        """The length of chromosome 1 in pixels, as all crops of the cell tell it."""
        table = bandings(_LEVEL)
        lengths = [crop.straight.length / table[name].length for name, crops in self.crops.items() for crop in crops]
        return float(np.median(lengths))

    @cached_property
    def thickness(self) -> float:
        """How thick its chromosomes are, as a fraction of ``scale``."""
        return float(np.median([crop.straight.thickness for crop in self._all])) / self.scale

    @cached_property
    def tone(self) -> NDArray[np.float64]:
        """Quantiles of its ink from the lightest to the darkest, 0..255, (17,)."""
        ink = np.concatenate([255 - crop.pixels.ravel() for crop in self._all])
        return np.quantile(ink[ink > _INK], _QUANTILES) if (ink > _INK).any() else 255 * _QUANTILES

    @cached_property
    def look(self) -> NDArray[np.float64]:
        """How wide, dark, contrasty and sharp its chromosomes are, each about 0..1, (4,)."""
        inks = [255.0 - crop.pixels for crop in self._all]
        area, heights = sum((ink > _INK).sum() for ink in inks), sum(ink.shape[0] for ink in inks)
        steps = sum(np.abs(np.diff(ink, axis=0)).sum() for ink in inks) / max(sum(ink.sum() for ink in inks), 1.0)
        light, middle, dark = self.tone[[3, 8, 13]] / 255
        return np.array([area / heights**2 * len(inks), middle, dark - light, steps])

    @property
    def _all(self) -> list[Crop]:
        return [crop for crops in self.crops.values() for crop in crops]
