"""From what the passes of a run say to the columns of its record."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.experiments.record import DIGITS, ByPasses, Predictions
from models.judging.calibration import Calibration, fit_calibration
from models.judging.uncertainty import mean_probability, mutual_information, predictive_entropy

Floats = NDArray[np.floating]

_NATS = math.log(2.0)  # a bit in nats
_NOTHING_SAID = 0.5


def calibration_of(passes: Floats, abnormal: NDArray[np.bool_]) -> Calibration:
    """Fit Platt scaling to the passes, (N, T), over the validation side, (N,)."""
    return fit_calibration(passes, np.full_like(passes, _NOTHING_SAID), abnormal)


def predictions(
    files: Iterable[str],
    case_ids: Iterable[str],
    abnormal: NDArray[np.bool_],
    *,
    probability: Floats,
    passes: Floats,
    calibration: Calibration,
) -> Predictions:
    """Return the columns of a record.

    Args:
        files: names of N pictures.
        case_ids: of their cases.
        abnormal: (N,) the truth.
        probability: (N,) of abnormal without dropout, 0..1.
        passes: (N, T) in each pass with dropout, or of each member of an ensemble, 0..1.
        calibration: of ``calibration_of``.
    """
    said = by_passes(passes)
    return Predictions(
        file=tuple(files),
        case_id=tuple(case_ids),
        abnormal=tuple(int(value) for value in abnormal),
        probability=_column(probability),
        mean=said.mean,
        agreement=said.agreement,
        entropy=said.entropy,
        mutual_information=said.mutual_information,
        calibrated=_column(mean_probability(calibration.apply(passes))),
    )


def by_passes(passes: Floats) -> ByPasses:
    """Return what passes, (N, T), say together; see ``models.experiments.record.Predictions``."""
    mean = _column(mean_probability(passes))
    of_mean = np.array(mean) >= 0.5  # as rounded: a reader derives the votes from both columns
    agreement = np.mean((passes >= 0.5) == of_mean[:, None], axis=-1)
    return ByPasses(
        passes=passes.shape[-1],
        mean=mean,
        agreement=_column(agreement),
        entropy=_column(predictive_entropy(passes) * _NATS),
        mutual_information=_column(mutual_information(passes) * _NATS),
    )


def _column(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), DIGITS) for value in values)
