"""From a trained network to a model in the registry: round the weights, calibrate, set the limits, measure, store.

Calibration and limits come from simulated karyograms of validation cases, the figures from their real karyograms;
no case that was trained on takes part in either.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models import preprocessing
from models.card import Card
from models.datasets import Recipe, SimulatedSet
from models.devices import choose_precision
from models.dropout import SubNetworks
from models.evaluation import judge, read_labels, report, validation_cases
from models.phases import Phase
from models.predictor import Predictor
from models.registry import Registry
from models.triage import Policy
from models.uncertainty import Calibration, fit_calibration, measure
from models.weights import read_weights, write_weights

_CALIBRATION_PICTURES = 800
_CALIBRATION_SEED = 1000
_CALIBRATION_SHARE = 0.5
_MISSED_SHARE = 0.02
_DOUBTED_SHARE = 0.02


@dataclass(frozen=True)
class Release:
    """What a release is made from.

    ``recipe`` and ``phases`` are those of the training. ``work``: folder for the calibration pictures. ``karyograms``:
    folder with labels.csv and real pictures, or ``None`` for a model without figures on real ones. ``note``: for the
    card, in plain words.
    """

    name: str
    recipe: Recipe
    phases: Sequence[Phase]
    work: Path
    karyograms: Path | None = None
    note: str = ""


def release(network: keras.Model, plan: Release, registry: Registry) -> Card:
    """Store a trained network as a model.

    Args:
        network: a network of ``models.architectures.build_network`` with trained weights; they are rounded to float16
            in place, so that what is calibrated is what is stored.
        plan: where it comes from and what to call it.
        registry: where to store it.

    Returns:
        The card as stored.
    """
    weights = plan.work / "model.weights.h5"
    write_weights(network, weights)
    read_weights(network, weights)
    card = registry.save(_calibrated(network, _draft(network, plan), plan), weights)
    if plan.karyograms is None:
        return card
    return registry.save(replace(card, metrics=_measured(registry, card, plan.karyograms)), weights)


def _draft(network: keras.Model, plan: Release) -> Card:
    return Card(
        name=plan.name,
        architecture=network.name,
        input_size=int(network.input_shape[1]),
        preprocessing=preprocessing.NAME,
        seed=plan.recipe.seed,
        training={
            "data": "simulated karyograms: " + _provenance(plan.recipe),
            "validation_rule": asdict(plan.recipe.split),
            "phases": [asdict(phase) for phase in plan.phases],
            "calibration": f"on simulated karyograms of validation cases, {_CALIBRATION_SHARE:.0%} of them abnormal",
            "note": plan.note,
        },
        commit=_commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _provenance(recipe: Recipe) -> str:
    if recipe.crops is None:
        return "chromosomes painted from ISCN band tables (CC0)"
    return (
        f"{1 - recipe.painted_share:.0%} recombined from real single chromosomes ({recipe.crops.name}: the public "
        f"Passau Pki-3 research set, training cases only), {recipe.painted_share:.0%} painted from ISCN band tables"
    )


def _calibrated(network: keras.Model, card: Card, plan: Release) -> Card:
    """Fit the calibration and the limits of the triage rule."""
    recipe = replace(
        plan.recipe, seed=plan.recipe.seed + _CALIBRATION_SEED, validation=True, abnormal_share=_CALIBRATION_SHARE
    )
    pictures = SimulatedSet.write(
        plan.work / "calibration", recipe, pictures=_CALIBRATION_PICTURES, size=card.input_size, cells=1
    )
    passes = SubNetworks(network, card.seed).predict(np.asarray(pictures.pictures), card.passes).abnormal
    abnormal = np.asarray(pictures.abnormal[:, 0] > 0.5)
    calibration = fit_calibration(passes.mean(axis=1), abnormal)
    policy = choose_policy(passes, abnormal, miscounted(pictures.copies), calibration)
    return replace(card, calibration=calibration, policy=policy)


def miscounted(copies: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell karyograms with a wrong number of chromosomes: (N, 24) copies -> (N,)."""
    autosomes, x, y = copies[:, :-2], copies[:, -2], copies[:, -1]
    sex = ((x == 2) & (y == 0)) | ((x == 1) & (y == 1))
    wrong: NDArray[np.bool_] = (autosomes != 2).any(axis=1) | ~sex
    return wrong


def choose_policy(
    passes: NDArray[np.float32], abnormal: NDArray[np.bool_], counted: NDArray[np.bool_], calibration: Calibration
) -> Policy:
    """Set the limits of the triage rule from karyograms whose truth is known.

    Args:
        passes: (N, T) probabilities of abnormal.
        abnormal: (N,) the truth.
        counted: (N,) whether a chromosome is too many or missing; some must be. Structural changes do not set the
            limit: a network that cannot see them would send every karyogram to a person.
        calibration: of the mean probability.

    Returns:
        A policy whose limit of the calibrated probability screens at most 2 % of the counted ones and is no laxer
        than the default, and that doubts no more than 2 % of the normal ones for their mutual information alone.
        The 80 % of the thesis stays.
    """
    measures = [measure(row, calibration) for row in passes]
    probability = np.array([m.calibrated_probability for m in measures])
    information = np.array([m.mutual_information for m in measures])
    return Policy(
        max_calibrated_probability=float(
            min(Policy().max_calibrated_probability, np.quantile(probability[counted], _MISSED_SHARE))
        ),
        max_mutual_information=float(min(1.0, np.quantile(information[~abnormal], 1 - _DOUBTED_SHARE))),
    )


def _measured(registry: Registry, card: Card, karyograms: Path) -> dict[str, Any]:
    model = Predictor.load(registry, card.name)
    labelled = validation_cases(read_labels(karyograms), card)
    figures = report(list(judge(model, karyograms, labelled)))
    return {
        "data": f"{karyograms.name}: real karyograms of validation cases",
        "computed_in": choose_precision("auto").value,
        **figures,
    }


def _commit() -> str:
    """Return the commit of the code, marked when files were changed since; empty outside of a checkout."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=40")
    try:
        said = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return ""
    return said.stdout.strip()
