"""Two counts of the same chromosomes put together: what the reader counts and what the network counts. NumPy only.

They err on different pages and on different chromosomes, so they are joined chromosome by chromosome, before anything
is said of the karyogram as a whole: a number is probable where both find it so, and a part that is not sure leaves it
to the other. This is a logarithmic opinion pool (Genest and Zidek 1986; Heskes 1998), normalised.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit

from models.counts import COPY_NUMBERS, miscount_probability

Floats = NDArray[np.floating]

_FLOOR = 1e-4
"""No part rules a number out: it may be blind to what it has never seen."""

_MOST = 4.0


def nothing_counted(*shape: int) -> NDArray[np.float32]:
    """Return what a part says that does not count, shape (..., 5): each number is as probable as any other."""
    return np.full((*shape, COPY_NUMBERS), 1.0 / COPY_NUMBERS, np.float32)


def pooled(reader: Floats, network: Floats, weight: float) -> NDArray[np.float32]:
    """Return how probable each number of each chromosome is by both.

    Args:
        reader: (..., 24, 5) probabilities of 0..4 copies, as the reader counts.
        network: likewise, as the network counts.
        weight: of the network beside the reader, at least 0; at 0 the reader decides alone.

    Returns:
        (..., 24, 5); each row sums to one.
    """
    logs = np.log(np.maximum(reader, _FLOOR)) + weight * np.log(np.maximum(network, _FLOOR))
    both = np.exp(logs - logs.max(axis=-1, keepdims=True))
    return np.asarray(both / both.sum(axis=-1, keepdims=True), np.float32)


def fit_weight(reader: Floats, network: Floats, miscounted: NDArray[np.bool_]) -> float:
    """Return the weight of the network with which wrong numbers are told best.

    Args:
        reader: (N, 24, 5) what the reader counts on N validation pictures, averaged over its passes.
        network: (N, 24, 5) what the network counts on them.
        miscounted: (N,) whether some chromosome is too many or missing.

    Returns:
        The weight of highest likelihood of the truths, where their log odds are linear in those of the pool.

    Raises:
        ValueError: when a wrong number, or a right one, is not among them.
    """
    if miscounted.all() or not miscounted.any():
        raise ValueError(f"expected wrong and right numbers, got {miscounted.sum()} wrong of {miscounted.size}")
    # late: only a release fits, and this import would cost every process a second
    from scipy.optimize import minimize

    sign = np.where(miscounted, 1.0, -1.0)

    def loss(numbers: Floats) -> float:
        wrong = np.clip(miscount_probability(pooled(reader, network, float(numbers[0]))), 1e-7, 1 - 1e-7)
        odds = numbers[1] * (np.log(wrong) - np.log1p(-wrong)) + numbers[2]
        return -float(np.mean(log_expit(sign * odds)))

    bounds = ((0.0, _MOST), (0.0, None), (None, None))
    starts = [(weight, 0.5, 0.0) for weight in (0.0, 0.5, 1.0)]
    found = [minimize(loss, x0=start, method="Nelder-Mead", bounds=bounds) for start in starts]
    return float(min(found, key=lambda one: one.fun).x[0])
