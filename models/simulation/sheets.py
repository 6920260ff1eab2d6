"""Contact sheets: many pages side by side, each with a line beneath it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

TILE_WIDTH = 420
"""Width of a page on a sheet in pixels."""

_TEXT, _GAP = 16, 12


def shrink(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a page, (height, width) uint8, as wide as a tile."""
    image = Image.fromarray(page)
    height = max(1, round(image.height * TILE_WIDTH / image.width))
    return np.asarray(image.resize((TILE_WIDTH, height), Image.Resampling.BICUBIC, reducing_gap=2.0))


def contact_sheet(tiles: Sequence[tuple[NDArray[np.uint8], str]]) -> Image.Image:
    """Lay out pages with the text under each.

    Args:
        tiles: pages, (height, ``TILE_WIDTH``) uint8, and what is written under them; one at least.

    Raises:
        ValueError: there are no tiles.
    """
    if not tiles:
        raise ValueError("tiles must be one or more, got none")
    columns = math.ceil(math.sqrt(len(tiles)))
    rows = [tiles[start : start + columns] for start in range(0, len(tiles), columns)]
    heights = [max(page.shape[0] for page, _ in row) + _TEXT + 2 * _GAP for row in rows]
    sheet = Image.new("L", (columns * (TILE_WIDTH + _GAP) + _GAP, sum(heights) + _GAP), 128)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(_TEXT)
    top = _GAP
    for row, height in zip(rows, heights, strict=True):
        for column, (page, text) in enumerate(row):
            left = _GAP + column * (TILE_WIDTH + _GAP)
            sheet.paste(Image.fromarray(page), (left, top))
            pen.text((left, top + page.shape[0] + _GAP / 2), text, fill=255, font=font)
        top += height
    return sheet
