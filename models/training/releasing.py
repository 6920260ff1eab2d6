"""From a trained network to a model in the registry: round the weights, store them, and try the model out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import keras

from models.card import Card
from models.datasets.simulated_set import Recipe
from models.networks.weights import read_weights, write_weights
from models.registry import Registry
from models.training.phases import Phase
from models.training.trials import Trial, try_out


@dataclass(frozen=True)
class Release:
    """What a release is made from.

    ``recipe`` and ``phases`` are those of the training. ``work``: folder for the weights before they are stored.
    ``trial``: what the model is calibrated and measured on. ``start``: the model whose weights the training began with,
    if any. ``note``: for the card, in plain words.
    """

    name: str
    recipe: Recipe
    phases: Sequence[Phase]
    work: Path
    trial: Trial
    start: Card | None = None
    note: str = ""


def release(network: keras.Model, plan: Release, registry: Registry) -> Card:
    """Store a trained network as a model, calibrated and measured.

    Args:
        network: a network of ``models.networks.architectures.build_network`` with trained weights; they are rounded
            to float16 in place, so that what is calibrated is what is stored.
        plan: where it comes from and what to call it.
        registry: where to store it.

    Returns:
        The card as stored.
    """
    weights = plan.work / "model.weights.h5"
    write_weights(network, weights)
    read_weights(network, weights)
    registry.save(_draft(network, plan, registry), weights)
    return try_out(registry, plan.name, plan.trial)


def _draft(network: keras.Model, plan: Release, registry: Registry) -> Card:
    return Card(
        name=plan.name,
        architecture=network.name,
        input_size=int(network.input_shape[1]),
        preprocessing=plan.recipe.preparation,
        seed=plan.recipe.seed,
        training={
            "data": f"simulated karyograms: {plan.recipe.provenance}",
            "validation_rule": asdict(plan.recipe.split),
            "phases": [asdict(phase) for phase in plan.phases],
            "start": plan.start and {"model": plan.start.name, "weights_sha256": plan.start.weights_sha256},
            "note": plan.note,
        },
        reader_sha256=registry.reader()[0].weights_sha256,
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def commit() -> str:
    """Return the commit of the code, marked when files were changed since; empty outside of a checkout."""
    command = ("git", "describe", "--always", "--dirty", "--abbrev=40")
    try:
        said = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return ""
    return said.stdout.strip()
