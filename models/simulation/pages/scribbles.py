"""Words, numbers and boxes anywhere on a page: what people add to karyograms has no place of its own.

For the lessons of the reader alone, which must leave out whatever is no chromosome.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFilter

from models.simulation.pages.arrangements import Box, Standing
from models.simulation.pages.page import Page
from models.simulation.pages.pens import FONTS, Pen, text_width

_MOST = 14
_BOXED = 0.2  # of them
_LETTERS = tuple("0123456789XYABCDEFGabcpqtm()[]/+-.,*?")
_MOST_LETTERS = 7


def scribble(rng: np.random.Generator, page: Page) -> NDArray[np.uint8]:
    """Write on a page, beside chromosomes and nowhere over them.

    Args:
        rng: source of all randomness.
        page: its ink and its chromosomes.

    Returns:
        The pixels of the page, (height, width) uint8.
    """
    pen = Pen(*page.pixels.shape)
    font, size = FONTS[int(rng.integers(len(FONTS)))], rng.uniform(0.012, 0.06)
    stroke, shade = rng.uniform(0.001, 0.005), rng.uniform(0.4, 1.0)
    for _ in range(int(rng.integers(1, _MOST + 1))):
        text = "".join(rng.choice(_LETTERS, int(rng.integers(1, _MOST_LETTERS + 1))))
        box = _beside(rng, page, text_width(text, font, size) * pen.width, size * pen.width)
        if not any(_overlap(box, one) for one in page.standing):
            pen.write(text, box[:2], anchor="lt", font=font, size=size, shade=shade)
            if rng.random() < _BOXED:
                pen.box(box, thickness=stroke, shade=shade)
    layer = pen.layer.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.0015) * pen.width))
    darkness = np.asarray(layer, np.float32) / 255
    return np.rint(page.pixels * (1 - darkness)).astype(np.uint8)


def _beside(rng: np.random.Generator, page: Page, width: float, height: float) -> Box:
    """Return a box of some size anywhere, mostly close to a chromosome."""
    left, top, right, bottom = page.standing[int(rng.integers(len(page.standing)))].box
    away = abs(rng.normal(0, height))
    x, y = {
        0: (left - width - away, rng.uniform(top - height, bottom)),
        1: (right + away, rng.uniform(top - height, bottom)),
        2: (rng.uniform(left - width, right), top - height - away),
        3: (rng.uniform(left - width, right), bottom + away),
    }[int(rng.integers(4))]
    return x, y, x + width, y + height


def _overlap(box: Box, standing: Standing) -> bool:
    left, top, right, bottom = standing.box
    return box[0] < right and left < box[2] and box[1] < bottom and top < box[3]
