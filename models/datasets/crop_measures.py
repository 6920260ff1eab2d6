"""What the reader must know of sizes and gaps, measured on the objects of simulated pages."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.chromosomes import CHROMOSOMES
from models.datasets.crop_lessons import MARKER_COLUMN
from models.datasets.crop_set import CropSet
from models.reading.decoding import Floats
from models.reading.evidence import Measures

_GAP_EDGES = np.array([-0.2, -0.1, -0.05, -0.02, 0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
_LEAST, _MOST = 0.03, 0.97  # a gap alone never decides
_ROW_LEAST = 0.004
_PAPER = 240


def measure(found: CropSet) -> Measures:
    """Measure areas and heights of single chromosomes, and how often neighbours are of the same one.

    Args:
        found: objects of enough pages to show every chromosome by itself.

    Raises:
        ValueError: some chromosome is never shown by itself.
    """
    shown = found.shown[:, :MARKER_COLUMN]
    kind, number = shown.argmax(axis=1), shown.sum(axis=1)
    pure = np.equal(shown.max(axis=1), number) & (number > 0) & np.equal(found.shown[:, MARKER_COLUMN], 0)
    singles = [np.flatnonzero(pure & (number == 1) & (kind == place)) for place in range(MARKER_COLUMN)]
    absent = [name for name, which in zip(CHROMOSOMES, singles, strict=True) if not len(which)]
    if absent:
        raise ValueError(f"every chromosome must be shown by itself, never found: {', '.join(absent)}")
    next_to = np.equal(found.page[1:], found.page[:-1]) & pure[1:] & pure[:-1]
    same_row = np.equal(found.rows[1:], found.rows[:-1])
    same_kind: NDArray[np.bool_] = np.equal(kind[1:], kind[:-1])
    between = next_to & ~same_row
    return Measures(
        areas=np.array([np.exp(np.median(np.log(found.areas[which]))) for which in singles]),
        lengths=np.array([np.median(_heights(found.crops(which))) for which in singles]),
        gap_edges=_GAP_EDGES,
        gap_same=_same_by_gap((found.gaps - _usual_gaps(found))[1:], same_kind, next_to & same_row),
        row_same=max(_ROW_LEAST, float(same_kind[between].mean()) if between.any() else 0.0),
    )


def _heights(crops: NDArray[np.uint8]) -> NDArray[np.int64]:
    inked: NDArray[np.bool_] = np.any(crops < _PAPER, axis=2)
    heights: NDArray[np.int64] = inked.shape[1] - inked[:, ::-1].argmax(axis=1) - inked.argmax(axis=1)
    return heights


def _usual_gaps(found: CropSet) -> Floats:
    """Return the median gap of the page of each object, (N,)."""
    usual = np.zeros(len(found))
    for page in np.unique(found.page):
        own = found.page == page
        gaps = found.gaps[own & np.isfinite(found.gaps)]
        usual[own] = np.median(gaps) if len(gaps) else 0.0
    return usual


def _same_by_gap(away: Floats, same: NDArray[np.bool_], known: NDArray[np.bool_]) -> Floats:
    """Return how often an object is of the same chromosome as the one before it, by the gap between them."""
    bins = np.searchsorted(_GAP_EDGES, away)
    shares = []
    for number in range(len(_GAP_EDGES) + 1):
        own = known & (bins == number)
        shares.append(same[own].mean() if own.any() else 0.5)
    clipped: Floats = np.clip(np.array(shares), _LEAST, _MOST)
    return clipped
