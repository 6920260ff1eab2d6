"""Shares of karyograms with their 95 % intervals, by case: several cells of one case are no independent evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.measuring.intervals import wilson_of_counts

ENOUGH: Final = 10
"""Cases from which on a share says something; with fewer its interval is nearly everything."""


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Share:
    """``part`` of ``whole`` karyograms, which are of ``cases`` cases."""

    part: int
    whole: int
    cases: int

    @property
    def estimate(self) -> Estimate | None:
        """The share with Wilson's 95 % interval as if each case had counted once; None of nothing."""
        if not self.whole:
            return None
        return Estimate(self.part / self.whole, *wilson_of_counts(self.part, self.whole, self.cases))

    @property
    def is_enough(self) -> bool:
        """Whether there are cases enough to say anything."""
        return self.cases >= ENOUGH
