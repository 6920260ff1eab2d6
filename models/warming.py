"""Pages to warm a model up with: judging them makes ready whatever the first real pages would have to wait for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.karyograms import painted, simulate

_WIDTH: Final = 720
# height over width: the network that reads pages is made ready for each shape of a page by itself
_SHAPES: Final = (1 / 1, 3 / 4, 7 / 9, 4 / 5, 2 / 3, 9 / 16, 4 / 3)


def warming_pages() -> list[NDArray[np.uint8]]:
    """Return a simulated karyogram, so that there are chromosomes to be read, and empty pages of the usual shapes.

    Returns:
        Grey pages, (height, width), dark on light; the same ones each time.
    """
    karyogram = simulate(np.random.default_rng(0), painted, abnormal_share=0.0, width=_WIDTH).page.pixels
    return [karyogram, *(np.full((round(_WIDTH * shape), _WIDTH), 255, np.uint8) for shape in _SHAPES)]
