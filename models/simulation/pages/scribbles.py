"""Words, numbers, boxes and bars anywhere on a page: what people add to karyograms has no place of its own.

One by one, or in a series: beside most chromosomes, always at the same side.

For lessons alone: a network must leave out whatever is no chromosome.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import ImageFilter

from models.simulation.pages.arrangements import Box, Standing
from models.simulation.pages.page import Page
from models.simulation.pages.pens import FONTS, Pen, text_width

_MOST = 20
_LEFT_OUT = 0.15  # of the chromosomes
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
    for share, write in _WAYS:
        if rng.random() < share:
            write(rng, page, pen)
    layer = pen.layer.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.0015) * pen.width))
    darkness = np.asarray(layer, np.float32) / 255
    return np.rint(page.pixels * (1 - darkness)).astype(np.uint8)


def _words(rng: np.random.Generator, page: Page, pen: Pen) -> None:
    """Write words anywhere, some of them in boxes."""
    font, size = FONTS[int(rng.integers(len(FONTS)))], rng.uniform(0.012, 0.06)
    stroke, shade = rng.uniform(0.001, 0.005), rng.uniform(0.4, 1.0)
    for _ in range(int(rng.integers(1, _MOST + 1))):
        text = _word(rng, _MOST_LETTERS)
        box = _beside(rng, page, text_width(text, font, size) * pen.width, size * pen.width)
        if _free(box, page):
            pen.write(text, box[:2], anchor="lt", font=font, size=size, shade=shade)
            if rng.random() < _BOXED:
                pen.box(box, thickness=stroke, shade=shade)


def _series(rng: np.random.Generator, page: Page, pen: Pen) -> None:
    """Write a word beside most chromosomes."""
    font, size, shade = FONTS[int(rng.integers(len(FONTS)))], rng.uniform(0.012, 0.05), rng.uniform(0.3, 1.0)
    side, away, most = int(rng.integers(4)), rng.uniform(0.05, 0.8) * size * pen.width, int(rng.integers(1, 4))
    for one in _most(rng, page):
        text = _word(rng, most)
        box = _at_side(one.box, side, (text_width(text, font, size) * pen.width, size * pen.width), away)
        if _free(box, page):
            pen.write(text, box[:2], anchor="lt", font=font, size=size, shade=shade)


def _bars(rng: np.random.Generator, page: Page, pen: Pen) -> None:
    """Draw a bar along most chromosomes, or above or below them."""
    thick, long, shade = rng.uniform(0.002, 0.012) * pen.width, rng.uniform(0.3, 1.3), rng.uniform(0.3, 1.0)
    side, away = int(rng.integers(4)), rng.uniform(0.001, 0.03) * pen.width
    for one in _most(rng, page):
        along = long * (one.box[3] - one.box[1])
        left, top, right, bottom = box = _at_side(one.box, side, (thick, along) if side < 2 else (along, thick), away)
        if _free(box, page):
            pen.blot([(left, top), (right, top), (right, bottom), (left, bottom)], shade=shade)


_WAYS: Final = ((0.7, _words), (0.33, _series), (0.17, _bars))  # of the pages


def _most(rng: np.random.Generator, page: Page) -> list[Standing]:
    """Return most of the chromosomes of a page."""
    return [one for one in page.standing if rng.random() >= _LEFT_OUT]


def _word(rng: np.random.Generator, most: int) -> str:
    return "".join(rng.choice(_LETTERS, int(rng.integers(1, most + 1))))


def _free(box: Box, page: Page) -> bool:
    """Tell whether no chromosome is in a box."""
    return not any(_overlap(box, one) for one in page.standing)


def _at_side(box: Box, side: int, sides: tuple[float, float], away: float) -> Box:
    """Return a box of a size, so far to the left, the right, above or below another and level with it."""
    left, top, right, bottom = box
    wide, high = sides
    across, down = (left + right - wide) / 2, (top + bottom - high) / 2
    x, y = ((left - away - wide, down), (right + away, down), (across, top - away - high), (across, bottom + away))[
        side
    ]
    return x, y, x + wide, y + high


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
