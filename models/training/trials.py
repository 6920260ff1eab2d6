"""What a stored model is put through before its card vouches for it: calibration, limits, figures.

All of it is done on validation cases, of which nothing was trained on. Calibration and limits come from simulated
karyograms of them, as many on pages of families that no training shows as on others; the figures from other simulated
ones and from the real ones. Because the limits have seen crops of the same cases, these are validation figures, not
test figures; see docs/models.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from models.card import Card
from models.datasets.labels import LabelledPicture, Page, load, read_labels, validation_cases
from models.datasets.simulated_test import TEST_SEED, recipe_for, simulated, words_for
from models.judging.familiarity import fit_with_limit
from models.judging.gate import GateLimits
from models.measuring.evaluation import JudgedPicture, judge
from models.measuring.limits import calibrated
from models.measuring.report import report
from models.predicting.predictor import Predictor
from models.registry import Registry
from models.simulation.pages.families import Variety

_CALIBRATION_SEED = 1000
_VARIETIES = (Variety.WIDE, Variety.HELD_OUT)


@dataclass(frozen=True)
class Trial:
    """What a model is tried on.

    ``crops``: archive of real crops, of which those of validation cases are recombined; ``None`` for painted
    chromosomes alone. ``karyograms``: folder with labels.csv and real pictures, or ``None`` for no figures on real
    ones. ``calibration_pictures`` and ``test_pictures``: how many simulated ones of each variety of pages.
    """

    crops: Path | None = None
    karyograms: Path | None = None
    calibration_pictures: int = 800
    test_pictures: int = 2000


def try_out(registry: Registry, name: str, trial: Trial) -> Card:
    """Calibrate a stored model, choose its limits, measure it, and write all of it on its card; the weights stay.

    A model that judges with the reader is calibrated with the one stored now, which its card names from then on.

    Returns:
        The card as stored.

    Raises:
        UnknownModelError: when there is no such model.
        LabelsError: when its card does not tell the validation cases, or the real karyograms cannot be used.
    """
    calibrate(registry, name, trial)
    return measure_again(registry, name, trial)


def calibrate(registry: Registry, name: str, trial: Trial) -> Card:
    """Calibrate a stored model and choose its limits; see ``try_out``."""
    model = Predictor.of(_with_stored_reader(registry, name), registry)
    known = [item for variety in _VARIETIES for item in _calibrating(model, trial, variety)]
    words = f"on {len(known)} simulated karyograms of validation cases, half of them on pages that no training shows"
    card = calibrated(model.card, known)
    familiarity, farthest = fit_with_limit(np.stack([item.prediction.features for item in known]))
    gate = GateLimits(max_distance=farthest)
    return registry.update(replace(card, gate=gate, training={**card.training, "calibration": words}), familiarity)


def measure_again(registry: Registry, name: str, trial: Trial) -> Card:
    """Measure a stored model with the limits on its card; see ``try_out``."""
    model = Predictor.load(registry, name)
    metrics = {} if trial.karyograms is None else {"real": _real(model, trial.karyograms)}
    for variety in _VARIETIES:
        recipe = recipe_for(model.card, trial.crops, TEST_SEED, variety)
        metrics[f"simulated_{variety}"] = _figures(model, words_for(recipe), simulated(recipe, trial.test_pictures))
    return registry.update(replace(model.card, metrics=metrics))


def _with_stored_reader(registry: Registry, name: str) -> Card:
    """Return the card of a model with the reader that is stored now, by which it will be calibrated."""
    card = registry.card(name)
    return replace(card, reader_sha256=registry.reader()[0].weights_sha256) if card.reader_sha256 else card


def _calibrating(model: Predictor, trial: Trial, variety: Variety) -> Iterator[JudgedPicture]:
    recipe = recipe_for(model.card, trial.crops, _CALIBRATION_SEED, variety)
    return judge(model, simulated(recipe, trial.calibration_pictures))


def _real(model: Predictor, karyograms: Path) -> dict[str, Any]:
    labelled = validation_cases(read_labels(karyograms), model.card)
    return _figures(model, f"real karyograms of validation cases ({karyograms.name})", load(karyograms, labelled))


def _figures(model: Predictor, data: str, labelled: Iterable[tuple[LabelledPicture, Page]]) -> dict[str, Any]:
    figures = report(list(judge(model, labelled)), model.card.calibration.prevalence)
    return {"data": data, "computed_in": model.precision.value, **figures}
