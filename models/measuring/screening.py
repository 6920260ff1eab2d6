"""What a policy does to karyograms that were judged already: how many abnormal ones it misses, how many it screens.

A verdict keeps its measures, so another policy needs no network: the triage rule is applied anew, to all at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.judging.triage import Policy
from models.judging.uncertainty import wilson_interval
from models.measuring.conformal import Guarantee, NoThreshold, Threshold, threshold
from models.measuring.intervals import Interval, percentiles, resampled_weights, wilson_by_case

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

RESAMPLES = 1000


@dataclass(frozen=True)
class Cohort:
    """N karyograms as the triage rule sees them, column by column, each (N,).

    ``case`` numbers the cases. ``abnormal``: the truth; of a cohort whose truth nobody knows, all False. ``flagged``:
    goes to a person whatever the limits, because it is unreadable, voted abnormal or has a finding. ``agreement``,
    ``probability`` and ``information`` are what the limits are about. ``weight``: for how many karyograms of the
    laboratory each stands.
    """

    case: NDArray[np.int64]
    abnormal: Mask
    flagged: Mask
    agreement: Floats
    probability: Floats
    information: Floats
    weight: Floats

    @property
    def size(self) -> int:
        """How many karyograms, N."""
        return int(self.case.size)

    @property
    def abnormal_cases(self) -> int:
        """How many cases have an abnormal karyogram."""
        return int(np.unique(self.case[self.abnormal]).size)

    def where(self, chosen: Mask) -> Cohort:
        """Keep the chosen karyograms; (N,) -> those that are True."""
        return Cohort(**{name: column[chosen] for name, column in vars(self).items()})

    def screened(self, policy: Policy) -> Mask:
        """Say which karyograms a policy screens, (N,); as ``models.judging.triage.triage`` does it for one."""
        return self._but_for_probability(policy) & (self.probability <= policy.max_calibrated_probability)

    def _but_for_probability(self, policy: Policy) -> Mask:
        sure = (self.agreement >= policy.min_pass_agreement) & (self.information <= policy.max_mutual_information)
        passing: Mask = ~self.flagged & sure
        return passing

    def case_scores(self, policy: Policy) -> Floats:
        """Return by which limit of the probability each abnormal case is missed, (abnormal cases,).

        It is that of the first of its abnormal karyograms to be screened; infinite where the other limits of the policy
        let none of them pass.
        """
        passing = self._but_for_probability(policy)[self.abnormal]
        numbers, index = np.unique(self.case[self.abnormal], return_inverse=True)
        scores = np.full(numbers.size, np.inf)
        np.fmin.at(scores, index, np.where(passing, self.probability[self.abnormal], np.inf))
        return scores


@dataclass(frozen=True)
class Effect:
    """What a policy does to a cohort.

    ``missed`` of ``abnormal`` karyograms are screened; by weight they stand for ``missed_about`` of ``abnormal_about``.
    ``missed_share``: the share of these, with its 95 % interval by case (NaN where none is abnormal).
    ``screened_normal``: share of the normal ones that is screened, likewise.
    """

    missed: int
    abnormal: int
    missed_about: float
    abnormal_about: float
    missed_share: float
    missed_interval: Interval
    screened_normal: float


def effect(cohort: Cohort, policy: Policy, resamples: int = RESAMPLES) -> Effect:
    """Say what a policy does to a cohort whose truth is known."""
    screened, abnormal = cohort.screened(policy), cohort.abnormal
    stands_for = cohort.weight[abnormal] / max(float(cohort.weight[abnormal].min(initial=np.inf)), 1e-12)
    share, interval = weighted_share(screened[abnormal], cohort.weight[abnormal], cohort.case[abnormal], resamples)
    return Effect(
        missed=int((screened & abnormal).sum()),
        abnormal=int(abnormal.sum()),
        missed_about=float(stands_for[screened[abnormal]].sum()),
        abnormal_about=float(stands_for.sum()),
        missed_share=share,
        missed_interval=interval,
        screened_normal=_share(screened[~abnormal], cohort.weight[~abnormal]),
    )


def screened_share(cohort: Cohort, policy: Policy) -> float:
    """Return the share of all karyograms that a policy screens, by weight; NaN where there are none."""
    return _share(cohort.screened(policy), cohort.weight)


@dataclass(frozen=True)
class Sweep:
    """What happens at each limit of the probability, from the lowest up, each (L,): the other limits stay.

    ``missed`` is the share of the abnormal ones, with ``low`` and ``high`` of its 95 % interval by case, ``screened``
    that of all karyograms.
    """

    limit: Floats
    missed: Floats
    low: Floats
    high: Floats
    screened: Floats


def sweep(known: Cohort, stream: Cohort, policy: Policy, limits: Floats) -> Sweep:
    """Say what each limit of the calibrated probability would do.

    Args:
        known: karyograms whose truth is known, of which some may be missed.
        stream: those that the laboratory gets, of which a share is screened.
        policy: the other limits.
        limits: (L,) of the probability, 0..1, rising.
    """
    sick = known.where(known.abnormal)
    missed = np.array([_share(sick.screened(_at(policy, limit)), sick.weight) for limit in limits])
    cases = max(1, known.abnormal_cases)
    ends = np.array([wilson_interval(round(0.0 if np.isnan(m) else m * cases), cases) for m in missed]).reshape(-1, 2)
    screened = np.array([screened_share(stream, _at(policy, limit)) for limit in limits])
    return Sweep(limits, missed, ends[:, 0], ends[:, 1], screened)


def promised(known: Cohort, policy: Policy, guarantee: Guarantee) -> Threshold | NoThreshold:
    """Find the highest limit of the calibrated probability that keeps a guarantee, beside the other limits."""
    return threshold(known.case_scores(policy), guarantee)


def _at(policy: Policy, limit: float) -> Policy:
    return replace(policy, max_calibrated_probability=float(limit))


def _share(part: Mask, weight: Floats) -> float:
    whole = float(weight.sum())
    return float(weight[part].sum()) / whole if whole else float("nan")


def weighted_share(
    part: Mask, weight: Floats, case: NDArray[np.int64], resamples: int = RESAMPLES
) -> tuple[float, Interval]:
    """Return which share of N karyograms a part of them is, by weight, with its 95 % interval by case.

    Args:
        part: (N,) which of them.
        weight: (N,) for how many each stands, none negative.
        case: (N,) numbers of the cases; cases are drawn for the interval, not karyograms.
        resamples: how many.

    Returns:
        NaN and NaN to NaN where there are none.
    """
    if not part.size:
        return float("nan"), (float("nan"), float("nan"))
    drawn = resampled_weights(case, resamples) * weight  # (resamples, N)
    low, high = percentiles(drawn[:, part].sum(axis=1) / drawn.sum(axis=1))
    interval = wilson_by_case(part, np.ones_like(part), case) if low == high else (low, high)
    return _share(part, weight), interval
