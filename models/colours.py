"""From a coloured or transparent picture to grey, without the arrows, circles and captions that people drew on it."""

from __future__ import annotations

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

_COLOURED = 60  # of 255 between the strongest and the weakest of red, green and blue
_DRAWN = 40  # levels away from the ground
_MOST_OF_THE_PAGE = 0.1
_MOST_OF_THE_INK = 0.4


def to_grey(image: Image.Image) -> NDArray[np.uint8]:
    """Reduce a picture to grey. Transparency becomes white, and coloured ink on a grey page becomes paper.

    A picture that is coloured all over, or most of what is drawn on it, keeps everything: there colour is no ink on top
    of grey chromosomes but what they are stained or painted with.

    Args:
        image: of any mode with 8 bits or less.

    Returns:
        Grey levels, (height, width).
    """
    if image.has_transparency_data:
        image = _over_white(image)
    if image.mode == "LAB":
        image = image.getchannel("L")
    grey = np.array(image.convert("L"), dtype=np.uint8)
    return grey if image.mode in {"1", "L"} else _without_ink(image.convert("RGB"), grey)


def _over_white(image: Image.Image) -> Image.Image:
    straight = {"La": "LA", "RGBa": "RGBA"}.get(image.mode)  # Pillow takes premultiplied alpha out in a step of its own
    rgba = (image.convert(straight) if straight else image).convert("RGBA")
    ground = Image.new("RGBA", rgba.size, "white")
    ground.alpha_composite(rgba)
    return ground


def _without_ink(image: Image.Image, grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give coloured ink on a page, of mode RGB, the level of the ground in ``grey``."""
    bands = image.split()
    strongest, weakest = reduce(ImageChops.lighter, bands), reduce(ImageChops.darker, bands)
    coloured = np.asarray(ImageChops.subtract(strongest, weakest)) > _COLOURED
    if not coloured.any() or coloured.mean() > _MOST_OF_THE_PAGE:
        return grey
    ground = float(np.median(grey[::4, ::4]))
    drawn = np.abs(grey - np.float32(ground)) > _DRAWN
    if np.sum(coloured & drawn) <= _MOST_OF_THE_INK * np.sum(drawn):
        grey[coloured] = ground
    return grey
