"""The gate's figures count each picture once, under what refused it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from models.card import Card
from models.judging.gate import refusals
from models.judging.prediction import Prediction
from models.measuring.admission import Admission, admit, karyograms, strangers
from models.simulation.karyograms import painted
from models.simulation.pages.families import Variety
from tests.predictors import prediction

BLANK = np.full((300, 400), 255, np.uint8)


class Gatekeeper:
    """Refuses small pages for their distance, on top of what the ink says."""

    card = Card("gatekeeper", "vgg16", 75, "none", seed=1)

    def predict(self, pages: Sequence[NDArray[np.uint8]], passes: int | None = None) -> list[Prediction]:
        far = [("far",) if page.shape[0] < 350 else () for page in pages]
        said = [(*refusals(page, self.card.gate), *why) for page, why in zip(pages, far, strict=True)]
        return [replace(prediction(np.full(4, 0.1, np.float32)), readable=not why, refusals=why) for why in said]


def test_each_picture_is_counted_under_what_refused_it() -> None:
    page = next(karyograms(Variety.FIXED, 3, 1, painted))
    small, large = page[:200], np.pad(BLANK, ((0, 200), (0, 0)), constant_values=255)
    tall = np.pad(page, ((200, 200), (0, 0)), constant_values=int(np.median(page)))
    assert admit(Gatekeeper(), [tall]) == Admission(pictures=1)
    assert admit(Gatekeeper(), [large, large]) == Admission(pictures=2, for_ink=2)
    assert admit(Gatekeeper(), [BLANK]) == Admission(pictures=1, for_both=1)
    assert admit(Gatekeeper(), [small]).refused == 1


def test_families_are_counted_together() -> None:
    both = Admission(10, 1, 2, 3) + Admission(5, 1, 0, 1)
    assert both == Admission(15, 2, 2, 4)
    assert both.refused == 8


def test_no_page_gives_no_count() -> None:
    assert admit(Gatekeeper(), []) == Admission()


def test_strangers_and_karyograms_come_in_the_number_asked_for() -> None:
    assert len(list(strangers("blank page", 1, 3, painted))) == 3
    assert len(list(karyograms(Variety.FIXED, 1, 2, painted))) == 2
