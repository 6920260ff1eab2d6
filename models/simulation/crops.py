"""Recombination: real chromosome crops as drawing material, cut and spliced into any karyotype.

A crop library is a ZIP of grey, upright single chromosomes named ``<case>_c<cell>/<chromosome>_<i>.png``, white
background. One cell gives the look of a page; what it lacks (a third 21) comes from other cells of the library.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.chromosomes import CHROMOSOMES
from models.simulation.karyotypes import Chromosome, Segment
from models.simulation.material import Patch

_MEMBER = re.compile(r"(?:.*/)?(?P<case>[^/]+)_c(?P<cell>[^/]+)/(?P<chromosome>\d+|X|Y)_\d+\.png")

Cell = dict[str, list[NDArray[np.uint8]]]


@dataclass(frozen=True)
class CropLibrary:
    """Crops by cell, the case of each cell, and crops by chromosome over all cells."""

    cells: tuple[Cell, ...]
    cases: tuple[str, ...]
    by_chromosome: dict[str, list[NDArray[np.uint8]]] = field(default_factory=dict)

    @classmethod
    def read(cls, archive: Path, use_case: Callable[[str], bool]) -> CropLibrary:
        """Read the crops of the cases that ``use_case`` accepts.

        Raises:
            FileNotFoundError: there is no such archive.
            ValueError: no crop of an accepted case is in it.
        """
        cells: dict[tuple[str, str], Cell] = {}
        with zipfile.ZipFile(archive) as crops:
            for name in sorted(crops.namelist()):
                match = _MEMBER.fullmatch(name)
                if match and use_case(match["case"]) and match["chromosome"] in CHROMOSOMES:
                    pixels = np.asarray(Image.open(BytesIO(crops.read(name))).convert("L"))
                    cell = cells.setdefault((match["case"], match["cell"]), {})
                    cell.setdefault(match["chromosome"], []).append(pixels)
        if not cells:
            raise ValueError(f"{archive}: expected <case>_c<cell>/<chromosome>_<i>.png of the chosen cases, found none")
        pool: dict[str, list[NDArray[np.uint8]]] = {}
        for cell in cells.values():
            for chromosome, pictures in cell.items():
                pool.setdefault(chromosome, []).extend(pictures)
        return cls(tuple(cells.values()), tuple(case for case, _ in cells), pool)

    def draw_cell(self, rng: np.random.Generator) -> CropMaterial:
        """Draw the cell that gives a page its look."""
        index = int(rng.integers(len(self.cells)))
        return CropMaterial(self, self.cells[index], self.cases[index], rng)


class CropMaterial:
    """Material of one real cell; each of its crops is used once, then crops of other cells."""

    def __init__(self, library: CropLibrary, cell: Cell, case: str, rng: np.random.Generator) -> None:
        """Take a cell of a library, and the case it is of."""
        self.case = case
        self._library = library
        self._unused: dict[str, list[int]] = {
            name: rng.permutation(len(crops)).tolist() for name, crops in cell.items()
        }
        self._cell = cell
        firsts = cell.get("1") or library.by_chromosome["1"]
        self._height = float(np.mean([crop.shape[0] for crop in firsts]))

    def draw(self, rng: np.random.Generator, chromosome: Chromosome, height: float) -> Patch:
        """Cut the segments out of crops, splice them, and scale the result."""
        pieces = [self._cut(rng, segment) for segment in chromosome.segments]
        patch = _splice(pieces)
        scale = height / self._height
        size = (max(2, round(patch.shape[1] * scale)), max(2, round(patch.shape[0] * scale)))
        grey = Image.fromarray(patch).resize(size, Image.Resampling.BICUBIC)
        return np.float32(1) - np.asarray(grey, np.float32) / np.float32(255)

    def _cut(self, rng: np.random.Generator, segment: Segment) -> NDArray[np.uint8]:
        crop = self._next_crop(rng, segment.chromosome)
        top, bottom = round(segment.start * len(crop)), max(round(segment.end * len(crop)), 2)
        piece: NDArray[np.uint8] = crop[min(top, bottom - 2) : bottom]
        return piece[::-1] if segment.inverted else piece

    def _next_crop(self, rng: np.random.Generator, name: str) -> NDArray[np.uint8]:
        unused = self._unused.get(name)
        if unused:
            return self._cell[name][unused.pop()]
        pool = self._library.by_chromosome[name]
        return pool[int(rng.integers(len(pool)))]


def _splice(pieces: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Stack pieces so that the ink at each joint meets; white fills the rest."""
    shifts = [0]
    for upper, lower in pairwise(pieces):
        shifts.append(shifts[-1] + round(_ink_centre(upper[-3:]) - _ink_centre(lower[:3])))
    left = min(shifts)
    width = max(shift - left + piece.shape[1] for shift, piece in zip(shifts, pieces, strict=True))
    canvas = np.full((sum(len(piece) for piece in pieces), width), 255, np.uint8)
    top = 0
    for shift, piece in zip(shifts, pieces, strict=True):
        canvas[top : top + len(piece), shift - left : shift - left + piece.shape[1]] = piece
        top += len(piece)
    return canvas


def _ink_centre(rows: NDArray[np.uint8]) -> float:
    ink = (255.0 - rows).sum(axis=0)
    return float((ink * np.arange(ink.size)).sum() / ink.sum()) if ink.sum() > 0 else (ink.size - 1) / 2
