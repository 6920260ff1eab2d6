"""The reasons to defer that one run has, with that of its ensemble where there is one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.comparison.runs import Chosen, Run
from models.experiments.deferral import REASONS

ENSEMBLE = "ensemble entropy"
NAMES = (*REASONS, ENSEMBLE)
"""All reasons, as they are called on screen."""


@dataclass(frozen=True)
class Reason:
    """A reason to defer: its ``name`` on screen, and the ``key`` of ``REASONS`` that orders the pictures of ``run``."""

    name: str
    key: str
    run: Run

    @property
    def orders(self) -> bool:
        """Whether it tells the pictures apart at all."""
        return bool(np.ptp(REASONS[self.key].certain(self.run.record.predictions)))


def every(run: Chosen) -> list[Reason]:
    """Every reason that a run has."""
    own = [Reason(name, name, run.run) for name in REASONS]
    return [*own, Reason(ENSEMBLE, "entropy", run.ensemble)] if run.ensemble else own
