"""Is an adapted model better? Figures before and after on the same karyograms, and the rule that decides.

Probabilities count first, because every karyogram has one, and at a laboratory of a few dozen normal karyograms there
is little else to compare. Then nothing that triage is for may get worse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.counts import miscounted
from models.judging.calibration import at_prevalence
from models.judging.triage import TriageOutcome
from models.judging.uncertainty import Label
from models.measuring.copy_numbers import true_copies
from models.measuring.evaluation import JudgedPicture
from models.measuring.intervals import Interval, bootstrap
from models.measuring.metrics import PREVALENCE, Outcomes, Weights
from models.measuring.report import outcomes_of

SIMULATED_TOLERANCE = 0.01

_LEAST = 1e-6


@dataclass(frozen=True)
class Check:
    """One condition: a figure before and after, the 95 % interval of its change by case, and whether it holds.

    The ends of the interval are NaN where there is no karyogram to compare by.
    """

    words: str
    before: float
    after: float
    change: Interval
    holds: bool


@dataclass(frozen=True)
class Judged:
    """What a model says of held-out karyograms of the site, and of simulated ones as drawn and in the site's look.

    ``fitted``: share of abnormal karyograms at which its calibrated probabilities hold.
    """

    site: Sequence[JudgedPicture]
    simulated: Sequence[JudgedPicture]
    moved: Sequence[JudgedPicture]
    fitted: float


def log_losses(judged: Sequence[JudgedPicture], fitted: float) -> NDArray[np.float64]:
    """Return minus the natural logarithm of the probability given to the truth, (N,).

    The probabilities are those where as many karyograms are abnormal as here, or as many as usual if that is more.
    """
    abnormal = np.array([item.picture.label is Label.ABNORMAL for item in judged])
    said = np.array([item.prediction.measures.calibrated_probability for item in judged])
    found = at_prevalence(said, fitted, max(PREVALENCE, min(0.5, float(abnormal.mean()))))
    losses: NDArray[np.float64] = -np.log(np.maximum(_LEAST, np.where(abnormal, found, 1.0 - found)))
    return losses


def compare(before: Judged, after: Judged) -> tuple[Check, ...]:
    """Check whether a model may take the place of another; the same karyograms in the same order.

    Returns:
        The conditions, all of which must hold: on karyograms of cases that were not learnt from the log-loss falls, by
        more than chance (95 %, resampled by case), no abnormal karyogram more is screened, and not fewer of the normal
        ones, beyond chance; and of simulated karyograms with a chromosome too many or missing no more than
        ``SIMULATED_TOLERANCE`` fewer are flagged, neither as drawn nor in the look of the site.
    """
    return (
        _log_loss(before, after),
        _missed(before, after),
        _screened(before, after),
        _flagged("simulated with a wrong number, flagged", before.simulated, after.simulated),
        _flagged("the same in the look of the site, flagged", before.moved, after.moved),
    )


def _log_loss(before: Judged, after: Judged) -> Check:
    one, other = log_losses(before.site, before.fitted), log_losses(after.site, after.fitted)
    change = _change(outcomes_of(after.site, after.fitted), other - one, np.ones(len(one), np.bool_))
    words = "log-loss of the calibrated probability"
    return Check(words, float(one.mean()), float(other.mean()), change, change[1] < 0.0)


def _missed(before: Judged, after: Judged) -> Check:
    one, other = (outcomes_of(judged.site, judged.fitted) for judged in (before, after))
    missed, still = (float((table.screened & table.abnormal).sum()) for table in (one, other))
    change = _change(other, 1.0 * other.screened - 1.0 * one.screened, other.abnormal)
    return Check("abnormal karyograms screened (number)", missed, still, change, still <= missed)


def _screened(before: Judged, after: Judged) -> Check:
    one, other = (outcomes_of(judged.site, judged.fitted) for judged in (before, after))
    earlier, now = (float(table.screened[~table.abnormal].mean()) for table in (one, other))
    change = _change(other, 1.0 * other.screened - 1.0 * one.screened, ~other.abnormal)
    return Check("normal karyograms screened", earlier, now, change, not change[1] < 0.0)


def _flagged(words: str, before: Sequence[JudgedPicture], after: Sequence[JudgedPicture]) -> Check:
    one, other = (
        np.array([_is_flagged(item) for item in judged if _is_miscounted(item)]) for judged in (before, after)
    )
    table = outcomes_of([item for item in after if _is_miscounted(item)], 0.5)
    change = _change(table, 1.0 * other - 1.0 * one, np.ones(len(one), np.bool_))
    earlier, now = float(one.mean()), float(other.mean())
    return Check(words, earlier, now, change, now >= earlier - SIMULATED_TOLERANCE)


def _is_miscounted(item: JudgedPicture) -> bool:
    karyotype = item.picture.karyotype
    return karyotype is not None and bool(miscounted(true_copies(karyotype)))


def _is_flagged(item: JudgedPicture) -> bool:
    return item.decision.outcome is not TriageOutcome.SCREENED_NORMAL


def _change(table: Outcomes, differences: NDArray[np.float64], chosen: NDArray[np.bool_]) -> Interval:
    """Return the interval of a mean difference over the chosen karyograms, by case; NaN to NaN for none."""

    def mean(_: Outcomes, weights: Weights) -> dict[str, float]:
        weight = weights[chosen]
        return {"mean": float((weight * differences[chosen]).sum() / weight.sum()) if weight.sum() else float("nan")}

    return bootstrap(table, mean)["mean"]
