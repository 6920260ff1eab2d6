"""A page with what the reader saw drawn over it: a box around each object, and its name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from models.chromosomes import CHROMOSOMES
from models.judging.triage import Finding
from models.reading.crops import Objects
from models.reading.reader import JUNK, OTHER

_USUAL, _STRANGE, _FOUND = (38, 115, 190), (200, 120, 0), (205, 30, 45)
_LEAST_SIDE = 900
_NAME_HEIGHT = 0.016  # of the longer side


def annotate(
    page: NDArray[np.uint8], objects: Objects, kinds: NDArray[np.int64], findings: Sequence[Finding]
) -> Image.Image:
    """Draw boxes and names; captions and dirt have none.

    Args:
        page: grey page, (height, width).
        objects: of the page.
        kinds: (n,), which of ``CHROMOSOMES`` each of them is, ``OTHER`` or ``JUNK``.
        findings: whose chromosomes are drawn red.

    Returns:
        An RGB picture, enlarged where the page is small.
    """
    scale = max(1.0, _LEAST_SIDE / max(page.shape))
    size = round(page.shape[1] * scale), round(page.shape[0] * scale)
    picture = Image.fromarray(page).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(picture)
    letters = max(10, round(_NAME_HEIGHT * max(size)))
    font = ImageFont.load_default(letters)
    wrong = {finding.chromosome for finding in findings}
    for box, kind in zip(objects.boxes * scale, kinds, strict=True):
        if kind == JUNK:
            continue
        name = "?" if kind == OTHER else CHROMOSOMES[kind]
        colour = _STRANGE if kind == OTHER else _FOUND if name in wrong else _USUAL
        left, top, right, bottom = box.tolist()
        draw.rectangle((left - 1, top - 1, right, bottom), outline=colour, width=3 if colour == _FOUND else 1)
        place = ((left + right) / 2, max(letters, top - 2))
        draw.text(place, name, colour, font, anchor="mb", stroke_width=2, stroke_fill="white")
    return picture
