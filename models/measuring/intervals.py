"""95 % intervals of figures over karyograms that come in cases.

The bootstrap draws cases, not karyograms: several karyograms of one case are no independent evidence. Where every
resample says the same (all right, or all wrong) the bootstrap would claim certainty, however few the cases; there the
interval is Wilson's by the number of cases, and for the area under the curve that of Newcombe.

Sources: Efron and Tibshirani 1993 (percentile bootstrap); Wilson 1927; Newcombe 2006, Statistics in Medicine 25:559
(intervals of the area, method 5).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from models.judging.uncertainty import wilson_interval
from models.measuring.metrics import (
    PREVALENCE,
    Mask,
    Outcomes,
    Weights,
    area_under_curve,
    figures,
    predictive_value,
    shares,
)

Interval = tuple[float, float]

RESAMPLES = 2000
LEVEL = 0.95
_Z = 1.959963984540054


def intervals(outcomes: Outcomes, resamples: int = RESAMPLES, prevalence: float = PREVALENCE) -> dict[str, Interval]:
    """Return the interval of each of ``models.measuring.metrics.figures``; NaN to NaN for one that is not defined.

    Args:
        outcomes: the judged karyograms, at least one.
        resamples: how many, at least 1.
        prevalence: share of abnormal karyograms in the laboratory, between 0 and 1.
    """
    found = bootstrap(outcomes, partial(figures, prevalence=prevalence), resamples)
    found = widened(found, outcomes)
    return _widened(found, _derived(outcomes, found, prevalence))


def auc_interval(outcomes: Outcomes, resamples: int = RESAMPLES) -> Interval:
    """Return the interval of the area under the ROC curve alone; NaN to NaN when a class is missing."""

    def area(table: Outcomes, weights: Weights) -> dict[str, float]:
        return {"auc": area_under_curve(table.abnormal, table.score, weights)}

    found = bootstrap(outcomes, area, resamples)["auc"]
    return _exact(outcomes).get("auc", found) if _is_point(found) else found


def bootstrap(
    outcomes: Outcomes,
    compute: Callable[[Outcomes, Weights], dict[str, float]],
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return the percentile interval of each figure over resamples of the cases, where it is defined.

    Args:
        outcomes: the judged karyograms, at least one.
        compute: the figures.
        resamples: how many, at least 1.
        seed: of the draws.
    """
    rows = [compute(outcomes, drawn) for drawn in resampled_weights(outcomes.case, resamples, seed)]
    return {name: percentiles(np.array([row[name] for row in rows])) for name in rows[0]}


def resampled_weights(case: NDArray[np.int64], resamples: int = RESAMPLES, seed: int = 0) -> Weights:
    """Draw how often each karyogram counts in each resample of the cases: numbers of cases, (N,) -> (resamples, N)."""
    numbers, index = np.unique(case, return_inverse=True)
    return _draws(numbers.size, resamples, seed)[:, index]


def widened(found: dict[str, Interval], outcomes: Outcomes) -> dict[str, Interval]:
    """Return intervals with exact ones, by the number of cases, in place of those that are a point.

    Args:
        found: percentile intervals of figures of ``models.measuring.metrics.figures`` and, untouched, of others.
        outcomes: the judged karyograms, at least one.
    """
    return _widened(found, _exact(outcomes))


def share_interval(part: Mask, whole: Mask, case: NDArray[np.int64], resamples: int = RESAMPLES) -> Interval:
    """Return the interval of the share of a part in a whole, (N,) each, of karyograms of numbered cases."""
    numbers, index = np.unique(case[whole], return_inverse=True)
    if not numbers.size:
        return float("nan"), float("nan")
    counted = np.stack([np.bincount(index, part[whole]), np.bincount(index)])  # (2, cases)
    parts, wholes = counted @ _draws(numbers.size, resamples, seed=0).T
    found = percentiles(parts / wholes)
    return wilson_by_case(part, whole, case) if _is_point(found) else found


