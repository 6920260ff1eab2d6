"""Libraries of painted crops for tests: the real ones may not be everywhere."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.chromosomes import CHROMOSOMES
from models.simulation.karyotypes.bands import bandings


def crop(name: str) -> NDArray[np.uint8]:
    """An even dark bar as long as the chromosome, chromosome 1 being 80 pixels tall."""
    pixels = np.full((round(80 * bandings(400)[name].length), 14), 255, np.uint8)
    pixels[:, 3:11] = 40
    return pixels


def write_library(archive: Path, cases: tuple[str, ...]) -> Path:
    """Write one male cell of each case."""
    with zipfile.ZipFile(archive, "w") as out:
        for case in cases:
            for name in CHROMOSOMES:
                for copy in range(1 if name in "XY" else 2):
                    buffer = io.BytesIO()
                    Image.fromarray(crop(name)).save(buffer, "PNG")
                    out.writestr(f"{case}_c1/{name}_{copy}.png", buffer.getvalue())
    return archive
