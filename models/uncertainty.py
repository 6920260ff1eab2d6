"""Uncertainty measures over the passes of MC-Dropout: NumPy functions, no network in sight.

Each measure takes the probabilities of "abnormal", shape (..., T), one for each of the T sub-networks, and
reduces the last axis. Entropies are in bits (log base 2). Sources: Gal and Ghahramani 2016 (MC-Dropout);
Houlsby et al. 2011 (mutual information); thesis section 3.4 (votes and the confidence score, here "pass
agreement"); Wilson 1927 (interval of a proportion).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import entr, expit

Floats = NDArray[np.floating]


class Label(StrEnum):
    """What a karyogram is judged to be; abnormal is the positive class."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


@dataclass(frozen=True)
class Measures:
    """Everything the passes of one karyogram say.

    ``label`` is the side with more votes; a tie is abnormal, because a missed abnormal is the worst error.
    ``pass_agreement`` is the share of passes that vote for ``label``, with its 95 % Wilson interval
    ``agreement_low``..``agreement_high``. ``predictive_entropy`` and ``mutual_information`` are in bits.
    ``calibrated_probability`` is the probability of abnormal after the calibration on the model's card.
    """

    passes: int
    votes_abnormal: int
    label: Label
    pass_agreement: float
    agreement_low: float
    agreement_high: float
    mean_probability: float
    standard_deviation: float
    predictive_entropy: float
    mutual_information: float
    calibrated_probability: float


@dataclass(frozen=True)
class Calibration:
    """Platt scaling of the mean probability: sigmoid(``slope`` * logit(mean) + ``intercept``).

    The default changes nothing. Source: Platt 1999, fitted on validation cases (design section 8).
    """

    slope: float = 1.0
    intercept: float = 0.0

    def apply(self, probability: Floats | float) -> Floats:
        """Return the calibrated probability of abnormal, the same shape as ``probability`` (0..1)."""
        calibrated: Floats = expit(self.slope * _logit(_checked(probability)) + self.intercept)
        return calibrated


def fit_calibration(mean_probabilities: Floats, abnormal: NDArray[np.bool_]) -> Calibration:
    """Fit Platt's two numbers on validation pictures.

    Args:
        mean_probabilities: (N,) mean probability of abnormal over the passes, 0..1.
        abnormal: (N,) the truth.

    Returns:
        The calibration of highest likelihood against Platt's smoothed targets, which keep it finite when the two
        classes are perfectly apart; the slope is never negative.

    Raises:
        ValueError: for different lengths, or when one class is missing.
    """
    scores, truth = _logit(_checked(mean_probabilities)), np.asarray(abnormal, dtype=bool)
    if scores.shape != truth.shape:
        raise ValueError(f"expected one label for each probability, got shapes {truth.shape} and {scores.shape}")
    # late: only a release fits, and this import would cost every process a second
    from scipy.optimize import minimize

    positive, negative = int(truth.sum()), int((~truth).sum())
    if not positive or not negative:
        raise ValueError(f"expected pictures of both classes, got {positive} abnormal and {negative} normal")
    targets = np.where(truth, (positive + 1) / (positive + 2), 1 / (negative + 2))

    def loss(numbers: Floats) -> float:
        z = numbers[0] * scores + numbers[1]
        return float(np.mean(np.logaddexp(0.0, z) - targets * z))

    found = minimize(loss, x0=(1.0, 0.0), method="L-BFGS-B", bounds=((0.0, None), (None, None)))
    return Calibration(slope=float(found.x[0]), intercept=float(found.x[1]))


def votes_abnormal(probabilities: Floats) -> NDArray[np.int64]:
    """Count the passes that vote abnormal: probability of at least one half. (..., T) -> (...)."""
    votes: NDArray[np.int64] = np.sum(_checked(probabilities) >= 0.5, axis=-1, dtype=np.int64)
    return votes


def winning_label(votes: int, passes: int) -> Label:
    """Return the side with more votes; a tie is abnormal."""
    return Label.ABNORMAL if 2 * votes >= passes else Label.NORMAL


