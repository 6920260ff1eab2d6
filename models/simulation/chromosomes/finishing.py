"""What microscope and program do to all chromosomes of a cell alike: focus and sharpening."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from models.simulation.chromosomes.kernels import gaussian
from models.simulation.chromosomes.warping import Strip

_FINEST_BLUR = 0.35


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
        sigma = self.blur * height * math.exp(self.unequal * rng.standard_normal())
        if sigma > _FINEST_BLUR:
            strip = _blurred(strip, sigma, ring)
        if self.sharpening > 0:
            strip = strip + np.float32(self.sharpening) * (strip - _blurred(strip, self.halo * height, ring))
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


def _blurred(strip: Strip, sigma: float, ring: bool) -> Strip:
    kernel = gaussian(sigma)
    down: Strip = ndimage.correlate1d(strip, kernel, 0, np.float32, mode="wrap" if ring else "constant")
    return ndimage.correlate1d(down, kernel, 1, np.float32, mode="constant")
