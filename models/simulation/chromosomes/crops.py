"""Libraries of crops: real pictures of single chromosomes to recombine.

A library is a ZIP of grey, upright single chromosomes named ``<case>_c<cell>/<chromosome>_<i>.png``, on white. One
cell gives the look of a page; what it lacks (a third 21) comes from the cells most like it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.chromosomes import CHROMOSOMES
from models.simulation.chromosomes.cells import Cell, Crop
from models.simulation.chromosomes.recombination import CropMaterial, draw_treatment

_MEMBER = re.compile(r"(?:.*/)?(?P<case>[^/]+)_c(?P<cell>[^/]+)/(?P<chromosome>\d+|X|Y)_\d+\.png")


class CropLibrary:
    """Real cells to draw from."""

    def __init__(self, cells: list[Cell]) -> None:
        """Keep cells, one at least."""
        self.cells = cells

    @classmethod
    def read(cls, archive: Path, use_case: Callable[[str], bool]) -> CropLibrary:
        """Read the crops of the cases that ``use_case`` accepts.

        Raises:
            FileNotFoundError: there is no such archive.
            ValueError: no crop of an accepted case is in it.
        """
        cells: dict[tuple[str, str], dict[str, list[Crop]]] = {}
        with zipfile.ZipFile(archive) as crops:
            for name in sorted(crops.namelist()):
                match = _MEMBER.fullmatch(name)
                if match and use_case(match["case"]) and match["chromosome"] in CHROMOSOMES:
                    pixels = np.asarray(Image.open(BytesIO(crops.read(name))).convert("L"))
                    cell = cells.setdefault((match["case"], match["cell"]), {})
                    cell.setdefault(match["chromosome"], []).append(Crop(pixels))
        if not cells:
            raise ValueError(f"{archive}: expected <case>_c<cell>/<chromosome>_<i>.png of the chosen cases, found none")
        return cls([Cell(crops, case) for (case, _), crops in cells.items()])

    def draw_cell(self, rng: np.random.Generator) -> CropMaterial:
        """Draw the cell that gives a page its look, and how the page changes that look."""
        index = int(rng.integers(len(self.cells)))
        return CropMaterial(rng, self.cells[index], self.alike(index), draw_treatment(rng))

    def alike(self, index: int) -> list[Cell]:
        """Return all other cells, the most alike first, and last the cell itself."""
        distance = ((self._looks - self._looks[index]) ** 2).sum(axis=1)
        distance[index] = np.inf
        return [self.cells[other] for other in np.argsort(distance)]

    @cached_property
    def _looks(self) -> NDArray[np.float64]:
        """The looks of all cells, each measure on a common scale, (cells, 4)."""
        looks = np.stack([cell.look for cell in self.cells])
        return np.asarray(looks / np.maximum(looks.std(axis=0), 1e-6))
