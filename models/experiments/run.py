"""One run from its plan to its record."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from models.experiments.learning import learn, learner_of
from models.experiments.materials import Bench, Materials, Side
from models.experiments.nets import PARTS, build
from models.experiments.plan import Plan
from models.experiments.record import FORMAT, Epoch, Predictions, Record
from models.experiments.verdicts import calibration_of, predictions
from models.networks.cutting import upper_backbone
from models.networks.devices import building_in, device_name
from models.networks.dropout import SubNetworks
from models.training.releasing import commit

_CHUNK = 32
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trained:
    """A trained network with the materials it was trained on and the figures of each epoch."""

    plan: Plan
    network: keras.Model
    learner: keras.Model
    materials: Materials
    curves: tuple[Epoch, ...]

    def probability(self, side: Side) -> NDArray[np.float32]:
        """Return the probability of abnormal without dropout, (N,)."""
        said = self.learner.predict(side.inputs, batch_size=_CHUNK, verbose=0)
        return np.asarray(said, np.float32)[:, 0]

    @cached_property
    def sub_networks(self) -> SubNetworks:
        """Its sub-networks, which judge what the learner takes."""
        trunk = upper_backbone(self.network, PARTS[self.plan.configuration.trained])
        return SubNetworks(self.network, self.plan.seed, trunk=trunk)


def train(plan: Plan, bench: Bench, member: int = 0) -> Trained:
    """Train the network of a plan, or one ``member`` of its ensemble; use it inside of ``building_in``."""
    chosen = plan.configuration
    network = build(chosen.network, chosen.size, chosen.start, bench.weights, seed=plan.seed, member=member)
    materials = bench.materials(plan, network)
    keras.utils.set_random_seed(plan.seed + member)  # of order and dropout, whether features were there or not
    learner = learner_of(network, chosen)
    curves = learn(learner, materials.training, materials.validation, chosen)
    return Trained(plan, network, learner, materials, curves)


def perform(plan: Plan, bench: Bench) -> Record:
    """Train the network of a plan, and judge its test set in one pass and in T."""
    started = time.monotonic()
    with building_in(bench.precision):
        trained = train(plan, bench)
        said = judged(trained)
    return record_of(plan, bench, trained, said, started)


def judged(trained: Trained) -> Predictions:
    """Return what a trained network says of its test set."""
    test, validation = trained.materials.test, trained.materials.validation
    networks, passes = trained.sub_networks, trained.plan.configuration.passes
    return predictions(
        test.files,
        test.case_ids,
        test.abnormal,
        probability=trained.probability(test),
        passes=networks.predict(test.inputs, passes).abnormal,
        calibration=calibration_of(networks.predict(validation.inputs, passes).abnormal, validation.abnormal),
    )


def record_of(plan: Plan, bench: Bench, trained: Trained, said: Predictions, started: float, **more: Any) -> Record:
    """Return the record of a run.

    Args:
        plan: what was to be done.
        bench: what all runs share.
        trained: the network, or the first one of several.
        said: of the test set.
        started: when, by ``time.monotonic``.
        more: the other fields of a record, such as its trials.
    """
    return Record(
        format=FORMAT,
        name=plan.name,
        experiment=plan.experiment,
        title=plan.title,
        printed=plan.printed,
        configuration=plan.configuration,
        edition=plan.edition,
        split=plan.split,
        seed=plan.seed,
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - started, 1),
        device=device_name(),
        precision=bench.precision.value,
        sizes=trained.materials.sizes,
        curves=trained.curves,
        predictions=said,
        fingerprint=bench.fingerprint(plan),
        **more,
    )
