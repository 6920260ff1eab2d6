"""Reliability: of the karyograms that were given a probability, how many were abnormal?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.measuring.intervals import Interval, share_interval
from models.measuring.metrics import Mask, expected_calibration_error

MOST_BINS = 10


@dataclass(frozen=True)
class Bin:
    """Karyograms of neighbouring probabilities.

    ``low`` and ``high`` are the lowest and the highest probability of abnormal among these ``n``, ``mean`` the average.
    ``abnormal`` is the share that is, with its 95 % ``interval`` by case.
    """

    low: float
    high: float
    n: int
    mean: float
    abnormal: float
    interval: Interval


@dataclass(frozen=True)
class Reliability:
    """How well probabilities hold: expected calibration error (ten equal bins) and Brier score, both 0..1, and bins."""

    ece: float
    brier: float
    bins: tuple[Bin, ...]


def reliability(
    probability: NDArray[np.float64], abnormal: Mask, case: NDArray[np.int64], bins: int = MOST_BINS
) -> Reliability:
    """Compare probabilities with what came true.

    Args:
        probability: (N,) of abnormal, 0..1; at least one.
        abnormal: (N,) the truth.
        case: (N,) numbers of the cases.
        bins: how many at most; each holds about as many karyograms as the others, because most probabilities lie near
            0 and 1, where equal steps would leave bins empty. Equal probabilities stay in one bin: which of them came
            first says nothing.
    """
    order = np.argsort(probability, kind="stable")
    parts = np.split(order, _cuts(probability[order], bins))
    return Reliability(
        ece=expected_calibration_error(abnormal, probability, np.ones(order.size)),
        brier=float(np.mean((probability - abnormal) ** 2)),
        bins=tuple(_bin(probability[part], abnormal[part], case[part]) for part in parts),
    )


def _cuts(ordered: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """Return where the bins after the first begin, in ``ordered``, which rises; never between two that are equal."""
    even = np.arange(1, bins) * ordered.size // bins
    before, after = (np.searchsorted(ordered, ordered[even], side=side) for side in ("left", "right"))
    starts = np.where(even - before <= after - even, before, after)
    return np.unique(starts[(starts > 0) & (starts < ordered.size)]).astype(np.int64)


def _bin(probability: NDArray[np.float64], abnormal: Mask, case: NDArray[np.int64]) -> Bin:
    return Bin(
        low=float(probability[0]),
        high=float(probability[-1]),
        n=probability.size,
        mean=float(probability.mean()),
        abnormal=float(abnormal.mean()),
        interval=share_interval(abnormal, np.ones_like(abnormal), case),
    )
