"""Deep ensembles of five heads, to be compared with the passes of one head as a reason to defer.

Source: thesis section 2.4, which names deep ensembles beside MC-Dropout; Lakshminarayanan et al. 2017.
Command: ``python -m models experiment ensemble``.
Cost: see docs/experiments.md; five heads learn on the same features.
To expect: an ensemble ranks its doubts no worse than passes do (area under risk and coverage), at five times the
training. The record of ``confidence`` with the same network, start, split and edition is the other side.
Came out: by agreement it ranks them worse in five of eight runs, in all four of simulated data (by case 0.37 against
0.33 and 0.35 against 0.27), better in the other three, always within each other's intervals; by mutual information
better in seven.
"""

from __future__ import annotations

import time

import numpy as np

from models.experiments.materials import Bench
from models.experiments.plan import Plan, Row, Scope, plans_of
from models.experiments.record import Record
from models.experiments.run import Trained, record_of, train
from models.experiments.verdicts import calibration_of, predictions
from models.networks.devices import building_in

MEMBERS = 5

ROWS = tuple(
    Row(
        f"five-heads-{network}",
        f"ensemble of {MEMBERS} heads, processed data on {words}",
        network,
        changes={"members": MEMBERS, "passes": 1},
    )
    for network, words in (("vgg16", "VGG16"), ("inceptionv3", "InceptionV3"))
)


def plans(scope: Scope) -> list[Plan]:
    """Return both networks for each edition, split and start but random weights; of quick ones the first."""
    found = plans_of("ensemble", ROWS[:1] if scope.quick else ROWS, scope)
    return [plan for plan in found if plan.configuration.start != "none"]


def perform(plan: Plan, bench: Bench) -> Record:
    """Train the heads one after the other; each member is one pass, without dropout.

    ``probability`` is that of the first member by itself, and so are the curves; ``mean`` and all else are of all.
    """
    started = time.monotonic()
    with building_in(bench.precision):
        trained = [train(plan, bench, member) for member in range(plan.configuration.members)]
        tested, validated = (np.stack(columns, axis=1) for columns in zip(*map(_said, trained), strict=True))
    test, validation = trained[0].materials.test, trained[0].materials.validation
    said = predictions(
        test.files,
        test.case_ids,
        test.abnormal,
        probability=tested[:, 0],
        passes=tested,
        calibration=calibration_of(validated, validation.abnormal),
    )
    return record_of(plan, bench, trained[0], said, started)


def _said(trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Return what a member says of the test side and of the validation side, (N,) each."""
    return trained.probability(trained.materials.test), trained.probability(trained.materials.validation)
