"""Confidence by 100 passes on every test picture, and how the figures move from T = 10 to 1,000.

Source: thesis sections 3.4 and 4.4, tables 4.1 (VGG16) and 4.2 (InceptionV3).
Command: ``python -m models experiment confidence``.
Cost: see docs/experiments.md; the heads alone learn, and a thousand passes share one pass of the backbone.
To expect: most right predictions agree by more than 98 %, as the thesis says, and so do many wrong ones. From some
hundred passes on hardly any figure moves.
Came out: of the right predictions 0 to 30 % agree by so much, and 67 % in one run of eight, which calls everything
normal; of the wrong ones hardly any in six runs, but 4 of 9 in that run and 6 of 51 in another. From 100 to 1,000
passes sensitivity and AUC move by 0.05 at most, the share that the 80 % rule sends to people by up to 0.13.
"""

from __future__ import annotations

import time

import numpy as np

from models.experiments.materials import Bench
from models.experiments.plan import Plan, Row, Scope, plans_of
from models.experiments.record import Record
from models.experiments.run import judged, record_of, train
from models.experiments.verdicts import by_passes
from models.networks.devices import building_in

ROWS = (
    Row("passes-vgg16", "100 passes, processed data on VGG16", "vgg16"),
    Row("passes-inceptionv3", "100 passes, processed data on InceptionV3", "inceptionv3"),
)
PASSES = (10, 20, 50, 100, 200, 500, 1000)

_QUICK_PASSES = (10, 20)


def plans(scope: Scope) -> list[Plan]:
    """Return both networks for each edition, split and start but random weights; of quick ones the first."""
    found = plans_of("confidence", ROWS[:1] if scope.quick else ROWS, scope)
    return [plan for plan in found if plan.configuration.start != "none"]


def perform(plan: Plan, bench: Bench) -> Record:
    """Train the head, judge the test set, and judge it again by fewer and by more passes."""
    started = time.monotonic()
    with building_in(bench.precision):
        trained = train(plan, bench)
        said = judged(trained)
        wanted = _QUICK_PASSES if plan.quick else PASSES
        most = trained.sub_networks.predict(trained.materials.test.inputs, max(wanted)).abnormal
    parts = tuple(by_passes(np.ascontiguousarray(most[:, :T])) for T in wanted)
    return record_of(plan, bench, trained, said, started, by_passes=parts)
