"""Where the cells of a feature map lie on the picture it was computed from.

A convolution without padding moves and shrinks a map: the cells of InceptionV3 stand in the middle of the picture and
those of VGG16 fill it. What is read off a map cell by cell must be compared with what stands at the centre of that very
cell. Source: Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from models.networks.choices import Architecture

_CENTRES: Mapping[str, Mapping[str, tuple[float, int]]] = MappingProxyType(
    {
        Architecture.VGG16: {"block4_conv3": (4.0, 8), "block5_conv3": (8.0, 16), "block5_pool": (16.0, 32)},
        Architecture.INCEPTION_V3: {"mixed2": (13.5, 8), "mixed7": (21.5, 16), "mixed10": (37.5, 32)},
    }
)
"""By layer of a backbone: the centre of its first cell, and from each to the next, in pixels of the picture."""


@dataclass(frozen=True)
class Lattice:
    """A square lattice of cells on a square picture, the same from left to right and from top to bottom.

    ``first``: centre of the first cell, and ``step``: from each to the next, in sides of the picture; ``cells`` a side.
    """

    first: float
    step: float
    cells: int

    @classmethod
    def even(cls, cells: int) -> Lattice:
        """Return the lattice whose cells fill the picture."""
        return cls(0.5 / cells, 1.0 / cells, cells)

    @classmethod
    def of_layer(cls, architecture: str, layer: str, size: int, cells: int) -> Lattice:
        """Return the lattice of a layer.

        Args:
            architecture: a value of ``models.networks.choices.Architecture``.
            layer: of its backbone; one of those that are read cell by cell.
            size: side of the picture, in pixels.
            cells: side of the layer's map.
        """
        first, step = _CENTRES[architecture][layer]
        return cls(first / size, step / size, cells)

    def index(self, place: float | NDArray[np.floating]) -> NDArray[np.float64]:
        """Return between which cells a place lies, 0 at the centre of the first one; none lies outside of the centres.

        Args:
            place: from the left or the top of the picture, in its sides.
        """
        between: NDArray[np.float64] = np.clip((np.asarray(place) - self.first) / self.step, 0.0, self.cells - 1.0)
        return between
