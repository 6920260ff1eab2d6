"""A page framed for a network: flattened, cut to its content, padded to a square (never squashed), and resized."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from models.preparation.cutouts import resized

NAME = "flatten-crop-square-1"
"""Name of this preparation on a model's card; it changes whenever the pixels it yields change."""

_WORKING_SIDE = 1024
_BACKGROUND_SIDE = 160
_BACKGROUND_WINDOW = 25
_INK = 0.2
_MARGIN = 0.02


@dataclass(frozen=True)
class Framing:
    """The square of the page that becomes the picture: top left corner and side, in pixels of the page."""

    left: float
    top: float
    side: float

    def place(self, point: tuple[float, float]) -> tuple[float, float]:
        """Return where on the picture a point of the page lies, (x, y) in sides of the picture."""
        return (point[0] - self.left) / self.side, (point[1] - self.top) / self.side

    def on_page(self, values: NDArray[np.float32]) -> tuple[NDArray[np.float32], Framing]:
        """Return a map of the picture, (g, g), as one of the page: the same, over this square."""
        return values, self


def flatten(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the darkness of each pixel relative to its local background: 0 is background, 1 the darkest ink.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
    """
    background = np.maximum(_background(page), 1.0)
    darkness = np.clip(1.0 - page / background, 0.0, 1.0).astype(np.float32)
    # the closing takes the brightest of the noise for the background, so the paper itself comes out slightly grey
    paper = float(np.median(darkness[darkness <= _INK])) if (darkness <= _INK).any() else 0.0
    darkness = np.clip((darkness - paper) / (1.0 - paper), 0.0, 1.0)
    ink = darkness[darkness > _INK]
    # stretch by the ink itself: pale and dark stains end up alike, an empty page stays empty
    reference = float(np.percentile(ink, 95)) if ink.size > 0.001 * darkness.size else 1.0
    stretched: NDArray[np.float32] = np.clip(darkness / reference, 0.0, 1.0)
    return stretched


def _background(page: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Estimate the light behind the chromosomes by closing at a coarse scale, (height, width)."""
    height, width = page.shape
    scale = min(1.0, _BACKGROUND_SIDE / max(height, width))
    small_size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.asarray(Image.fromarray(page).resize(small_size, Image.Resampling.BOX), np.float32)
    closed = ndimage.grey_closing(small, size=(_BACKGROUND_WINDOW, _BACKGROUND_WINDOW), mode="nearest")
    smooth = ndimage.gaussian_filter(closed, _BACKGROUND_WINDOW / 4, mode="nearest").astype(np.float32)
    return np.asarray(Image.fromarray(smooth).resize((width, height), Image.Resampling.BILINEAR), np.float32)


def _content(darkness: NDArray[np.float32]) -> Framing:
    """Find the square around the content of a flattened page; the whole page where there is no content."""
    height, width = darkness.shape
    rows = np.flatnonzero((darkness > _INK).mean(axis=1) > 0.004)
    columns = np.flatnonzero((darkness > _INK).mean(axis=0) > 0.004)
    if rows.size < 10 or columns.size < 10:
        rows, columns = np.arange(height), np.arange(width)
    content_height, content_width = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    side = max(content_height, content_width) * (1 + 2 * _MARGIN)
    return Framing(
        left=float(columns[0] + content_width / 2 - side / 2),
        top=float(rows[0] + content_height / 2 - side / 2),
        side=float(side),
    )


def frame(page: NDArray[np.uint8], size: int) -> tuple[NDArray[np.uint8], Framing]:
    """Frame a page.

    Args:
        page: grey page, (height, width), dark chromosomes on a lighter background.
        size: side of the picture in pixels.

    Returns:
        The picture, (size, size), black chromosomes on white (255), and its framing in pixels of ``page``.
    """
    shrink = min(1.0, _WORKING_SIDE / max(page.shape))
    small = resized(page, shrink, Image.Resampling.BOX) if shrink < 1.0 else page
    darkness = flatten(small)
    square = _content(darkness)
    image = Image.fromarray(np.uint8(np.rint(255 * (1.0 - darkness))))
    picture = _cut_square(image, square).resize((size, size), Image.Resampling.BILINEAR, reducing_gap=None)
    scale = page.shape[1] / small.shape[1]
    return np.asarray(picture), Framing(square.left * scale, square.top * scale, square.side * scale)


def _cut_square(image: Image.Image, square: Framing) -> Image.Image:
    """Cut a square out of a page; what lies outside the page is white."""
    side = max(1, round(square.side))
    canvas = Image.new("L", (side, side), 255)
    canvas.paste(image, (-round(square.left), -round(square.top)))
    return canvas
