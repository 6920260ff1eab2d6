"""Figures of a model over labelled karyograms: NumPy functions.

Abnormal is the positive class. Every figure takes a weight for each karyogram, so that a resample of the cases is a
row of weights. A figure that is not defined (sensitivity without an abnormal karyogram) is NaN.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Weights = NDArray[np.float64]

PREVALENCE = 0.05
"""Share of abnormal karyograms that a laboratory is taken to see, unless it says its own."""

_ECE_BINS = 10


@dataclass(frozen=True)
class Outcomes:
    """N judged karyograms, column by column, each (N,).

    ``abnormal`` is the truth and ``voted`` the label by votes; ``screened`` says whether triage let the karyogram
    pass. ``score`` ranks them (mean probability of abnormal), ``calibrated`` is the calibrated probability at the share
    of abnormal among these karyograms. ``case`` numbers the cases.
    """

    abnormal: Mask
    voted: Mask
    screened: Mask
    score: NDArray[np.float64]
    calibrated: NDArray[np.float64]
    case: NDArray[np.int64]

    def where(self, chosen: Mask) -> Outcomes:
        """Keep the chosen karyograms; (N,) -> those that are True."""
        return Outcomes(
            abnormal=self.abnormal[chosen],
            voted=self.voted[chosen],
            screened=self.screened[chosen],
            score=self.score[chosen],
            calibrated=self.calibrated[chosen],
            case=self.case[chosen],
        )


def confusion(outcomes: Outcomes, weights: Weights) -> dict[str, float]:
    """Count tn, fp, fn and tp of the label by votes."""
    truth, voted = outcomes.abnormal, outcomes.voted
    cells = {"tn": ~truth & ~voted, "fp": ~truth & voted, "fn": truth & ~voted, "tp": truth & voted}
    return {name: float(weights[where].sum()) for name, where in cells.items()}


def shares(outcomes: Outcomes) -> dict[str, tuple[Mask, Mask]]:
    """Return the figures that are the share of a part in a whole: for each the part and the whole, (N,) both.

    ``sensitivity``, ``specificity`` and ``accuracy`` judge the label by votes. ``triage_sensitivity`` is the share of
    the abnormal that triage did not screen out, ``screened_normal`` the share of the normal that it did, and
    ``screened_fraction`` that of all.
    """
    abnormal, voted, screened = outcomes.abnormal, outcomes.voted, outcomes.screened
    everything = np.ones_like(abnormal)
    return {
        "sensitivity": (voted, abnormal),
        "specificity": (~voted, ~abnormal),
        "triage_sensitivity": (~screened, abnormal),
        "screened_normal": (screened, ~abnormal),
        "screened_fraction": (screened, everything),
        "accuracy": (voted == abnormal, everything),
    }


def figures(outcomes: Outcomes, weights: Weights, prevalence: float = PREVALENCE) -> dict[str, float]:
    """Compute every figure that gets an interval.

    Those of ``shares``, and: ``missed_abnormal``, how many abnormal ones triage screened. ``auc`` and
    ``average_precision`` of the score. ``precision``: the chance that a karyogram voted abnormal is so;
    ``negative_predictive_value``: that a screened one is normal; both at the prevalence, whatever the share of abnormal
    among these karyograms. ``ece`` (10 equal bins) and ``brier`` judge the calibrated probability.

    Args:
        outcomes: the judged karyograms.
        weights: (N,) how often each of them counts.
        prevalence: share of abnormal karyograms in the laboratory, between 0 and 1.
    """
    found = {
        name: _share(float(weights[part & whole].sum()), float(weights[whole].sum()))
        for name, (part, whole) in shares(outcomes).items()
    }
    ranked = ranking_figures(outcomes.abnormal, outcomes.score, weights[None])
    squares = weights * (outcomes.calibrated - outcomes.abnormal) ** 2
    return {
        **found,
        "missed_abnormal": float(weights[outcomes.abnormal & outcomes.screened].sum()),
        **{name: float(value[0]) for name, value in ranked.items()},
        "precision": predictive_value(found["sensitivity"], 1 - found["specificity"], prevalence),
        "negative_predictive_value": predictive_value(
            found["screened_normal"], 1 - found["triage_sensitivity"], 1 - prevalence
        ),
        "ece": expected_calibration_error(outcomes.abnormal, outcomes.calibrated, weights),
        "brier": _share(float(squares.sum()), float(weights.sum())),
    }


def predictive_value(right: float, wrong: float, prevalence: float) -> float:
    """Return the chance that a karyogram judged to be of a class is of it, by Bayes' rule; NaN if none is judged so.

    Args:
        right: share of the class that is judged to be of it, 0..1.
        wrong: share of the others that is, 0..1.
        prevalence: share of the class among all, 0..1.
    """
    return _share(right * prevalence, right * prevalence + wrong * (1 - prevalence))


def area_under_curve(abnormal: Mask, score: NDArray[np.float64], weights: Weights) -> float:
    """Return the area under the ROC curve: the chance that an abnormal one scores higher, ties half. 0..1."""
    return float(ranking_figures(abnormal, score, weights[None])["auc"][0])


def average_precision(abnormal: Mask, score: NDArray[np.float64], weights: Weights) -> float:
    """Return the mean precision over the recalls reached by lowering the threshold step by step. 0..1."""
    return float(ranking_figures(abnormal, score, weights[None])["average_precision"][0])


def ranking_figures(abnormal: Mask, score: NDArray[np.float64], weights: Weights) -> dict[str, NDArray[np.float64]]:
    """Return ``auc`` and ``average_precision`` for each row of weights, (R, N) -> (R,) both."""
    positive, negative = _weights_by_score(abnormal, score, weights)  # (R, levels) both, by rising score
    below = np.cumsum(negative, axis=-1) - negative
    area = ratios((positive * (below + negative / 2)).sum(-1), positive.sum(-1) * negative.sum(-1))
    found, raised = (np.cumsum(part[..., ::-1], axis=-1) for part in (positive, positive + negative))
    precision = np.divide(found, raised, out=np.zeros_like(found), where=raised > 0)
    mean = ratios((positive[..., ::-1] * precision).sum(-1), positive.sum(-1))
    return {"auc": area, "average_precision": mean}


def expected_calibration_error(abnormal: Mask, probability: NDArray[np.float64], weights: Weights) -> float:
    """Return the mean gap between probability and share of abnormal over ten equal bins. 0..1."""
    return float(expected_calibration_errors(abnormal, probability, weights[None])[0])


def expected_calibration_errors(
    abnormal: Mask, probability: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    """Return the expected calibration error for each row of weights, (R, N) -> (R,)."""
    bins = np.minimum((probability * _ECE_BINS).astype(np.int64), _ECE_BINS - 1)
    gaps = (weights * (probability - abnormal)) @ np.eye(_ECE_BINS)[bins]  # (R, N) x (N, bins) -> (R, bins)
    return ratios(np.abs(gaps).sum(-1), weights.sum(-1))


def sums_by_level(score: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum values at each distinct score, in rising order, (..., N) -> (..., levels)."""
    order = np.argsort(score, kind="stable")
    firsts = np.flatnonzero(np.diff(score[order], prepend=np.nan) != 0)
    summed: NDArray[np.float64] = np.add.reduceat(values[..., order], firsts, axis=-1)
    return summed


def ratios(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of parts in wholes, element by element; NaN where there is no whole."""
    shared: NDArray[np.float64] = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole != 0)
    return shared


def _weights_by_score(abnormal: Mask, score: NDArray[np.float64], weights: Weights) -> tuple[Weights, Weights]:
    """Sum the weights of abnormal and of normal ones at each distinct score, in rising order."""
    return sums_by_level(score, np.where(abnormal, weights, 0.0)), sums_by_level(
        score, np.where(abnormal, 0.0, weights)
    )


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
