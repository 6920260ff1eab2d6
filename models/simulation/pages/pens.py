"""A pen that writes and draws lines on a page; lengths are fractions of its width."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypedDict

from PIL import Image, ImageDraw, ImageFont

FONTS = (
    "",
    "DejaVuSans.ttf",
    "DejaVuSans-Bold.ttf",
    "DejaVuSansCondensed.ttf",
    "DejaVuSerif.ttf",
    "DejaVuSerif-Bold.ttf",
    "DejaVuSansMono.ttf",
    "LiberationSans-Regular.ttf",
    "LiberationSans-Bold.ttf",
    "LiberationSerif-Regular.ttf",
    "LiberationSerif-Italic.ttf",
)
"""Names of fonts; the first is Pillow's own, which stands in for those a machine does not have."""

_SMALLEST = 7
_LARGE = 100  # pixels: letters that are measured, not drawn


class Stroke(TypedDict):
    """How a line is drawn: its thickness as a fraction of the page's width, its shade 0 paper to 1 black."""

    thickness: float
    shade: float


class Pen:
    """Draws on an empty layer of a page; positions are in pixels, sizes in fractions of the width."""

    def __init__(self, height: int, width: int) -> None:
        """Take an empty layer of (height, width) pixels."""
        self.width, self.height = width, height
        self._layer = Image.new("L", (width, height), 0)
        self._draw = ImageDraw.Draw(self._layer)

    @property
    def layer(self) -> Image.Image:
        """What has been drawn: darkness, 0..255."""
        return self._layer

    def write(self, text: str, at: tuple[float, float], *, anchor: str, font: str, size: float, shade: float) -> None:
        """Write a text; ``anchor`` is Pillow's, such as ``mt`` for the middle of the top."""
        typeface = _typeface(font, max(_SMALLEST, round(size * self.width)))
        self._draw.text(at, text, fill=round(255 * shade), anchor=anchor, font=typeface)

    def line(self, points: Sequence[tuple[float, float]], *, thickness: float, shade: float) -> None:
        """Draw a line through points."""
        self._draw.line(list(points), fill=round(255 * shade), width=self._pixels(thickness))

    def box(self, box: tuple[float, float, float, float], *, thickness: float, shade: float) -> None:
        """Draw the outline of a box (left, top, right, bottom)."""
        self._draw.rectangle(box, outline=round(255 * shade), width=self._pixels(thickness))

    def ring(self, box: tuple[float, float, float, float], *, thickness: float, shade: float) -> None:
        """Draw the outline of an ellipse in a box (left, top, right, bottom)."""
        self._draw.ellipse(box, outline=round(255 * shade), width=self._pixels(thickness))

    def blot(self, points: Sequence[tuple[float, float]], *, shade: float) -> None:
        """Fill a polygon."""
        self._draw.polygon(list(points), fill=round(255 * shade))

    def _pixels(self, thickness: float) -> int:
        return max(1, round(thickness * self.width))


def text_width(text: str, font: str, size: float) -> float:
    """Return how broad a line of text is, in fractions of the page's width, as ``size`` is."""
    return float(_typeface(font, _LARGE).getlength(text)) / _LARGE * size


@cache
def _typeface(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    try:
        return ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    except OSError:
        return ImageFont.load_default(size)
