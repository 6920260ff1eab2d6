"""A stored model with random weights, so that tests of everything around a model need no training."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras

from models.card import Card
from models.networks.architectures import build_network
from models.networks.weights import write_weights
from models.preparation import packing
from models.registry import Registry


def save_untrained(
    registry: Registry,
    name: str,
    *,
    architecture: str = "vgg16",
    input_size: int = 75,
    seed: int = 0,
    passes: int = 100,
) -> Card:
    """Store a network with random weights drawn from ``seed``; its figures are meaningless but always the same."""
    keras.utils.set_random_seed(seed)
    network = build_network(architecture, input_size)
    card = Card(
        name=name,
        architecture=architecture,
        input_size=input_size,
        preprocessing=packing.NAME,
        seed=seed,
        passes=passes,
        training={"data": "none: random weights for tests", "validation_rule": {"modulus": 3, "remainder": 2}},
        created="2020-01-01T00:00:00+00:00",
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "untrained.weights.h5"
        write_weights(network, file)
        return registry.save(card, file)
