"""ISCN band tables at 400, 550 and 850 bands (CC0, ISCN lengths): the material of simulated chromosomes.

A place on a chromosome is a fraction of its length and means the same at every level: the bands of a finer table are
fitted into those of the next coarser one. That moves edges of the table of 850, whose lengths were measured apart, by
up to 8 % of a chromosome, and closes gaps in that of 550 on 18p and Xp.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

LEVELS = (400, 550, 850)
_FINEST = LEVELS[-1]
_CENTROMERE_BANDS = ("p10", "q10")
_SAME_PLACE = 1e-9
_DARKNESS = {"gneg": 0.12, "gvar": 0.55, "acen": 0.6, "stalk": 0.15}
_GPOS_DARKNESS = {25: 0.35, 33: 0.40, 50: 0.55, 66: 0.65, 75: 0.72, 100: 0.90}
_WIDTH = {"acen": 0.72, "stalk": 0.5}


@dataclass(frozen=True)
class Banding:
    """The bands of one chromosome from the top of the short arm.

    ``edges``: fractions of the length, (bands + 1,). ``darkness``: 0 light to 1 dark, (bands,). ``width``: relative to
    a chromatid's, (bands,). ``length``: relative to chromosome 1. ``centromere``: fraction of the length. ``names``:
    arm and band, as in ``q11.2``, (bands,).
    """

    edges: NDArray[np.float64]
    darkness: NDArray[np.float64]
    width: NDArray[np.float64]
    length: float
    centromere: float
    names: tuple[str, ...]


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
    file = resources.files("models.simulation.karyotypes").joinpath(f"tables/bands_{level}.csv")
    text = file.read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, str]]] = {}
    for row in csv.DictReader(text.splitlines()):
        rows.setdefault(row["chrom"], []).append(row)
    longest = float(rows["1"][-1]["iscn_stop"])
    tables = {name: _banding(bands, longest) for name, bands in rows.items()}
    if level == LEVELS[0]:
        return tables
    coarser = bandings(LEVELS[LEVELS.index(level) - 1])
    return {name: _fit(table, coarser[name]) for name, table in tables.items()}


def centromere(chromosome: str) -> float:
    """Return where the centromere lies, as a fraction of the chromosome's length."""
    return bandings(400)[chromosome].centromere


def stretch(chromosome: str, band: str, level: int = _FINEST) -> tuple[float, float]:
    """Return where a band starts and ends, as fractions from the top of the short arm.

    Args:
        chromosome: one of the 24.
        band: as in ``q34``; a name of a coarser level is the union of its sub-bands.
        level: the table to look it up in, one of 400, 550 and 850.

    Raises:
        ValueError: the table of that level has no such band.
    """
    table = _table(chromosome, level)
    inside = [index for index, name in enumerate(table.names) if _is_within(name, band)]
    if not inside:
        raise ValueError(f"band must be one of chromosome {chromosome} at {level} bands, got {band!r}")
    return float(table.edges[inside[0]]), float(table.edges[inside[-1] + 1])


@cache
def break_point(chromosome: str, band: str) -> float:
    """Return where a chromosome broken in a band is cut, as a fraction of its length.

    ISCN gives a break between two bands to the one farther from the centromere, so the break in a band is at its edge
    nearest the centromere; in p10 and q10 it is at the centromere.

    Raises:
        ValueError: the chromosome has no such band.
    """
    if band in _CENTROMERE_BANDS:
        return centromere(chromosome)
    start, end = stretch(chromosome, band)
    return end if band.startswith("p") else start


def band_at(chromosome: str, fraction: float, level: int) -> str:
    """Return the band at a place; between two bands the one farther from the centromere, at the centromere q10.

    Args:
        chromosome: one of the 24.
        fraction: of its length from the top of the short arm, 0..1.
        level: one of 400, 550 and 850.

    Raises:
        ValueError: the fraction is outside 0..1, or there is no such chromosome or level.
    """
    if not 0 <= fraction <= 1:
        raise ValueError(f"fraction must be from 0 to 1, got {fraction!r}")
    table = _table(chromosome, level)
    if abs(fraction - table.centromere) < _SAME_PLACE:
        return "q10"
    outwards = -_SAME_PLACE if fraction < table.centromere else _SAME_PLACE
    index = int(np.searchsorted(table.edges, fraction + outwards, side="right")) - 1
    return table.names[min(max(index, 0), len(table.names) - 1)]


def break_bands(chromosome: str, arm: str, level: int) -> tuple[str, ...]:
    """Return the bands of an arm from the centromere outwards, without the one at the centromere."""
    names = [name for name in _table(chromosome, level).names if name.startswith(arm)]
    return tuple(names[-2::-1] if arm == "p" else names[1:])


def _table(chromosome: str, level: int) -> Banding:
    tables = bandings(level)
    if chromosome not in tables:
        raise ValueError(f"chromosome must be one of {', '.join(tables)}, got {chromosome!r}")
    return tables[chromosome]


def _is_within(name: str, band: str) -> bool:
    """Whether a band is another one or a sub-band of it: q34.12 is within q34 and q34.1, q34 is not within q3."""
    return name == band or name.startswith(band if "." in band else f"{band}.")


def _fit(fine: Banding, coarse: Banding) -> Banding:
    """Move the edges of a table so that the bands of a coarser one keep their places."""
    last = [max(i for i, name in enumerate(fine.names) if _is_within(name, band)) for band in coarse.names]
    shared = np.array([0, *(index + 1 for index in last)])
    edges = np.interp(fine.edges, fine.edges[shared], coarse.edges)
    return replace(fine, edges=edges, length=coarse.length, centromere=coarse.centromere)


def _banding(bands: list[dict[str, str]], longest: float) -> Banding:
    stops = np.array([float(band["iscn_stop"]) for band in bands])
    short_arm = max(float(band["iscn_stop"]) for band in bands if band["arm"] == "p")
    return Banding(
        edges=np.concatenate([[0.0], stops / stops[-1]]),
        darkness=np.array([_darkness(band) for band in bands]),
        width=np.array([_WIDTH.get(band["stain"], 1.0) for band in bands]),
        length=float(stops[-1] / longest),
        centromere=short_arm / float(stops[-1]),
        names=tuple(band["arm"] + band["band"] for band in bands),
    )


def _darkness(band: dict[str, str]) -> float:
    return _GPOS_DARKNESS[int(band["density"])] if band["stain"] == "gpos" else _DARKNESS[band["stain"]]