def wilson_interval(successes: int, trials: int, z: float = 1.959963984540054) -> tuple[float, float]:
    """Return the Wilson interval of a proportion; ``z`` = 1.96 gives 95 %.

    Raises:
        ValueError: when not 0 <= successes <= trials, or there is no trial.
    """
    if trials < 1 or not 0 <= successes <= trials:
        raise ValueError(f"expected 0 <= successes <= trials and trials >= 1, got {successes!r} of {trials!r}")
    share, spread = successes / trials, z * z / trials
    centre = (share + spread / 2) / (1 + spread)
    half = z * float(np.sqrt(share * (1 - share) / trials + spread / (4 * trials))) / (1 + spread)
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def mean_probability(probabilities: Floats) -> Floats:
    """Return the mean probability of abnormal over the passes. (..., T) -> (...), 0..1."""
    return np.asarray(np.mean(_checked(probabilities), axis=-1))


def standard_deviation(probabilities: Floats) -> Floats:
    """Return the population standard deviation over the passes. (..., T) -> (...), 0..0.5."""
    return np.asarray(np.std(_checked(probabilities), axis=-1))


def predictive_entropy(probabilities: Floats) -> Floats:
    """Return the entropy of the mean probability in bits: all uncertainty. (..., T) -> (...), 0..1."""
    return _entropy(np.mean(_checked(probabilities), axis=-1))


def mutual_information(probabilities: Floats) -> Floats:
    """Return what the passes disagree about, in bits: predictive entropy less mean entropy. (..., T) -> (...), 0..1.

    High when each sub-network is sure but they are sure of different things; zero when all say the same.
    """
    checked = _checked(probabilities)
    difference = _entropy(np.mean(checked, axis=-1)) - np.mean(_entropy(checked), axis=-1)
    # the difference of two nearly equal sums may fall below zero by rounding alone
    return np.asarray(np.maximum(difference, 0.0))


def measure(probabilities: Floats, calibration: Calibration) -> Measures:
    """Compute every measure of one karyogram.

    Args:
        probabilities: (T,) probability of abnormal of each pass, 0..1.
        calibration: the calibration on the model's card.

    Raises:
        ValueError: when it is not one row of at least one pass, or any value is not a probability.
    """
    checked = _checked(probabilities)
    if checked.ndim != 1:
        raise ValueError(f"probabilities must have shape (T,), got {checked.shape}")
    passes, votes = len(checked), int(votes_abnormal(checked))
    label = winning_label(votes, passes)
    winning = votes if label is Label.ABNORMAL else passes - votes
    low, high = wilson_interval(winning, passes)
    mean = float(mean_probability(checked))
    return Measures(
        passes=passes,
        votes_abnormal=votes,
        label=label,
        pass_agreement=winning / passes,
        agreement_low=low,
        agreement_high=high,
        mean_probability=mean,
        standard_deviation=float(standard_deviation(checked)),
        predictive_entropy=float(predictive_entropy(checked)),
        mutual_information=float(mutual_information(checked)),
        calibrated_probability=float(calibration.apply(mean)),
    )


def _checked(probabilities: Floats | float) -> Floats:
    values = np.asarray(probabilities, dtype=np.float64)
    if values.size == 0:
        raise ValueError(f"probabilities must hold at least one value, got shape {values.shape}")
    # a NaN fails this comparison too: it must never turn into "certain"
    if not np.all((values >= 0.0) & (values <= 1.0)):
        wrong = values[~((values >= 0.0) & (values <= 1.0))].flat[0]
        raise ValueError(f"probabilities must lie between 0 and 1, got {wrong!r}")
    return values


def _entropy(probabilities: Floats) -> Floats:
    bits: Floats = (entr(probabilities) + entr(1.0 - probabilities)) / np.log(2.0)
    return bits


def _logit(probabilities: Floats) -> Floats:
    # a float32 sigmoid reaches 0 and 1 exactly; this keeps the logit within about +-16
    clipped: Floats = np.clip(probabilities, 1e-7, 1.0 - 1e-7)
    return np.log(clipped) - np.log1p(-clipped)
