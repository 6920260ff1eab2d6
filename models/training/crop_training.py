"""Training the crop network of the reader."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from models.datasets.crop_set import CropSet
from models.networks.crop_network import build_crop_network
from models.reading.crops import HEIGHT, WIDTH
from models.training.crop_batches import CropBatches
from models.training.progress import Reporter
from models.training.rates import warm_cosine
from models.training.telling import Teller


@dataclass(frozen=True)
class CropPlan:
    """How the crop network is trained.

    ``views``: crops seen, each time varied. ``learning_rate``: at the top of the warm-up. ``seed``: of initial weights,
    order, variation and dropout.
    """

    views: int = 1_000_000
    learning_rate: float = 1e-3
    batch_size: int = 64
    seed: int = 1

    @property
    def steps(self) -> int:
        """Batches of the whole training."""
        return max(1, self.views // self.batch_size)


def train_crop_network(
    plan: CropPlan, found: CropSet, reporter: Reporter, start: keras.Model | None = None
) -> keras.Model:
    """Train a crop network.

    Args:
        plan: how.
        found: the objects to learn from.
        reporter: is told how far it is.
        start: a network that has learnt already and goes on learning; random weights if left out.
    """
    keras.utils.set_random_seed(plan.seed)
    network = start or build_crop_network(HEIGHT, WIDTH)
    _compile(network, plan)
    batches = CropBatches(found, plan.batch_size, steps=plan.steps, seed=plan.seed)
    with reporter.stretch("crops", plan.steps * plan.batch_size) as stretch:
        teller = Teller(stretch, plan.batch_size, plan.steps)
        network.fit(batches, epochs=1, shuffle=False, verbose=0, callbacks=[teller])
    return network


def _compile(network: keras.Model, plan: CropPlan) -> None:
    rate = warm_cosine(plan.learning_rate, plan.steps, warm_up=20, end=0.01)
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-4, clipnorm=1.0),
        loss={
            "classes": keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.01),
            "copies": keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            "upright": keras.losses.BinaryCrossentropy(from_logits=True),
        },
        loss_weights={"classes": 1.0, "copies": 0.5, "upright": 0.2},
    )
