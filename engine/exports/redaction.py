"""Pictures for exports: only what was read as chromosomes is left, because a name may be burnt into the rest."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.judging.record import Box


@dataclass(frozen=True)
class Shown:
    """How much of patients an export shows.

    ``names``: those of cases, files and the batch, and what readers wrote; else see
    ``engine.exports.batch_report.pseudonyms``.
    ``whole_pictures``: with whatever is burnt into them; else only what was read as chromosomes is left on them.
    """

    names: bool = True
    whole_pictures: bool = False


BY_DEFAULT: Final = Shown()

_MARGIN: Final = 2  # pixels around a box: its sides stand on the last ones that are dark


def redacted(pixels: NDArray[np.uint8], boxes: Iterable[Box]) -> NDArray[np.uint8]:
    """Return a page on which only what stands in boxes is left, and all else has the grey of the paper.

    Args:
        pixels: (height, width) of the page.
        boxes: in its pixels; see ``engine.reviewing.corrections.on_page``.
    """
    kept = np.full_like(pixels, int(np.median(pixels)))
    for left, top, right, bottom in boxes:
        rows = slice(max(0, math.floor(top) - _MARGIN), math.ceil(bottom) + _MARGIN)
        columns = slice(max(0, math.floor(left) - _MARGIN), math.ceil(right) + _MARGIN)
        kept[rows, columns] = pixels[rows, columns]
    return kept
