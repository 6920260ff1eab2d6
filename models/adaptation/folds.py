"""Cross-validation by case: which cases of a small set are held out together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def deal(case: NDArray[np.int64], abnormal: NDArray[np.bool_], folds: int, seed: int) -> NDArray[np.int64]:
    """Deal cases into folds, the abnormal ones and the normal ones each as evenly as it goes.

    Args:
        case: (N,) the case of each karyogram, numbered from 0.
        abnormal: (N,) its label; a case with an abnormal karyogram is an abnormal case.
        folds: how many, at least 2 and at most as many as there are cases.
        seed: of the shuffling.

    Returns:
        (N,) the fold of each karyogram, 0 to ``folds`` - 1; all of a case in the same one, and none empty.

    Raises:
        ValueError: for a number of folds that is out of range.
    """
    cases = int(case.max()) + 1
    if not 2 <= folds <= cases:
        raise ValueError(f"folds must lie between 2 and {cases} cases, got {folds!r}")
    sick = np.bincount(case, abnormal) > 0
    shuffled = np.random.default_rng(seed).permutation(cases)
    # abnormal cases first, then the normal ones go on where these end
    order = shuffled[np.argsort(~sick[shuffled], kind="stable")]
    fold = np.empty(cases, np.int64)
    fold[order] = np.arange(cases) % folds
    dealt: NDArray[np.int64] = fold[case]
    return dealt
