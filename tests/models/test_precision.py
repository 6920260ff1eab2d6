"""A laboratory without fast bfloat16 gets the verdicts of one that has it: the shipped model in both precisions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.judging.prediction import Prediction
from models.networks.devices import Precision
from models.predicting.predictor import Predictor
from models.registry import default_registry
from models.simulation.karyograms import painted, simulate
from models.simulation.pages.families import Variety
from tests.servers import REPOSITORY

NAME = "vgg16"
SIMULATED = 12


def pages() -> list[NDArray[np.uint8]]:
    """The samples of the dashboard, and simulated pages of which half are abnormal."""
    paths = sorted((REPOSITORY / "dashboard" / "samples").glob("*.png"))
    samples = [np.asarray(Image.open(path).convert("L")) for path in paths]
    assert len(samples) == 12
    drawn = (
        simulate(np.random.default_rng([80, seed]), painted, 0.5, width=700, variety=Variety.FIXED)
        for seed in range(SIMULATED)
    )
    return [*samples, *(karyogram.page.pixels for karyogram in drawn)]


def means(said: Sequence[Prediction]) -> NDArray[np.float64]:
    return np.array([one.measures.mean_probability for one in said])


@pytest.mark.slow
def test_both_precisions_give_the_same_verdicts() -> None:
    drawn = pages()
    exact, rough = (Predictor.load(default_registry(), NAME, precision).predict(drawn) for precision in Precision)
    alike = [one.measures.label == other.measures.label for one, other in zip(exact, rough, strict=True)]
    assert len({one.measures.label for one in exact}) == 2
    assert np.mean(alike) >= 0.995
    apart = np.abs(means(exact) - means(rough))
    assert 0.0 < apart.max() <= 0.02  # the two do differ: each was computed in its own precision
