"""All figures of a run, derived from its predictions; none of them is stored.

Abnormal is the positive class. Intervals are 95 %, by bootstrap over the cases: several pictures of one case, such as
the processed copies of one karyogram, are no independent evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.experiments.record import DIGITS, Predictions, Record
from models.measuring import metrics, reliability
from models.measuring.intervals import percentiles, resampled_weights, widened, wilson_by_case
from models.measuring.metrics import Mask, Outcomes, Weights, ratios, sums_by_level

Column = Literal["probability", "mean", "calibrated"]
Floats = NDArray[np.float64]

RESAMPLES = 1000
MIN_AGREEMENT = 0.8
"""The thesis' rule: below this share of agreeing passes a person decides (section 3.4).

By the calibrated probability it is the probability of being normal below which a person decides."""

_SMALLEST = 1e-5  # predictions are kept to five digits: 0 and 1 are not quite certain


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; NaN where it is not defined, such as precision where nothing is called abnormal."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class CurvePoint:
    """A point of a curve: what ``threshold`` and above are called abnormal gives ``x`` and ``y``, both 0..1."""

    threshold: float
    x: float
    y: float


def votes_abnormal(said: Predictions) -> Floats:
    """Return the share of the passes that vote abnormal, (N,), 0..1.

    A record tells how many vote for the label of the mean, from which it follows.
    """
    agreement = np.array(said.agreement, np.float64)
    # rounded as in the record: 1 - 0.3 is not quite 0.7
    return np.where(np.array(said.mean) >= 0.5, agreement, 1 - agreement).round(DIGITS)


def pass_agreement(said: Predictions) -> Floats:
    """Return the share of the passes that vote for the most predicted label, (N,), 0.5..1: thesis section 4.4."""
    votes = votes_abnormal(said)
    return np.where(votes >= 0.5, votes, 1 - votes).round(DIGITS)


def outcomes(said: Predictions, by: Column = "probability") -> Outcomes:
    """Return the judged pictures of a run as ``models.measuring`` takes them, judged ``by`` one of the columns.

    The label is that of one half of the column, but by ``mean`` it is the one that most passes vote for. A picture is
    screened where it is called normal and that is sure by 80 % or more: by ``calibrated`` where the probability of
    being normal is so large, by the other columns where so many passes vote normal.
    """
    score, votes = np.array(getattr(said, by), np.float64), votes_abnormal(said)
    voted = (votes if by == "mean" else score) >= 0.5
    normal = 1 - score if by == "calibrated" else np.round(1 - votes, DIGITS)
    return Outcomes(
        abnormal=np.array(said.abnormal, np.bool_),
        voted=voted,
        screened=~voted & (normal >= MIN_AGREEMENT),
        score=score,
        calibrated=score,
        case=np.unique(np.array(said.case_id), return_inverse=True)[1].astype(np.int64),
    )


def figures(said: Predictions, by: Column = "probability", resamples: int = RESAMPLES) -> dict[str, Figure]:
    """Return every figure of a run with its interval, sensitivity first.

    ``sensitivity`` (recall), ``specificity``, ``precision`` and ``accuracy`` at one half; ``auc``,
    ``average_precision``; ``ece`` (ten equal bins), ``brier`` and ``nll`` (nats) of the column as a probability;
    ``triage_sensitivity``, ``screened_normal`` and ``screened_fraction`` of the 80 % rule, see ``outcomes`` and
    ``models.measuring.metrics.shares``. ``precision`` is the share of these pictures, as in the thesis, and so depends
    on how many of them are abnormal.

    Args:
        said: predictions on the test set.
        by: the column that judges; the thesis' tables of chapters 4.1 to 4.3 are by ``probability``.
        resamples: how many, at least 1.
    """
    table = outcomes(said, by)
    values = computed(table, np.ones((1, table.score.size)))
    drawn = computed(table, resampled_weights(table.case, resamples))
    found = widened({name: percentiles(rows) for name, rows in drawn.items()}, table)
    if found["precision"][0] == found["precision"][1]:
        found["precision"] = wilson_by_case(table.abnormal, table.voted, table.case)
    return {name: Figure(float(value[0]), *found[name]) for name, value in values.items()}


def computed(table: Outcomes, weights: Weights) -> dict[str, Floats]:
    """Return every figure for each row of weights, (R, N) -> (R,) each; see ``figures``."""
    truth, score = table.abnormal, table.score
    parts = metrics.shares(table)
    wholes = {
        "sensitivity": parts["sensitivity"],
        "specificity": parts["specificity"],
        "precision": (truth, table.voted),
        "accuracy": parts["accuracy"],
    }
    triage = {name: parts[name] for name in ("triage_sensitivity", "screened_normal", "screened_fraction")}
    likely = np.clip(np.where(truth, score, 1 - score), _SMALLEST, 1.0)
    return {
        **{name: _shares(weights, *masks) for name, masks in wholes.items()},
        **metrics.ranking_figures(truth, score, weights),
        "ece": metrics.expected_calibration_errors(truth, score, weights),
        "brier": ratios(weights @ (score - truth) ** 2, weights.sum(-1)),
        "nll": ratios(weights @ -np.log(likely), weights.sum(-1)),
        **{name: _shares(weights, *masks) for name, masks in triage.items()},
    }


def gap(
    one: Predictions, other: Predictions, by: Column = "probability", resamples: int = RESAMPLES
) -> dict[str, Figure]:
    """Return by how much the figures of one run lie above those of another, such as the same run split by case.

    The test sets are resampled each by itself.
    """
    tables = outcomes(one, by), outcomes(other, by)
    values = [computed(table, np.ones((1, table.score.size))) for table in tables]
    drawn = [computed(table, resampled_weights(table.case, resamples, seed)) for seed, table in enumerate(tables)]
    return {
        name: Figure(float((values[0][name] - values[1][name])[0]), *percentiles(drawn[0][name] - drawn[1][name]))
        for name in values[0]
    }


def confusion(said: Predictions, by: Column = "probability") -> dict[str, int]:
    """Count tn, fp, fn and tp at one half."""
    table = outcomes(said, by)
    return {name: round(count) for name, count in metrics.confusion(table, np.ones(table.score.size)).items()}


def roc_curve(said: Predictions, by: Column = "probability") -> tuple[CurvePoint, ...]:
    """Return sensitivity (y) against 1 - specificity (x), from nothing to everything called abnormal.

    The first point's threshold is infinite: nothing is called abnormal.
    """
    thresholds, true, false = _raised(outcomes(said, by))
    x, y = ratios(false, np.full_like(false, false[-1])), ratios(true, np.full_like(true, true[-1]))
    points = (CurvePoint(*map(float, point)) for point in zip(thresholds, x, y, strict=True))
    return (CurvePoint(float("inf"), 0.0, 0.0), *points)


def precision_recall_curve(said: Predictions, by: Column = "probability") -> tuple[CurvePoint, ...]:
    """Return precision (y) against sensitivity (x) by falling threshold."""
    thresholds, true, false = _raised(outcomes(said, by))
    x, y = ratios(true, np.full_like(true, true[-1])), ratios(true, true + false)
    return tuple(CurvePoint(*map(float, point)) for point in zip(thresholds, x, y, strict=True))


def reliability_of(said: Predictions, by: Column = "calibrated", bins: int = 5) -> reliability.Reliability:
    """Compare a column of probabilities with what came true, in ``bins`` of equally many pictures."""
    table = outcomes(said, by)
    return reliability.reliability(table.score, table.abnormal, table.case, bins)


def at_passes(record: Record, passes: int) -> Predictions:
    """Return the predictions of a run by its first ``passes`` passes.

    Raises:
        KeyError: when the record does not tell.
    """
    columns = {part.passes: part for part in record.by_passes}[passes]
    return replace(
        record.predictions,
        mean=columns.mean,
        agreement=columns.agreement,
        entropy=columns.entropy,
        mutual_information=columns.mutual_information,
    )


def _raised(table: Outcomes) -> tuple[Floats, Floats, Floats]:
    """Return, by falling threshold, how many abnormal and how many normal ones are called abnormal."""
    thresholds = np.unique(table.score)[::-1]
    true, false = (
        np.cumsum(sums_by_level(table.score, truth.astype(np.float64))[::-1])
        for truth in (table.abnormal, ~table.abnormal)
    )
    return thresholds, true, false


def _shares(weights: Weights, part: Mask, whole: Mask) -> Floats:
    return ratios(weights @ (part & whole).astype(np.float64), weights @ whole.astype(np.float64))
