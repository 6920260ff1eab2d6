"""In which order chromosomes stand on a page, and how often each number of each of them is seen; read from a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.counts import COPY_NUMBERS


@dataclass(frozen=True)
class Layouts:
    """What is known of pages before one is seen.

    ``names``: (L,) of the layouts. ``orders``: (L, 24), the places of ``CHROMOSOMES`` in the order of each layout.
    ``shares``: (L,), how often each is used. ``priors``: (H, 24, 5), how probable each number of each of
    ``CHROMOSOMES`` is, so that the sum over H of their products is the prior: X and Y depend on each other.
    """

    names: tuple[str, ...]
    orders: NDArray[np.int64]
    shares: NDArray[np.float64]
    priors: NDArray[np.float64]


_OF_THE_SIZE_OF_X = range(5, 13)  # after 5 to 12: in group C


@cache
def layouts() -> Layouts:
    """Read ``tables/layouts.json``."""
    data = json.loads(resources.files("models.reading").joinpath("tables/layouts.json").read_text(encoding="utf-8"))
    places = _places(data["places"], data["elsewhere"])
    autosomes = np.tile(np.array(data["autosome"]), (len(AUTOSOMES), 1))
    priors = []
    for number in sorted({item["Y"] for item in data["sexes"]}):
        x, y = np.zeros(COPY_NUMBERS), np.zeros(COPY_NUMBERS)
        y[number] = 1.0
        for item in data["sexes"]:
            if item["Y"] == number:
                x[item["X"]] += item["share"]
        priors.append(np.concatenate([autosomes, [x, y]]))
    shares = np.array(list(places.values()))
    orders = np.array([[CHROMOSOMES.index(name) for name in place.order] for place in places])
    return Layouts(tuple(place.name for place in places), orders, shares / shares.sum(), np.stack(priors))


@dataclass(frozen=True)
class _Places:
    """After which autosome X and Y stand, and whether Y is first where that is the same one."""

    x: int
    y: int
    y_first: bool = False

    @property
    def order(self) -> list[str]:
        """The chromosomes in their order."""
        order: list[str] = []
        for number, name in enumerate(AUTOSOMES, 1):
            here = [sex for sex, place in (("X", self.x), ("Y", self.y)) if place == number]
            order += [name, *(reversed(here) if self.y_first else here)]
        return order

    @property
    def name(self) -> str:
        """How people would say it."""
        last = len(AUTOSOMES)
        if self.x == self.y:
            both = "Y and X" if self.y_first else "X and Y"
            return f"{both} last" if self.x == last else f"{both} after {self.x}"
        return f"X after {self.x}, Y last" if self.y == last else f"X after {self.x}, Y after {self.y}"


def _places(known: list[dict[str, Any]], elsewhere: float) -> dict[_Places, float]:
    """Return where X and Y stand, with shares: as is known, and seldom both anywhere or X among those of its size."""
    found = {_Places(item["X"], item["Y"], item.get("first") == "Y"): float(item["share"]) for item in known}
    last = len(AUTOSOMES)
    both = [_Places(after, after, y_first) for y_first in (False, True) for after in range(1, last)]
    alone = [_Places(after, last) for after in _OF_THE_SIZE_OF_X]
    others = [place for place in (*both, *alone) if place not in found]
    return found | dict.fromkeys(others, elsewhere / len(others))
