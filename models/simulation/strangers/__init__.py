"""Strangers: pictures that are no karyogram, by family, to set and to test the input gate with.

All are drawn from a seed; none is a photograph, and no patient's picture is used unless the chromosomes come from real
crops. The families marked as held out must never be looked at while limits are chosen: what the gate makes of them
tells what it will make of a picture that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

import numpy as np
from PIL import Image

from models.pictures import GreyPage
from models.simulation.karyograms import MaterialSource, painted
from models.simulation.strangers import cells, charts, scenes, sheets
from models.simulation.strangers.canvas import arrive

__all__ = ["FAMILIES", "Family", "draw_stranger"]

_DrawCell = Callable[[np.random.Generator, MaterialSource], Image.Image]


@dataclass(frozen=True)
class Family:
    """One kind of stranger; ``held_out`` ones only measure, the others may set limits."""

    draw: _DrawCell
    held_out: bool = False


def _plain(draw: Callable[[np.random.Generator], Image.Image], *, held_out: bool = False) -> Family:
    """A family without chromosomes."""
    return Family(lambda rng, source: draw(rng), held_out)


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "metaphase spread": Family(cells.spread),
        "unsorted chromosomes": Family(cells.unsorted),
        "single chromosome": Family(cells.single),
        "single pair": Family(cells.pair),
        "one row": Family(cells.one_row, held_out=True),
        "karyogram on its side": Family(cells.lying),
        "mouse": Family(partial(cells.species, kind=cells.MOUSE)),
        "cattle": Family(partial(cells.species, kind=cells.CATTLE)),
        "dog": Family(partial(cells.species, kind=cells.DOG), held_out=True),
        "fruit fly": Family(partial(cells.species, kind=cells.FRUIT_FLY), held_out=True),
        "barley": Family(partial(cells.species, kind=cells.BARLEY)),
        "ideogram": _plain(cells.ideogram, held_out=True),
        "blank page": _plain(sheets.blank),
        "text": _plain(sheets.text),
        "headline": _plain(sheets.headline),
        "table": _plain(sheets.table, held_out=True),
        "handwriting": _plain(sheets.handwriting, held_out=True),
        "barcode": _plain(sheets.barcode),
        "board": _plain(sheets.board),
        "screenshot": _plain(sheets.screenshot, held_out=True),
        "music": _plain(sheets.music, held_out=True),
        "catalogue": _plain(sheets.catalogue, held_out=True),
        "curves": _plain(charts.curves),
        "bars": _plain(charts.bars, held_out=True),
        "points": _plain(charts.points),
        "heat map": _plain(charts.heat_map, held_out=True),
        "sectors": _plain(charts.sectors),
        "box plot": _plain(charts.boxes),
        "fractal scene": _plain(scenes.fractal),
        "dead leaves": _plain(scenes.dead_leaves, held_out=True),
        "gradient": _plain(scenes.gradient),
        "texture": _plain(scenes.texture),
        "nuclei": _plain(scenes.nuclei, held_out=True),
        "hybridisation": _plain(scenes.hybridisation),
        "x-ray": _plain(scenes.x_ray),
        "portrait": _plain(scenes.portrait, held_out=True),
        "gel": _plain(scenes.gel, held_out=True),
        "fingerprint": _plain(scenes.fingerprint),
    }
)


def draw_stranger(family: str, seed: int, number: int, source: MaterialSource = painted) -> GreyPage:
    """Draw picture ``number`` of a family as it would arrive, decoded: (height, width) uint8.

    Args:
        family: a name in ``FAMILIES``.
        seed: of all randomness, at least 0.
        number: which picture, at least 0; it depends on family, seed and number alone.
        source: of the chromosomes, for the families that have any.

    Raises:
        ValueError: there is no such family.
    """
    if family not in FAMILIES:
        raise ValueError(f"family must be one of {', '.join(FAMILIES)}, got {family!r}")
    rng = np.random.default_rng([seed, list(FAMILIES).index(family), number])
    return arrive(rng, FAMILIES[family].draw(rng, source))
