"""Pages to warm a model up with: judging them makes ready whatever the first real pages would have to wait for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.karyograms import painted, simulate

_WIDTHS: Final = (720, 500)


def warming_pages() -> list[NDArray[np.uint8]]:
    """Return simulated karyograms, so that there are chromosomes to be read, of different shapes.

    Returns:
        Grey pages, (height, width), dark on light; the same ones each time.
    """
    return [
        simulate(np.random.default_rng(seed), painted, abnormal_share=0.0, width=width).page.pixels
        for seed, width in enumerate(_WIDTHS)
    ]
