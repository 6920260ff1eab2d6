"""Cohen's kappa: how far two readers agree beyond what chance alone would give.

Sources: Cohen 1960, Educational and Psychological Measurement 20:37; the interval by the large-sample variance of
Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72:323.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_Z = 1.959963984540054


def kappa(table: NDArray[np.integer]) -> tuple[float, float, float]:
    """Return kappa and its 95 % interval, each at most 1; NaN where it is not defined.

    It is not defined for no karyogram, nor where both readers always say the same one thing. Where they agree on every
    karyogram the interval is a point, however few there are: say the number beside it.

    Args:
        table: (C, C) how many karyograms the first reader gave the call of the row and the second that of the column.

    Raises:
        ValueError: the table is not square, or a number is negative.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise ValueError(f"table must be square and without negative numbers, got shape {counts.shape}")
    number = counts.sum()
    if not number:
        return float("nan"), float("nan"), float("nan")
    share = counts / number
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    seen, chance = float(np.trace(share)), float(rows @ columns)
    if chance >= 1.0:
        return float("nan"), float("nan"), float("nan")
    value = (seen - chance) / (1 - chance)
    half = _Z * float(np.sqrt(_variance(share, rows, columns, value) / number)) / (1 - chance)
    return value, max(-1.0, value - half), min(1.0, value + half)


def _variance(
    share: NDArray[np.float64], rows: NDArray[np.float64], columns: NDArray[np.float64], value: float
) -> float:
    """The variance of one karyogram's part, before it is divided by (1 - chance) squared."""
    either = rows[:, None] + columns[None, :]  # (C, C): first says the row's call, plus second says the column's
    same = np.diag(share) * (1 - np.diag(either) * (1 - value)) ** 2
    crossed = columns[:, None] + rows[None, :]  # (C, C): second says the row's call, plus first says the column's
    other = (share * crossed**2).sum() - (np.diag(share) * np.diag(crossed) ** 2).sum()
    chance = float(rows @ columns)
    variance = same.sum() + (1 - value) ** 2 * other - (value - chance * (1 - value)) ** 2
    return max(0.0, float(variance))
