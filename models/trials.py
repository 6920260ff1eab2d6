"""What a stored model is put through before its card vouches for it: calibration, limits, figures.

All of it is done on validation cases, of which nothing was trained on. Calibration and limits come from simulated
karyograms of them, the figures from other simulated ones and from the real ones. Because the limits have seen crops of
the same cases, these are validation figures, not test figures; see docs/models.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from models.card import Card
from models.datasets import Recipe
from models.evaluation import judge
from models.labels import LabelledPicture, Page, load, read_labels, validation_cases
from models.limits import calibrated
from models.predictor import Predictor
from models.registry import Registry
from models.report import report
from models.simulated_test import TEST_SEED, recipe_for, simulated

_CALIBRATION_SEED = 1000


@dataclass(frozen=True)
class Trial:
    """What a model is tried on.

    ``crops``: archive of real crops, of which those of validation cases are recombined; ``None`` for painted
    chromosomes alone. ``karyograms``: folder with labels.csv and real pictures, or ``None`` for no figures on real
    ones. ``calibration_pictures`` and ``test_pictures``: how many simulated ones.
    """

    crops: Path | None = None
    karyograms: Path | None = None
    calibration_pictures: int = 1600
    test_pictures: int = 2000


def try_out(registry: Registry, name: str, trial: Trial) -> Card:
    """Calibrate a stored model, choose its limits, measure it, and write all of it on its card; the weights stay.

    Returns:
        The card as stored.

    Raises:
        UnknownModelError: when there is no such model.
        LabelsError: when its card does not tell the validation cases, or the real karyograms cannot be used.
    """
    uncalibrated = Predictor.load(registry, name)
    recipe = recipe_for(uncalibrated.card, trial.crops, _CALIBRATION_SEED)
    known = judge(uncalibrated, simulated(recipe, trial.calibration_pictures))
    card = calibrated(uncalibrated.card, list(known))
    words = f"on {trial.calibration_pictures} simulated karyograms of validation cases: {recipe.provenance}"
    card = registry.update(replace(card, training={**card.training, "calibration": words}))
    model = Predictor.load(registry, name)
    metrics = {} if trial.karyograms is None else {"real": _real(model, trial.karyograms)}
    metrics["simulated"] = _simulated(model, recipe_for(card, trial.crops, TEST_SEED), trial.test_pictures)
    return registry.update(replace(card, metrics=metrics))


def _real(model: Predictor, karyograms: Path) -> dict[str, Any]:
    labelled = validation_cases(read_labels(karyograms), model.card)
    return _figures(model, f"real karyograms of validation cases ({karyograms.name})", load(karyograms, labelled))


def _simulated(model: Predictor, recipe: Recipe, number: int) -> dict[str, Any]:
    words = f"simulated karyograms of validation cases (seed {recipe.seed}): {recipe.provenance}"
    return _figures(model, words, simulated(recipe, number))


def _figures(model: Predictor, data: str, labelled: Iterable[tuple[LabelledPicture, Page]]) -> dict[str, Any]:
    figures = report(list(judge(model, labelled)), model.card.calibration.prevalence)
    return {"data": data, "computed_in": model.precision.value, **figures}
