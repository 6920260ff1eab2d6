"""A limit for the triage rule with a promise: how many abnormal cases may be missed at most, and how surely.

The cases that the limit is found on are taken to be like those to come: drawn from the same laboratory, by the same
rule, each independent of the others. So a case counts once, however many karyograms it has. A case is missed at a limit
when its score lies at or below it; its score is the lowest of its abnormal karyograms, because one that is screened is
one too many.

Raising the limit can only miss more, so the limits are tested from the lowest up, each by the exact binomial bound, and
the last that passes before the first that fails is taken. That needs no correction for many tests, whatever the scores
look like: with probability ``confidence`` over the cases that were drawn, at most ``tolerated`` of those to come are
missed.

Sources: Bates, Angelopoulos, Lei, Malik and Jordan 2021, "Distribution-free, risk-controlling prediction sets", Journal
of the ACM 68:43 (an upper bound of a monotone risk); Angelopoulos, Bates, Candes, Jordan and Lei 2021, "Learn then
test", arXiv:2110.01052 (testing in a fixed order); Angelopoulos, Bates, Fisch, Lei and Schuster 2022, "Conformal risk
control", arXiv:2208.02814 (the same for the risk on average, which promises less); Clopper and Pearson 1934 (the exact
bound).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guarantee:
    """What is promised: at most the share ``tolerated`` of abnormal cases is missed, with this ``confidence``.

    Both lie between 0 and 1.
    """

    tolerated: float
    confidence: float

    def __post_init__(self) -> None:
        """Refuse what nobody can promise: no miss at all, or certainty."""
        for name in ("tolerated", "confidence"):
            value = getattr(self, name)
            if not 0.0 < value < 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, neither of them, got {value!r}")


@dataclass(frozen=True)
class Threshold:
    """A limit that keeps a guarantee.

    ``limit``: scores up to it, itself among them, may be screened, 0..1. ``missed`` of ``cases`` are at that limit, and
    ``bound`` is the most of those to come that are missed, with the confidence asked for.
    """

    limit: float
    missed: int
    cases: int
    bound: float


@dataclass(frozen=True)
class NoThreshold:
    """The honest answer where no limit keeps a guarantee.

    ``cases``: how many there are. ``needed``: how many would do, if none of them was missed; None where the number is
    not what is wrong, but more of them score nothing at all than may be missed.
    """

    cases: int
    needed: int | None


def threshold(scores: Floats, guarantee: Guarantee) -> Threshold | NoThreshold:
    """Find the highest limit that keeps a guarantee.

    Args:
        scores: (N,) of abnormal cases, one each, 0..1; infinite for a case that no limit misses.
        guarantee: what is promised.

    Raises:
        ValueError: a score is not a number.
    """
    if np.isnan(scores).any():
        raise ValueError("scores must be numbers, got NaN")
    cases = int(scores.size)
    needed = cases_needed(guarantee)
    if cases < needed:
        return NoThreshold(cases, needed)
    # the first score that may not be missed; several may be equal, and then none of them may
    first = float(np.sort(scores)[most_misses(cases, guarantee)])
    if first <= 0.0:
        return NoThreshold(cases, None)
    limit = 1.0 if first > 1.0 else float(np.nextafter(first, 0.0))
    missed = int((scores <= limit).sum())
    return Threshold(limit, missed, cases, upper_bound(missed, cases, guarantee.confidence))


def upper_bound(missed: int, cases: int, confidence: float) -> float:
    """Return the exact upper bound of a share, by Clopper and Pearson, one-sided.

    Raises:
        ValueError: when not 0 <= missed <= cases, or there is no case.
    """
    if cases < 1 or not 0 <= missed <= cases:
        raise ValueError(f"expected 0 <= missed <= cases and a case, got {missed!r} of {cases!r}")
    return 1.0 if missed == cases else float(betaincinv(missed + 1, cases - missed, confidence))


def most_misses(cases: int, guarantee: Guarantee) -> int:
    """Return how many of so many cases may be missed at most; -1 where even none is too many."""
    allowed = -1
    while allowed + 1 < cases and upper_bound(allowed + 1, cases, guarantee.confidence) <= guarantee.tolerated:
        allowed += 1
    return allowed


def cases_needed(guarantee: Guarantee) -> int:
    """Return the least number of abnormal cases by which a guarantee can be kept, if none of them is missed."""
    least = max(1, math.ceil(math.log1p(-guarantee.confidence) / math.log1p(-guarantee.tolerated)))
    # one more where rounding has gone the wrong way
    return least if upper_bound(0, least, guarantee.confidence) <= guarantee.tolerated else least + 1
