"""In which order chromosomes stand on a page, and how often each number of each of them is seen; read from a file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

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


@cache
def layouts() -> Layouts:
    """Read ``tables/layouts.json``."""
    data = json.loads(resources.files("models.reading").joinpath("tables/layouts.json").read_text(encoding="utf-8"))
    orders = [[CHROMOSOMES.index(name) for name in item["order"].split()] for item in data["orders"]]
    autosomes = np.tile(np.array(data["autosome"]), (len(AUTOSOMES), 1))
    priors = []
    for number in sorted({item["Y"] for item in data["sexes"]}):
        x, y = np.zeros(COPY_NUMBERS), np.zeros(COPY_NUMBERS)
        y[number] = 1.0
        for item in data["sexes"]:
            if item["Y"] == number:
                x[item["X"]] += item["share"]
        priors.append(np.concatenate([autosomes, [x, y]]))
    shares = np.array([item["share"] for item in data["orders"]])
    return Layouts(
        tuple(item["name"] for item in data["orders"]), np.array(orders), shares / shares.sum(), np.stack(priors)
    )
