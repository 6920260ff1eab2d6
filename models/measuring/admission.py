"""Whom the input gate turns away: pictures counted by what refused them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from models.judging.gate import refusals
from models.measuring.evaluation import Judge
from models.pictures import GreyPage
from models.simulation.karyograms import MaterialSource, simulate
from models.simulation.pages.families import Variety
from models.simulation.strangers import draw_stranger

_MICRO_BATCH = 32
_ABNORMAL_SHARE = 0.5


@dataclass(frozen=True)
class Admission:
    """How many pictures came to the gate, and how many it refused.

    ``for_ink``: for their ink alone. ``for_more``: for their distance, or what the reader makes of them, alone.
    ``for_both``: for ink and more.
    """

    pictures: int = 0
    for_ink: int = 0
    for_more: int = 0
    for_both: int = 0

    @property
    def refused(self) -> int:
        """Return how many were refused, for whatever reason."""
        return self.for_ink + self.for_more + self.for_both

    def __add__(self, other: Admission) -> Admission:
        """Count two families together."""
        return Admission(
            self.pictures + other.pictures,
            self.for_ink + other.for_ink,
            self.for_more + other.for_more,
            self.for_both + other.for_both,
        )


def admit(model: Judge, pages: Iterable[GreyPage]) -> Admission:
    """Let pages come to the gate of a model and count whom it refuses.

    Args:
        model: the model; its card has the limits.
        pages: (height, width) uint8 each, dark on light; only some of them are in memory at any time.
    """
    waiting, counted = iter(pages), Admission()
    while part := list(islice(waiting, _MICRO_BATCH)):
        for page, said in zip(part, model.predict(part, passes=1), strict=True):
            ink = len(refusals(page, model.card.gate))
            far = len(said.refusals) > ink
            counted += Admission(1, bool(ink and not far), bool(far and not ink), bool(far and ink))
    return counted


def strangers(family: str, seed: int, number: int, source: MaterialSource) -> Iterator[GreyPage]:
    """Yield the first ``number`` pictures of a family of ``models.simulation.strangers``."""
    return (draw_stranger(family, seed, index, source) for index in range(number))


def karyograms(variety: Variety, seed: int, number: int, source: MaterialSource) -> Iterator[GreyPage]:
    """Yield simulated karyograms on pages of every size."""
    for index in range(number):
        rng = np.random.default_rng([seed, index])
        width = int(rng.integers(320, 960))
        yield simulate(rng, source, _ABNORMAL_SHARE, width=width, variety=variety).page.pixels
