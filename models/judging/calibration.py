"""From what the heads of a network say to a probability of abnormal that can be taken at its word.

The thesis' head looks at the whole picture; the findings head and the reader count chromosomes, see
``models.judging.pool``, and the reader compares homologues. Each sub-network's probability is calibrated with all of
them, so that votes, agreement and probability are about all that the model has seen.

A karyogram is abnormal if its numbers are wrong or a structure is changed: one of the two is enough, however surely the
other is in order. So they are not added up as log odds, where sure numbers would drown a changed chromosome, but joined
as causes of which each may suffice (noisy or).

Sources: Platt 1999 (scaling and smoothed targets); Pearl 1988 (noisy or); Elkan 2001 and Saerens, Latinne and
Decaestecker 2002 (another prevalence).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

Floats = NDArray[np.floating]

_START = {"slope": 1.0, "change_slope": 0.5, "change_intercept": -2.0}
"""Where a fit begins; it must not begin where one part explains everything."""


@dataclass(frozen=True)
class Calibration:
    """Probability of abnormal, by the log odds of what is said.

    It is 1 - (1 - first) * (1 - second): the first is sigmoid(slope * logit(pass) + miscount_slope * logit(miscount) +
    intercept), the second sigmoid(change_slope * logit(change) + change_intercept), and nothing where
    ``change_slope`` is zero. It holds where ``prevalence`` of the karyograms are
    abnormal, that is among those it was fitted on; for a laboratory with another share see ``at_prevalence``. The
    default changes nothing.
    """

    slope: float = 1.0
    intercept: float = 0.0
    miscount_slope: float = 0.0
    change_slope: float = 0.0
    change_intercept: float = 0.0
    prevalence: float = 0.5

    def __post_init__(self) -> None:
        """Refuse a prevalence of none or all."""
        if not 0.0 < self.prevalence < 1.0:
            raise ValueError(f"prevalence must lie between 0 and 1, got {self.prevalence!r}")

    def apply(
        self,
        probability: Floats | float,
        miscount: Floats | float = 0.5,
        change: Floats | float = 0.5,
    ) -> Floats:
        """Return calibrated probabilities of abnormal, the same shape as ``probability``.

        Args:
            probability: of abnormal, from the thesis' head, 0..1.
            miscount: probability that some chromosome is too many or missing, 0..1; one for each ``probability``, or
                one for all.
            change: probability that some chromosome is structurally changed, likewise.

        Raises:
            ValueError: when a value is not a probability.
        """
        evidence = self.slope * logit(probability) + self.miscount_slope * logit(miscount) + self.intercept
        if not self.change_slope:
            return _either(evidence)
        return _either(evidence, self.change_slope * logit(change) + self.change_intercept)


def fit_calibration(
    passes: Floats,
    miscounts: Floats,
    abnormal: NDArray[np.bool_],
    changes: Floats | None = None,
) -> Calibration:
    """Fit a calibration on validation pictures, so that the mean over the calibrated passes is calibrated.

    Args:
        passes: (N, T) probability of abnormal of each pass, 0..1.
        miscounts: (N, T) probability in each pass that some chromosome is too many or missing, 0..1.
        abnormal: (N,) the truth.
        changes: (N, T) probability in each pass that some chromosome is structurally changed; if nothing tells, none.

    Returns:
        The calibration of highest likelihood against Platt's smoothed targets, which keep it finite when the two
        classes are perfectly apart; no slope is negative.

    Raises:
        ValueError: for different lengths, when a class is missing, or a value is not a probability.
    """
    truth = np.asarray(abnormal, dtype=bool)
    told = {"slope": passes, "miscount_slope": miscounts, "change_slope": changes}
    said = {name: logit(values) for name, values in told.items() if values is not None}
    _check_shapes(list(said.values()), truth)
    # late: only a release fits, and this import would cost every process a second
    from scipy.optimize import minimize

    names = ["intercept", *said] if changes is None else ["intercept", *said, "change_intercept"]
    targets = _smoothed(truth)

    def loss(numbers: Floats) -> float:
        by = dict(zip(names, numbers, strict=True))
        counted = sum(by[name] * values for name, values in said.items() if name != "change_slope") + by["intercept"]
        parts = [] if changes is None else [by["change_slope"] * said["change_slope"] + by["change_intercept"]]
        likely = np.clip(_either(counted, *parts).mean(axis=1), 1e-12, 1 - 1e-12)
        return float(-np.mean(targets * np.log(likely) + (1 - targets) * np.log1p(-likely)))

    bounds = [(0.0 if name.endswith("slope") else None, None) for name in names]
    found = minimize(loss, x0=[_START.get(name, 0.0) for name in names], method="L-BFGS-B", bounds=bounds).x
    return Calibration(prevalence=float(truth.mean()), **dict(zip(names, map(float, found), strict=True)))


def _either(*log_odds: Floats) -> Floats:
    """Return the probability that one of several causes is there, by the log odds of each."""
    none = np.asarray(math.prod(expit(-odds) for odds in log_odds))
    return 1.0 - none


def _check_shapes(said: list[Floats], truth: NDArray[np.bool_]) -> None:
    if any(one.ndim != 2 or one.shape != said[0].shape for one in said) or truth.shape != said[0].shape[:1]:
        shapes = ", ".join(str(one.shape) for one in said)
        raise ValueError(f"expected passes and miscounts (N, T) with N truths, got shapes {shapes} and {truth.shape}")
    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        raise ValueError(f"expected pictures of both classes, got {positive} abnormal and {negative} normal")


def _smoothed(truth: NDArray[np.bool_]) -> Floats:
    """Return Platt's targets, which keep a fit finite when the two classes are perfectly apart."""
    positive, negative = int(truth.sum()), int((~truth).sum())
    return np.where(truth, (positive + 1) / (positive + 2), 1 / (negative + 2))


def at_prevalence(probability: Floats | float, fitted: float, wanted: float) -> Floats:
    """Return what a probability of abnormal becomes where another share of the karyograms is abnormal.

    Right if abnormal karyograms look alike in both places, and are only more or less frequent.

    Args:
        probability: of abnormal, 0..1.
        fitted: share of abnormal karyograms at which it holds, between 0 and 1.
        wanted: share in the other place, between 0 and 1.
    """
    moved: Floats = expit(logit(probability) + logit(wanted) - logit(fitted))
    return moved


def checked(probabilities: Floats | float) -> Floats:
    """Return probabilities as float64.

    Raises:
        ValueError: when there are none, or one of them is not between 0 and 1.
    """
    values = np.asarray(probabilities, dtype=np.float64)
    if values.size == 0:
        raise ValueError(f"probabilities must hold at least one value, got shape {values.shape}")
    # a NaN fails this comparison too: it must never turn into "certain"
    if not np.all((values >= 0.0) & (values <= 1.0)):
        wrong = values[~((values >= 0.0) & (values <= 1.0))].flat[0]
        raise ValueError(f"probabilities must lie between 0 and 1, got {wrong!r}")
    return values


def logit(probabilities: Floats | float) -> Floats:
    """Return the log odds of probabilities; those of 0 and 1 are kept within about +-16.

    Raises:
        ValueError: when a value is not a probability.
    """
    # a float32 sigmoid reaches 0 and 1 exactly
    clipped: Floats = np.clip(checked(probabilities), 1e-7, 1.0 - 1e-7)
    return np.log(clipped) - np.log1p(-clipped)
