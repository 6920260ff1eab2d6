"""Changes of single chromosomes on a page that keep their order: each turned a little, or one of them mirrored.

Source: thesis section 5.3, "for each pair of chromosomes in the karyogram, rotation, folding, mirroring".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.preparation.pieces import find_pieces, page_darkness

Page = NDArray[np.uint8]


def turned(page: Page, most: float, rng: np.random.Generator) -> Page:
    """Turn each chromosome about its middle by at most ``most`` degrees either way."""
    changed = page.copy()
    for box in _boxes(page):
        angle = rng.uniform(-most, most)
        paper = _paper(page, box)
        part = Image.fromarray(page[box]).rotate(angle, Image.Resampling.BILINEAR, fillcolor=paper)
        changed[box] = np.asarray(part)
    return changed


def mirrored(page: Page, rng: np.random.Generator) -> Page:
    """Mirror one chromosome, left to right; a page without any stays as it is."""
    boxes = _boxes(page)
    changed = page.copy()
    if boxes:
        box = boxes[int(rng.integers(len(boxes)))]
        changed[box] = page[box][:, ::-1]
    return changed


def _boxes(page: Page) -> list[tuple[slice, slice]]:
    return [
        (slice(int(top), int(bottom)), slice(int(left), int(right)))
        for left, top, right, bottom in find_pieces(page_darkness(page)).boxes
    ]


def _paper(page: Page, box: tuple[slice, slice]) -> int:
    """Return the grey of the paper in a box: nearly the brightest there is."""
    return int(np.percentile(page[box], 98))
