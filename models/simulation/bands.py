"""ISCN band tables at 400, 550 and 850 bands (CC0, ISCN lengths): the material of simulated chromosomes."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

LEVELS = (400, 550, 850)
_DARKNESS = {"gneg": 0.12, "gvar": 0.55, "acen": 0.6, "stalk": 0.15}
_GPOS_DARKNESS = {25: 0.35, 33: 0.40, 50: 0.55, 66: 0.65, 75: 0.72, 100: 0.90}
_WIDTH = {"acen": 0.72, "stalk": 0.5}


@dataclass(frozen=True)
class Banding:
    """The bands of one chromosome from the top of the short arm.

    ``edges``: fractions of the length, (bands + 1,). ``darkness``: 0 light to 1 dark, (bands,). ``width``: relative to
    a chromatid's, (bands,). ``length``: relative to chromosome 1. ``centromere``: fraction of the length.
    """

    edges: NDArray[np.float64]
    darkness: NDArray[np.float64]
    width: NDArray[np.float64]
    length: float
    centromere: float


@cache
def bandings(level: int) -> dict[str, Banding]:
    """Read the band table of a level.

    Args:
        level: number of bands in the haploid set, one of 400, 550 and 850.

    Raises:
        ValueError: there is no table of that level.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {LEVELS}, got {level!r}")
    text = resources.files("models.simulation").joinpath(f"bands/bands_{level}.csv").read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault(row["chrom"], []).append(row)
    longest = float(rows["1"][-1]["iscn_stop"])
    return {name: _banding(bands, longest) for name, bands in rows.items()}


def centromere(chromosome: str) -> float:
    """Return where the centromere lies, as a fraction of the chromosome's length."""
    return bandings(400)[chromosome].centromere


def _banding(bands: list[dict[str, str]], longest: float) -> Banding:
    stops = np.array([float(band["iscn_stop"]) for band in bands])
    short_arm = max(float(band["iscn_stop"]) for band in bands if band["arm"] == "p")
    return Banding(
        edges=np.concatenate([[0.0], stops / stops[-1]]),
        darkness=np.array([_darkness(band) for band in bands]),
        width=np.array([_WIDTH.get(band["stain"], 1.0) for band in bands]),
        length=float(stops[-1] / longest),
        centromere=short_arm / float(stops[-1]),
    )


def _darkness(band: dict[str, str]) -> float:
    return _GPOS_DARKNESS[int(band["density"])] if band["stain"] == "gpos" else _DARKNESS[band["stain"]]
