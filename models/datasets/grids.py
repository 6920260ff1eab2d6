"""What the source task asks: which chromosomes, and which changes, stand in each cell of a picture.

A picture keeps only the places of them. These are small on disk, follow the picture where it is moved, and tell the
grid of any lattice.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.networks.lattices import Lattice

GRID_CHANNELS = len(CHROMOSOMES) + 1
"""One for each chromosome, and the last one for changes."""

NOTHING = -1
"""The channel of a place that is not used."""


def grids(
    places: NDArray[np.float32], channels: NDArray[np.int8], lattice: Lattice, number: int
) -> NDArray[np.float32]:
    """Count what stands in each cell of N pictures.

    Args:
        places: (N, M, 2), x and y in sides of the picture.
        channels: (N, M), in which channel each of them counts, or ``NOTHING``.
        lattice: of the cells.
        number: how many channels to count, from the first.

    Returns:
        (N, g, g, ``number``); each place adds one, shared between the four cells whose centres are nearest.
    """
    picture, mark = np.nonzero((channels > NOTHING) & (channels < number))  # (m,) each
    at = lattice.index(places[picture, mark])  # (m, 2)
    first = at.astype(np.int64)
    aside = at - first
    counted = np.zeros((len(places), lattice.cells, lattice.cells, number), np.float32)
    for step in product((0, 1), repeat=2):  # to the right, and down
        column, row = np.minimum(first + step, lattice.cells - 1).T
        share = np.abs(1 - np.array(step) - aside).prod(axis=1)
        where = np.ravel_multi_index((picture, row, column, channels[picture, mark]), counted.shape)
        np.add.at(counted.reshape(-1), where, share.astype(np.float32))
    return counted
