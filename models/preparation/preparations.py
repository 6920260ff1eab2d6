"""The ways to prepare a page for a network, by their names on model cards.

A network sees pictures prepared in the way that it has learnt from, and no other: simulated pages and the pages of a
laboratory all go through here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.preparation import framing, packing
from models.preparation.framing import Framing


class Placement(Protocol):
    """Where the parts of a page lie on its picture."""

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where on the picture a point of the page lies: (x, y), from pixels of the page to sides of it."""
        ...

    def on_page(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], Framing]:
        """Return a map of the picture, (g, g), as a map of the page, (h, h), and the square of the page it covers."""
        ...


Preparation = Callable[[NDArray[np.uint8], int], tuple[NDArray[np.uint8], Placement]]
"""From a grey page, (height, width), and a side to a picture, (side, side), black on white, and its placement."""

PREPARATIONS: Mapping[str, Preparation] = MappingProxyType({framing.NAME: framing.frame, packing.NAME: packing.pack})