def wilson_by_case(part: Mask, whole: Mask, case: NDArray[np.int64]) -> Interval:
    """Return Wilson's interval of a share as if each case had counted once; NaN to NaN for an empty whole."""
    return wilson_of_counts(int(part[whole].sum()), int(whole.sum()), np.unique(case[whole]).size)


def wilson_of_counts(part: int, whole: int, cases: int) -> Interval:
    """Return the same interval from counts: ``part`` of ``whole`` karyograms, which are of ``cases`` cases."""
    if not cases:
        return float("nan"), float("nan")
    return wilson_interval(round(part / whole * cases), cases)


def area_interval(positive: int, negative: int) -> Interval:
    """Return the interval of an area under the curve of 1: one that is there when all abnormal ones score higher.

    Args:
        positive: number of abnormal cases, at least 1.
        negative: number of normal cases, at least 1.
    """
    # late: only an evaluation needs it, and this import would cost every process a second
    from scipy.optimize import brentq

    surplus = (positive + negative) / 2 - 1

    def gap(area: float) -> float:
        spread = 1 + surplus * (1 - area) / (2 - area) + surplus * area / (1 + area)
        return 1 - area - _Z * float(np.sqrt(area * (1 - area) * spread / (positive * negative)))

    # 1 solves it too: the wanted area is the other one
    return float(brentq(gap, 0.0, 1.0 - 1e-9)), 1.0


@lru_cache(maxsize=8)  # figures of many runs on sets of one size come one after the other
def _draws(cases: int, resamples: int, seed: int) -> NDArray[np.float64]:
    """Draw how often each case counts in each resample, (resamples, cases)."""
    generator = np.random.default_rng(seed)
    drawn = [np.bincount(generator.integers(cases, size=cases), minlength=cases) for _ in range(resamples)]
    return np.array(drawn, dtype=np.float64)


def percentiles(values: NDArray[np.float64]) -> Interval:
    """Return the 95 % percentile interval of what resamples say; NaN to NaN where none of them is defined."""
    defined = values[~np.isnan(values)]
    if defined.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return float(low), float(high)


def _is_point(interval: Interval) -> bool:
    return interval[0] == interval[1]


def _widened(found: dict[str, Interval], exact: dict[str, Interval]) -> dict[str, Interval]:
    return {name: exact.get(name, interval) if _is_point(interval) else interval for name, interval in found.items()}


def _exact(outcomes: Outcomes) -> dict[str, Interval]:
    """Intervals, by the number of cases, of figures that can be 1 or 0 in every resample."""
    abnormal, case = outcomes.abnormal, outcomes.case
    found = {name: wilson_by_case(part, whole, case) for name, (part, whole) in shares(outcomes).items()}
    if abnormal.any() and not abnormal.all():
        found["average_precision"] = wilson_by_case(abnormal, abnormal, case)
        if outcomes.score[abnormal].min() > outcomes.score[~abnormal].max():
            found["auc"] = area_interval(*(np.unique(case[chosen]).size for chosen in (abnormal, ~abnormal)))
    return found


def _derived(outcomes: Outcomes, found: dict[str, Interval], prevalence: float) -> dict[str, Interval]:
    """Intervals of figures that follow from others, end by end."""
    voted, right, flagged, screened = (
        found[name] for name in ("sensitivity", "specificity", "triage_sensitivity", "screened_normal")
    )
    number = int(outcomes.abnormal.sum())
    precision = [predictive_value(a, 1 - b, prevalence) for a, b in zip(voted, right, strict=True)]
    negative = [predictive_value(a, 1 - b, 1 - prevalence) for a, b in zip(screened, flagged, strict=True)]
    return {
        "missed_abnormal": (number * (1 - flagged[1]), number * (1 - flagged[0])),
        "precision": (precision[0], precision[1]),
        "negative_predictive_value": (negative[0], negative[1]),
    }
