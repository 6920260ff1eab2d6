"""Which karyograms to give to a person first: each measure of doubt as a reason to defer, and what is left to judge.

Sources: Geifman and El-Yaniv 2017 (risk and coverage); Geifman, Uziel and El-Yaniv 2019 (area under that curve);
thesis section 3.4 and tables 4.1 and 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.experiments.figures import MIN_AGREEMENT, RESAMPLES, Column, Figure, outcomes, pass_agreement
from models.experiments.record import Predictions
from models.measuring.intervals import percentiles, resampled_weights, share_interval
from models.measuring.metrics import Mask, Weights, ratios, sums_by_level

Floats = NDArray[np.float64]
Class = Literal["all", "normal", "abnormal"]

HIGH_AGREEMENT = 0.98
"""Of the thesis: most right predictions agree by more than this (section 4.4)."""


@dataclass(frozen=True)
class Reason:
    """A reason to defer: which ``column`` judges, and how ``certain`` each picture is by it, the larger the more."""

    column: Column
    certain: Callable[[Predictions], Floats]


@dataclass(frozen=True)
class RiskPoint:
    """Of the most certain share of the pictures, ``coverage``, this share is judged wrongly, ``risk``; both 0..1."""

    coverage: float
    risk: float


@dataclass(frozen=True)
class WrongCase:
    """A row of tables 4.1 and 4.2: a test picture that most passes call wrongly; ``mean`` is over the passes."""

    file: str
    case_id: str
    predicted: Literal["normal", "abnormal"]
    actual: Literal["normal", "abnormal"]
    mean: float
    agreement: float


def _from_half(name: Column) -> Reason:
    return Reason(name, lambda said: np.abs(np.array(getattr(said, name)) - 0.5))


REASONS: Mapping[str, Reason] = MappingProxyType(
    {
        "plain probability": _from_half("probability"),
        "pass agreement": Reason("mean", pass_agreement),
        "entropy": Reason("mean", lambda said: -np.array(said.entropy)),
        "mutual information": Reason("mean", lambda said: -np.array(said.mutual_information)),
        "calibrated probability": _from_half("calibrated"),
    }
)
"""By name in plain words. The record of an ensemble has its members where others have passes."""


def risk_coverage(said: Predictions, reason: str, of: Class = "all") -> tuple[RiskPoint, ...]:
    """Return the share of errors among the pictures that are not deferred, from the most certain on.

    Args:
        said: predictions on the test set.
        reason: a key of ``REASONS``.
        of: pictures of which class, by the truth; none of it gives no point. Equal certainty is one point.
    """
    chosen = _chosen(said, of)
    if not chosen.any():
        return ()
    coverage, risk = _curve(said, reason, chosen, np.ones((1, len(said.file))))
    return tuple(RiskPoint(float(share), float(wrong)) for share, wrong in zip(coverage[0], risk[0], strict=True))


def area_under_risk(said: Predictions, reason: str, of: Class = "all", resamples: int = RESAMPLES) -> Figure:
    """Return the area under the curve of ``risk_coverage``, the mean risk over all coverages: the less the better."""
    chosen = _chosen(said, of)
    if not chosen.any():
        return Figure(float("nan"), float("nan"), float("nan"))
    case = outcomes(said).case
    one, drawn = (
        _area(*_curve(said, reason, chosen, weights))
        for weights in (np.ones((1, case.size)), resampled_weights(case, resamples))
    )
    return Figure(float(one[0]), *percentiles(drawn))


def wrong_cases(said: Predictions) -> tuple[WrongCase, ...]:
    """Return the rows of tables 4.1 and 4.2, in the order of the test set."""
    table, agreement = outcomes(said, "mean"), pass_agreement(said)
    words: tuple[Literal["normal"], Literal["abnormal"]] = ("normal", "abnormal")
    return tuple(
        WrongCase(
            said.file[index],
            said.case_id[index],
            words[int(table.voted[index])],
            words[int(table.abnormal[index])],
            said.mean[index],
            float(agreement[index]),
        )
        for index in np.flatnonzero(table.voted != table.abnormal)
    )


def surely_right(said: Predictions, agreement: float = HIGH_AGREEMENT) -> Figure:
    """Return the share of the right predictions of which more than a share of the passes agree."""
    table = outcomes(said, "mean")
    return _figure(pass_agreement(said) > agreement, table.voted == table.abnormal, table.case)


def deferred(said: Predictions, of: Class = "all", agreement: float = MIN_AGREEMENT) -> Figure:
    """Return the share of the pictures of a class that the thesis' rule sends to people: too few passes agree."""
    return _figure(pass_agreement(said) < agreement, _chosen(said, of), outcomes(said).case)


def _figure(part: Mask, whole: Mask, case: NDArray[np.int64]) -> Figure:
    value = float(part[whole].mean()) if whole.any() else float("nan")
    return Figure(value, *share_interval(part, whole, case, RESAMPLES))


def _chosen(said: Predictions, of: Class) -> Mask:
    abnormal = np.array(said.abnormal, np.bool_)
    return {"all": np.ones_like(abnormal), "normal": ~abnormal, "abnormal": abnormal}[of]


def _curve(said: Predictions, reason: str, chosen: Mask, weights: Weights) -> tuple[Floats, Floats]:
    """Return coverage and risk by falling certainty for each row of weights, (R, N) -> (R, levels) both."""
    why = REASONS[reason]
    table, certain = outcomes(said, why.column), why.certain(said)
    wrong = (table.voted != table.abnormal).astype(np.float64)
    counted = np.where(chosen, weights, 0.0)
    kept = np.cumsum(sums_by_level(certain, counted)[:, ::-1], axis=-1)
    errors = np.cumsum(sums_by_level(certain, counted * wrong)[:, ::-1], axis=-1)
    return ratios(kept, np.broadcast_to(kept[:, -1:], kept.shape)), ratios(errors, kept)


def _area(coverage: Floats, risk: Floats) -> Floats:
    steps = np.diff(coverage, axis=-1, prepend=0.0)
    # levels without a picture of the resample have no risk, and no width either
    area: Floats = np.nansum(steps * risk, axis=-1)
    return np.where(np.isnan(coverage[:, -1]), np.nan, area)
