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
from scipy.special import entr

from models.judging.calibration import Calibration, Floats, checked


class Label(StrEnum):
    """What a karyogram is judged to be; abnormal is the positive class."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"


@dataclass(frozen=True)
class Measures:
    """Everything the passes of one karyogram say.

    Each pass votes by its calibrated probability. ``label`` is the side with more votes; a tie is abnormal, because a
    missed abnormal is the worst error. ``pass_agreement`` is the share of passes that vote for ``label``, with its 95 %
    Wilson interval ``agreement_low``..``agreement_high``. ``calibrated_probability`` of abnormal is the mean over the
    calibrated passes; ``standard_deviation``, ``predictive_entropy`` and ``mutual_information`` (in bits) are theirs
    too. ``mean_probability`` is that of the thesis' head alone, before calibration.
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


def votes_abnormal(probabilities: Floats) -> NDArray[np.int64]:
    """Count the passes that vote abnormal: probability of at least one half. (..., T) -> (...)."""
    votes: NDArray[np.int64] = np.sum(checked(probabilities) >= 0.5, axis=-1, dtype=np.int64)
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
    return np.asarray(np.mean(checked(probabilities), axis=-1))


def standard_deviation(probabilities: Floats) -> Floats:
    """Return the population standard deviation over the passes. (..., T) -> (...), 0..0.5."""
    return np.asarray(np.std(checked(probabilities), axis=-1))


def predictive_entropy(probabilities: Floats) -> Floats:
    """Return the entropy of the mean probability in bits: all uncertainty. (..., T) -> (...), 0..1."""
    return _entropy(np.mean(checked(probabilities), axis=-1))


def mutual_information(probabilities: Floats) -> Floats:
    """Return what the passes disagree about, in bits: predictive entropy less mean entropy. (..., T) -> (...), 0..1.

    High when each sub-network is sure but they are sure of different things; zero when all say the same.
    """
    values = checked(probabilities)
    difference = _entropy(np.mean(values, axis=-1)) - np.mean(_entropy(values), axis=-1)
    # the difference of two nearly equal sums may fall below zero by rounding alone
    return np.asarray(np.maximum(difference, 0.0))


def measure(
    probabilities: Floats,
    calibration: Calibration,
    miscount: Floats | float = 0.5,
    change: Floats | float = 0.5,
) -> Measures:
    """Compute every measure of one karyogram.

    Args:
        probabilities: (T,) probability of abnormal of each pass, as the thesis' head says it, 0..1.
        calibration: the calibration on the model's card.
        miscount: (T,) probability, 0..1, that some chromosome is too many or missing, in each pass; or one for all.
        change: (T,) probability, 0..1, that some chromosome is structurally changed, likewise.

    Raises:
        ValueError: when it is not one row of at least one pass, or any value is not a probability.
    """
    raw = checked(probabilities)
    if raw.ndim != 1:
        raise ValueError(f"probabilities must have shape (T,), got {raw.shape}")
    judged = calibration.apply(raw, miscount, change)
    passes, votes = len(judged), int(votes_abnormal(judged))
    label = winning_label(votes, passes)
    winning = votes if label is Label.ABNORMAL else passes - votes
    low, high = wilson_interval(winning, passes)
    return Measures(
        passes=passes,
        votes_abnormal=votes,
        label=label,
        pass_agreement=winning / passes,
        agreement_low=low,
        agreement_high=high,
        mean_probability=float(mean_probability(raw)),
        standard_deviation=float(standard_deviation(judged)),
        predictive_entropy=float(predictive_entropy(judged)),
        mutual_information=float(mutual_information(judged)),
        calibrated_probability=float(mean_probability(judged)),
    )


def _entropy(probabilities: Floats) -> Floats:
    bits: Floats = (entr(probabilities) + entr(1.0 - probabilities)) / np.log(2.0)
    return bits
