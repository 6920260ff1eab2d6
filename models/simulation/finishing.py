"""What microscope and program do to all chromosomes of a cell alike: focus and sharpening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import ndimage

from models.simulation.warping import Strip

_FINEST_BLUR = 0.25


@dataclass(frozen=True)
class Finish:
    """The finish of a cell; lengths are relative to the height of chromosome 1.

    ``blur``: standard deviation. ``unequal``: how much it differs between chromosomes, 0 not at all. ``sharpening``: 0
    none, 2 harsh; ``halo``: its standard deviation.
    """

    blur: float
    unequal: float
    sharpening: float
    halo: float

    def apply(self, rng: np.random.Generator, strip: Strip, height: float, ring: bool = False) -> Strip:
        """Finish one chromosome; ``height``: of chromosome 1, in rows of the strip; ``ring``: its ends are joined."""
        ends: Literal["wrap", "constant"] = "wrap" if ring else "constant"
        sigma = self.blur * height * float(np.exp(rng.normal(0, self.unequal)))
        if sigma > _FINEST_BLUR:
            strip = ndimage.gaussian_filter(strip, sigma, mode=[ends, "constant"], truncate=2.5)
        if self.sharpening > 0:
            soft = ndimage.gaussian_filter(strip, self.halo * height, mode=[ends, "constant"], truncate=2.0)
            strip = strip + np.float32(self.sharpening) * (strip - soft)
        return np.clip(strip, 0, 1, out=strip)


def draw_finish(rng: np.random.Generator, blur: float) -> Finish:
    """Draw the finish of a cell; ``blur``: the most there may be."""
    sharpened = rng.random() < 0.3
    return Finish(
        blur=rng.uniform(0, 1) ** 1.5 * blur,
        unequal=rng.uniform(0, 0.3),
        sharpening=rng.uniform(0.3, 1.6) if sharpened else 0.0,
        halo=rng.uniform(0.008, 0.02),
    )
