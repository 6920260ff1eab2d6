"""Pictures shown a little differently each time: moved, scaled, blurred, with noise and another contrast.

A network that sees a page several times should not learn it by heart, and no two laboratories scan alike. What stands
on a picture moves with it, so that the source task asks for it where it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_SCALES = (0.86, 1.04)
_CONTENT = 0.96  # of the side of a framed picture; the rest is margin
_CONTRASTS = (0.7, 1.3)  # times the darkness
_BLUR = 0.0037  # of the side, at most; standard deviation
_NOISE = 10.0  # grey levels, at most; standard deviation

Pictures = NDArray[np.uint8]
Places = NDArray[np.float32]


def vary(pictures: Pictures, places: Places, rng: np.random.Generator) -> tuple[Pictures, Places]:
    """Show N pictures in another way each, moved only as far as their content stays on them.

    Args:
        pictures: (N, S, S), black on white (255).
        places: (N, M, 2), x and y of what stands on them, in sides of a picture.
        rng: of all that is drawn: in the same state it gives the same pictures.

    Returns:
        The pictures, and where on them the places are then.
    """
    scales = rng.uniform(*_SCALES, (len(pictures), 1))
    room = np.maximum(0.0, 1.0 - _CONTENT * scales) / 2
    centres = 0.5 + room * rng.uniform(-1.0, 1.0, (len(pictures), 2))
    shown = [_scanned(_moved(*one), rng) for one in zip(pictures, scales[:, 0], centres, strict=True)]
    moved = centres[:, None] + scales[:, None] * (places - 0.5)
    return np.stack(shown), moved.astype(np.float32)


def _moved(picture: Pictures, scale: float, centre: NDArray[np.float64]) -> Image.Image:
    """Scale a picture, and move its centre to a point, (x, y) in its sides; what comes into sight is white."""
    size = len(picture)
    x, y = size * (0.5 - centre / scale)
    back = (1 / scale, 0.0, x, 0.0, 1 / scale, y)
    return Image.fromarray(picture).transform(
        (size, size), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR, fillcolor=255
    )


def _scanned(image: Image.Image, rng: np.random.Generator) -> Pictures:
    """Blur a picture and change its contrast; then comes the noise."""
    soft = np.asarray(image.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, _BLUR) * image.width)), np.float32)
    noise = rng.standard_normal(soft.shape, np.float32) * np.float32(rng.uniform(0.0, _NOISE))
    levels = 255 - (255 - soft) * np.float32(rng.uniform(*_CONTRASTS)) + noise
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
