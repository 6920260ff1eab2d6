"""A predictor for tests of the engine: figures that follow from the pixels alone, without a network."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from models.card import Card
from models.chromosomes import CHROMOSOMES
from models.judging.calibration import Calibration
from models.judging.heatmap import HeatMap
from models.judging.pool import nothing_counted
from models.judging.prediction import Prediction
from models.judging.suggestion import Suggestion
from models.judging.uncertainty import Measures, measure
from models.preparation.framing import Framing

Page = NDArray[np.uint8]


def prediction(probabilities: NDArray[np.float32], measures: Measures | None = None) -> Prediction:
    """What a model says that finds nothing on any chromosome; the measures are those of the passes unless given."""
    return Prediction(
        readable=True,
        refusals=(),
        measures=measures or measure(probabilities, Calibration()),
        findings=(),
        suggestion=Suggestion(None, "nothing was counted"),
        pass_probabilities=probabilities,
        raw_probabilities=probabilities,
        changes=np.full(len(probabilities), 0.5, np.float32),
        structural=np.zeros(24, np.float32),
        miscounts=np.full(probabilities.shape, 0.5, np.float32),
        copies=nothing_counted(len(CHROMOSOMES)),
        network_copies=nothing_counted(len(probabilities), len(CHROMOSOMES)),
        reader_copies=nothing_counted(len(probabilities), len(CHROMOSOMES)),
        features=np.ones(8, np.float32),
    )


class PixelPredictor:
    """Draws the passes of a page from a generator that is seeded by its pixels."""

    precision: ClassVar[str] = "float32"
    device: ClassVar[str] = "CPU for tests"

    def __init__(
        self, name: str = "pixels", seconds_per_page: float = 0.0, spoil: Callable[[Page], None] | None = None
    ):
        """``spoil`` sees each page before it is judged, and may raise."""
        self.card = Card(
            name=name, architecture="none", input_size=75, preprocessing="none", seed=7, weights_sha256="ab" * 32
        )
        self.calls: list[int] = []
        self._seconds_per_page = seconds_per_page
        self._spoil = spoil

    def predict(self, pages: Sequence[Page], passes: int | None = None) -> list[Prediction]:
        self.calls.append(len(pages))
        for page in pages:
            if self._spoil:
                self._spoil(page)
        time.sleep(self._seconds_per_page * len(pages))
        return [self._one(page, passes or self.card.passes) for page in pages]

    def explain(self, page: Page, passes: int | None = None) -> HeatMap:
        if self._spoil:
            self._spoil(page)
        cells = np.uint8(255 - page[:: max(1, len(page) // 2)][:2, :2])
        return HeatMap(2, cells.tobytes(), Framing(1.0, 2.5, float(passes or self.card.passes)))

    def _one(self, page: Page, passes: int) -> Prediction:
        seed = int.from_bytes(hashlib.sha256(page.tobytes()).digest()[:8], "big")
        generator = np.random.default_rng(seed)
        probabilities = generator.beta(2, 2 + 6 * generator.random(), passes).astype(np.float32)
        return prediction(probabilities)
