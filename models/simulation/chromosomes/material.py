"""What chromosomes are drawn from: a material turns a chromosome into a patch of darkness.

A patch is an array (height, width) of float32, cut to its ink: 0 background, 1 darkest. Materials yield patches at a
common scale in which chromosome 1, if it were straight, would be about ``height`` pixels tall.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.simulation.karyotypes.segments import Chromosome

Patch = NDArray[np.float32]


class Material(Protocol):
    """One cell's worth of drawing material."""

    @property
    def case(self) -> str:
        """The case of a real cell; empty for a painted one."""

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Draw a chromosome at the scale at which chromosome 1 is ``height`` pixels tall."""
