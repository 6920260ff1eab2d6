"""Figures of a model over labelled karyograms, with bootstrap intervals by case: NumPy functions.

Abnormal is the positive class. Every figure takes a weight for each karyogram, so that a resample of the cases is a
row of weights. A figure that is not defined (sensitivity without an abnormal karyogram) is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]

_ECE_BINS = 10


@dataclass(frozen=True)
class Outcomes:
    """N judged karyograms, column by column, each (N,).

    ``abnormal`` is the truth and ``voted`` the label by votes; ``screened`` says whether triage let the karyogram
    pass. ``score`` ranks them (mean probability of abnormal), ``calibrated`` is the calibrated probability. ``case``
    numbers the cases from 0.
    """

    abnormal: NDArray[np.bool_]
    voted: NDArray[np.bool_]
    screened: NDArray[np.bool_]
    score: NDArray[np.float64]
    calibrated: NDArray[np.float64]
    case: NDArray[np.int64]


def confusion(outcomes: Outcomes, weights: Weights) -> dict[str, float]:
    """Count tn, fp, fn and tp of the label by votes."""
    truth, voted = outcomes.abnormal, outcomes.voted
    cells = {"tn": ~truth & ~voted, "fp": ~truth & voted, "fn": truth & ~voted, "tp": truth & voted}
    return {name: float(weights[where].sum()) for name, where in cells.items()}


def figures(outcomes: Outcomes, weights: Weights) -> dict[str, float]:
    """Compute every figure that gets an interval; the most important first.

    ``sensitivity`` to ``accuracy`` judge the label by votes. ``triage_sensitivity`` is the share of the abnormal that
    triage did not screen out, ``screened_fraction`` the share of all that it did, and ``missed_abnormal`` the number
    of abnormal ones among these. ``ece`` (10 equal bins) and ``brier`` judge the calibrated probability.

    Args:
        outcomes: the judged karyograms.
        weights: (N,) how often each of them counts.
    """
    cells = confusion(outcomes, weights)
    tn, fp, fn, tp = (cells[name] for name in ("tn", "fp", "fn", "tp"))
    missed = float(weights[outcomes.abnormal & outcomes.screened].sum())
    return {
        "sensitivity": _share(tp, tp + fn),
        "specificity": _share(tn, tn + fp),
        "triage_sensitivity": 1.0 - _share(missed, tp + fn),
        "missed_abnormal": missed,
        "screened_fraction": _share(float(weights[outcomes.screened].sum()), float(weights.sum())),
        "auc": area_under_curve(outcomes.abnormal, outcomes.score, weights),
        "average_precision": average_precision(outcomes.abnormal, outcomes.score, weights),
        "precision": _share(tp, tp + fp),
        "negative_predictive_value": _share(tn, tn + fn),
        "accuracy": _share(tn + tp, tn + fp + fn + tp),
        "ece": expected_calibration_error(outcomes.abnormal, outcomes.calibrated, weights),
        "brier": _share(float((weights * (outcomes.calibrated - outcomes.abnormal) ** 2).sum()), float(weights.sum())),
    }


def area_under_curve(abnormal: NDArray[np.bool_], score: NDArray[np.float64], weights: Weights) -> float:
    """Return the area under the ROC curve: the chance that an abnormal one scores higher, ties half. 0..1."""
    positive, negative = _weights_by_score(abnormal, score, weights)
    below = np.cumsum(negative) - negative
    return _share(float((positive * (below + negative / 2)).sum()), float(positive.sum() * negative.sum()))


def average_precision(abnormal: NDArray[np.bool_], score: NDArray[np.float64], weights: Weights) -> float:
    """Return the mean precision over the recalls reached by lowering the threshold step by step. 0..1."""
    positive, negative = (part[::-1] for part in _weights_by_score(abnormal, score, weights))
    found, raised = np.cumsum(positive), np.cumsum(positive + negative)
    precision = np.divide(found, raised, out=np.zeros_like(found), where=raised > 0)
    return _share(float((positive * precision).sum()), float(positive.sum()))


def expected_calibration_error(
    abnormal: NDArray[np.bool_], probability: NDArray[np.float64], weights: Weights
) -> float:
    """Return the mean gap between probability and share of abnormal over ten equal bins. 0..1."""
    bins = np.minimum((probability * _ECE_BINS).astype(np.int64), _ECE_BINS - 1)
    gaps = np.bincount(bins, weights * (probability - abnormal), minlength=_ECE_BINS)
    return _share(float(np.abs(gaps).sum()), float(weights.sum()))


def bootstrap(
    outcomes: Outcomes,
    compute: Callable[[Outcomes, Weights], dict[str, float]] = figures,
    resamples: int = 2000,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, tuple[float, float]]:
    """Return the percentile interval of each figure over resamples of the cases.

    Cases are drawn, not karyograms: several karyograms of one case are no independent evidence. Resamples in which a
    figure is not defined are left out of it.

    Args:
        outcomes: the judged karyograms, at least one.
        compute: the figures.
        resamples: how many, at least 1.
        level: coverage, between 0 and 1.
        seed: of the draws.
    """
    generator = np.random.default_rng(seed)
    cases = int(outcomes.case.max()) + 1
    rows = []
    for _ in range(resamples):
        drawn = np.bincount(generator.integers(cases, size=cases), minlength=cases).astype(np.float64)
        rows.append(compute(outcomes, drawn[outcomes.case]))
    return {name: _interval(np.array([row[name] for row in rows]), level) for name in rows[0]}


def _interval(values: NDArray[np.float64], level: float) -> tuple[float, float]:
    defined = values[~np.isnan(values)]
    if defined.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(defined, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)


def _weights_by_score(
    abnormal: NDArray[np.bool_], score: NDArray[np.float64], weights: Weights
) -> tuple[Weights, Weights]:
    """Sum the weights of abnormal and of normal ones at each distinct score, in rising order."""
    levels, index = np.unique(score, return_inverse=True)
    abnormal_weights, normal_weights = np.where(abnormal, weights, 0.0), np.where(abnormal, 0.0, weights)
    positive: Weights = np.bincount(index, abnormal_weights, minlength=levels.size).astype(np.float64)
    negative: Weights = np.bincount(index, normal_weights, minlength=levels.size).astype(np.float64)
    return positive, negative


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
