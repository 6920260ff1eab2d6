"""Training the network of the reader that compares homologues."""

from __future__ import annotations

import math
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from models.datasets.pair_set import PairSet
from models.networks.pair_network import build_pair_network
from models.reading.homologues import FACTS
from models.reading.profiles import POINTS
from models.training.progress import Reporter
from models.training.rates import warm_cosine

SUSPECTED_SHARE = 0.1
"""Of the pages without a changed structure, that look as if there were one."""

_STAIN = 0.1  # of the logarithm; standard deviation
_PROFILES = ("first", "second")

Inputs = dict[str, NDArray[np.generic]]
Batch = tuple[Inputs, dict[str, NDArray[np.float32]]]


@dataclass(frozen=True)
class PairPlan:
    """How the comparison of homologues is trained: each pair is seen ``epochs`` times; ``seed`` of all randomness."""

    epochs: int = 8
    learning_rate: float = 2e-3
    batch_size: int = 256
    seed: int = 1


def train_pair_network(plan: PairPlan, found: PairSet, reporter: Reporter) -> keras.Model:
    """Train a comparison of homologues from nothing.

    What it says holds among karyotypes that occur: its last bias is set so that on their pages, among all that were
    learnt from, it expects as many changed pairs as there are.

    Args:
        plan: how.
        found: pairs to learn from, of which some are changed and some are of karyotypes that occur.
        reporter: is told how long it takes.
    """
    keras.utils.set_random_seed(plan.seed)
    network = build_pair_network(POINTS, FACTS)
    batches = PairBatches(found, plan)
    rate = warm_cosine(plan.learning_rate, len(batches) * plan.epochs, warm_up=20, end=0.01)
    network.compile(
        keras.optimizers.AdamW(rate, weight_decay=1e-3, clipnorm=1.0),
        loss={"changed": keras.losses.BinaryCrossentropy(from_logits=True)},
    )
    with reporter.waiting(f"comparing {len(found)} pairs of homologues, {plan.epochs} times"):
        network.fit(batches, epochs=plan.epochs, shuffle=False, verbose=0)
        _as_often_as_they_occur(network, found)
    return network


class PairBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches as ``fit`` takes them: each epoch in another order, every pair either way round and stained anew."""

    def __init__(self, found: PairSet, plan: PairPlan) -> None:
        """Draw batches of pairs."""
        super().__init__(workers=1)
        self._plan, self._epoch = plan, 0
        self._inputs, self._changed = found.pairs.inputs, found.changed.astype(np.float32)[:, None]
        self._order = np.arange(len(found))
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Put the pairs in another order."""
        self._epoch += 1
        self._order = np.random.default_rng([self._plan.seed, self._epoch]).permutation(len(self._order))

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._plan.batch_size)

    def __getitem__(self, index: int) -> Batch:
        rng = np.random.default_rng([self._plan.seed, self._epoch, index])
        which = self._order[index * self._plan.batch_size :][: self._plan.batch_size]
        inputs = {name: values[which] for name, values in self._inputs.items()}
        return vary(inputs, rng), {"changed": self._changed[which]}


def vary(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Exchange the two of a pair, turn both upside down, and stain each anew; the answer stays the same."""
    count = len(inputs["place"])
    exchanged, turned = rng.random((2, count, 1, 1)) < 0.5
    first, second = (np.asarray(inputs[name], np.float32) for name in _PROFILES)
    varied = {}
    for name, one, other in zip(_PROFILES, (first, second), (second, first), strict=True):
        chosen = np.where(exchanged, other, one)
        shown = np.where(turned, chosen[:, ::-1], chosen)
        varied[name] = shown * np.exp(rng.normal(0, _STAIN, (count, 1, 1))).astype(np.float32)
    return {**inputs, **varied}


def limit_of_suspicion(network: keras.Model, found: PairSet) -> float:
    """Return the probability of a change that no pair reaches on 90 % of the pages without one that occur."""
    said = expit(network.predict(found.pairs.inputs, batch_size=1024, verbose=0)["changed"][:, 0].astype(np.float64))
    changed = np.isin(found.page, found.page[found.changed])
    own = ~changed & ~found.invented
    highest = [said[own & (found.page == page)].max() for page in np.unique(found.page[own])]
    return float(np.quantile(highest, 1 - SUSPECTED_SHARE))


def _as_often_as_they_occur(network: keras.Model, found: PairSet) -> None:
    """Set the bias so that the mean probability on pages that occur is the share of changed pairs there."""
    said = network.predict(found.pairs.inputs, batch_size=1024, verbose=0)["changed"][~found.invented, 0]
    share = max(float(found.changed[~found.invented].mean()), 1 / len(said))
    shift = brentq(lambda by: float(expit(said + by).mean()) - share, -20.0, 20.0)
    layer = network.get_layer("changed")
    layer.bias.assign(layer.bias + shift)
