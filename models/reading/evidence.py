"""What crops, areas and gaps say of each object, as numbers that can be multiplied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from models.reading.crops import Objects
from models.reading.decoding import Evidence, Floats

_POWER = 0.7  # of what a network says: it is too sure of pages unlike those it has learnt from
_FLOOR = 2e-3  # below what no chromosome's probability falls
# junk is common in the lessons, and a network's probabilities are those of its lessons: only divided by the shares
# there (Bourlard and Morgan 1994) they say what an object by itself tells. Chosen on validation pages: docs/models.md
_JUNK = 3e-3
# how much it tells besides that the segmentation was less sure of an object than usual: likewise
_SURENESS, _USUALLY_SURE = 1.4, 0.948
_LEAST_SURE, _MOST_SURE = 0.01, 0.995
_AREA_FLOOR = 0.05
_FEWEST = 8


@dataclass(frozen=True)
class Measures:
    """What the reader knows of sizes and gaps, measured on simulated pages; stored with its weights.

    ``areas``: (24,), of one copy of each of ``CHROMOSOMES``, as in ``models.reading.crops.Objects``. ``lengths``:
    (24,), likewise, how high it is on a crop, in pixels. ``gap_edges``: (b,) and ``gap_same``: (b + 1,), how often an
    object is of the same chromosome as the one before, by the gap between them less the median gap of the page.
    ``row_same``: how often the first of a row is. ``area_spread``: of the logarithm of areas, within a page.
    """

    areas: Floats
    lengths: Floats
    gap_edges: Floats
    gap_same: Floats
    row_same: float
    area_spread: float = 0.22


@dataclass(frozen=True)
class Looks:
    """What the crop network says of n objects in T passes.

    ``classes``: (T, n, 25), the probability of each chromosome, and last of junk. ``copies``: (T, n, 3).
    """

    classes: NDArray[np.float32]
    copies: NDArray[np.float32]

    def mean(self) -> Looks:
        """Return the mean over the passes, as one pass."""
        return Looks(self.classes.mean(axis=0, keepdims=True), self.copies.mean(axis=0, keepdims=True))

    def first(self, passes: int) -> Looks:
        """Return the first passes, or all where there are fewer."""
        return Looks(self.classes[:passes], self.copies[:passes])

    def parts(self, size: int) -> Iterator[Looks]:
        """Yield the passes in parts of a size, in their order."""
        for start in range(0, len(self.classes), size):
            yield Looks(self.classes[start : start + size], self.copies[start : start + size])


def weigh(objects: Objects, looks: Looks, measures: Measures, orders: NDArray[np.int64]) -> Evidence:
    """Turn what is seen into evidence, of all passes in one order after the other.

    Args:
        objects: of a page.
        looks: of the crop network on them.
        measures: of the reader.
        orders: (L, 24), the places of ``CHROMOSOMES`` in the orders of layouts.
    """
    junk = looks.classes[..., -1].astype(np.float64)
    classes = np.maximum(looks.classes[..., :-1].astype(np.float64) ** _POWER, _FLOOR)
    classes *= (1.0 - junk)[..., None] / classes.sum(axis=-1, keepdims=True)
    classes = np.maximum(classes, _FLOOR / 10)
    copies = np.maximum(looks.copies.astype(np.float64), 1e-3)
    offset, spread, areas = _offset(objects, looks, measures), measures.area_spread, measures.areas
    alone = _likely(objects, np.log(areas)[:, None] + np.log([1, 2, 3]) + offset, spread)  # (n, 24, 3)
    whole = classes[..., None] * copies[:, :, None, :] * alone
    touching = _likely(objects, np.log(areas[:, None] + areas) + offset, spread)  # (n, 24, 24)
    some = np.maximum(1.0 - junk, _FLOOR)[..., None]
    # a network that sees two chromosomes gives each of them one half
    pairs = [
        4 * classes.take(one, -1) * classes.take(other, -1) / some * copies[..., 1:2] * touching[:, one, other]
        for one, other in zip(orders[:, :-1], orders[:, 1:], strict=True)
    ]
    same, trash = _goes_on(objects, measures), np.maximum(_JUNK * junk * _doubtful(objects), 1e-6)
    ordered = np.concatenate([whole.take(order, 2) for order in orders])
    return Evidence(ordered, np.concatenate(pairs), np.tile(trash, (len(orders), 1)), same, 1.0 - same)


def _doubtful(objects: Objects) -> Floats:
    """Return by how much likelier each object is junk than others, as the segmentation was less sure of it, (n,)."""
    sure = logit(np.clip(objects.sure, _LEAST_SURE, _MOST_SURE))
    doubtful: Floats = np.exp(_SURENESS * (logit(_USUALLY_SURE) - sure))
    return doubtful


def _offset(objects: Objects, looks: Looks, measures: Measures) -> float:
    """Return by how much, in logarithms, the areas of this page differ from the usual ones: stain and threshold."""
    said = looks.mean()
    classes, copies = said.classes[0].argmax(axis=1), said.copies[0].argmax(axis=1)
    seen = classes < len(measures.areas)
    if seen.sum() < _FEWEST:
        return 0.0
    usual = np.log(measures.areas[classes[seen]] * (copies[seen] + 1))
    return float(np.median(np.log(objects.areas[seen]) - usual))


def _likely(objects: Objects, expected: Floats, spread: float) -> Floats:
    """Return how probable the area of each object is, (n, ...), relative to the expected logarithms, (...)."""
    away = np.log(objects.areas).reshape(-1, *(1,) * expected.ndim) - expected
    likely: Floats = np.exp(-0.5 * (away / spread) ** 2) + _AREA_FLOOR
    return likely


def _goes_on(objects: Objects, measures: Measures) -> Floats:
    """Return how probable each object is of the same chromosome as the one before it, by the gap alone, (n,)."""
    same = np.full(len(objects), measures.row_same)
    on = np.isfinite(objects.gaps)
    if on.any():
        away = objects.gaps[on] - np.median(objects.gaps[on])
        same[on] = measures.gap_same[np.searchsorted(measures.gap_edges, away)]
    return same
