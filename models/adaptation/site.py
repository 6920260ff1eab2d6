"""A model for one laboratory: adapt a stored one to its labelled karyograms, and store it if it is better there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.adaptation.comparison import Check, compare
from models.adaptation.prepared import Prepared, prepare_all
from models.adaptation.procedure import FOLDS, Adaptation, Adapted, Sets, check_enough
from models.card import Card
from models.datasets.labels import (
    LABELS_FILE,
    LabelledPicture,
    case_digest,
    learnt_cases,
    load,
    read_labels,
    validation_split,
)
from models.datasets.simulated_set import Recipe
from models.datasets.simulated_test import ABNORMAL_SHARE, recipe_for, simulated
from models.measuring.report import report
from models.networks.architectures import build_network
from models.networks.choices import Trained
from models.networks.devices import Precision, building_in
from models.networks.weights import read_weights
from models.predicting.preparing import Preparer
from models.registry import Registry, file_sha256
from models.simulation.pages.families import Variety
from models.training.phases import TrainingError
from models.training.progress import Reporter
from models.training.releasing import commit

_REPLAY_SEED, _CALIBRATION_SEED, _TEST_SEED = 40_000, 41_000, 42_000
"""Apart from those of trainings, releases and tests."""


@dataclass(frozen=True)
class SitePlan:
    """What is adapted, to what, and how.

    ``base``: name of a stored model. ``name``: of the new one. ``data``: folder with labels.csv and pictures. ``work``:
    folder for what is computed. ``trained``: how much of the network learns. ``crops``: archive of real chromosome
    crops, for simulated karyograms as in the training of the base; painted ones if left out. ``seed``: of folds and
    simulation. ``simulated``: how many simulated karyograms to learn from, and again to calibrate and to test on.
    """

    base: str
    name: str
    data: Path
    work: Path
    trained: Trained = Trained.HEADS
    crops: Path | None = None
    seed: int = 1
    simulated: int = 800
    note: str = ""


@dataclass(frozen=True)
class SiteModel:
    """What came of an adaptation.

    ``card``: of the adapted model; it is in the registry only if ``stored``. ``checks``: all of them must hold, unless
    the model is wanted in any case.
    """

    card: Card
    checks: tuple[Check, ...]
    stored: bool


def adapt_to_site(
    plan: SitePlan, registry: Registry, precision: Precision, reporter: Reporter, *, even_if_worse: bool = False
) -> SiteModel:
    """Adapt a stored model to a site.

    Args:
        plan: what to adapt, and how.
        registry: where the base is, and where the new model goes if it is better than the base.
        precision: to compute in.
        reporter: is told how far it is.
        even_if_worse: store it in any case.

    Raises:
        LabelsError: the karyograms of the site cannot be used, or the card of the base does not tell which cases
            validate.
        TrainingError: they are too few, or the base has learnt from some of them already.
        UnknownModelError: there is no such base.
    """
    base, weights = registry.card(plan.base), registry.weights(plan.base)
    plan.work.mkdir(parents=True, exist_ok=True)
    sets = _prepare(plan, base, Preparer.for_card(base, registry), reporter)
    with building_in(precision):
        network = build_network(base.architecture, base.input_size)
    read_weights(network, weights)
    with reporter.waiting("computing the features of the frozen part"):
        adaptation = Adaptation(network, base, plan.trained, sets, plan.work)
    adapted = adaptation.run(plan.seed, reporter)
    checks = compare(adapted.before, adapted.after)
    card = _card(plan, base, sets.site, adapted, checks)
    stored = even_if_worse or all(check.holds for check in checks)
    return SiteModel(registry.save(card, adaptation.weights) if stored else card, checks, stored)


def _prepare(plan: SitePlan, base: Card, preparer: Preparer, reporter: Reporter) -> Sets:
    """Read the karyograms of the site, and simulate the others."""
    labelled = read_labels(plan.data)
    _check_new(labelled, base)
    with reporter.waiting(f"reading {len(labelled)} karyograms"):
        site = prepare_all(load(plan.data, labelled), len(labelled), base, preparer, plan.work / "site.npy")
    check_enough(site)
    recipes = {
        "replay": Recipe(
            plan.seed + _REPLAY_SEED,
            plan.crops,
            validation_split(base),
            abnormal_share=ABNORMAL_SHARE,
            preparation=base.preprocessing,
        ),
        "calibration": recipe_for(base, plan.crops, plan.seed + _CALIBRATION_SEED, Variety.WIDE),
        "test": recipe_for(base, plan.crops, plan.seed + _TEST_SEED, Variety.WIDE),
    }
    drawn = {}
    for name, recipe in recipes.items():
        with reporter.waiting(f"simulating {plan.simulated} karyograms ({name})"):
            pages = simulated(recipe, plan.simulated)
            drawn[name] = prepare_all(pages, plan.simulated, base, preparer, plan.work / f"{name}.npy")
    return Sets(site, **drawn)


def _check_new(labelled: Sequence[LabelledPicture], base: Card) -> None:
    known = learnt_cases(labelled, base)
    if known:
        raise TrainingError(
            f"{base.name} was already adapted to {len(known)} of these cases: adapt what it was made from instead"
        )


def _card(plan: SitePlan, base: Card, site: Prepared, adapted: Adapted, checks: Sequence[Check]) -> Card:
    """Say on the card where the model comes from, and what it does before and after."""
    cases = {case_digest(item.case_id) for item in site.labelled}
    made_of = recipe_for(base, plan.crops, plan.seed + _CALIBRATION_SEED, Variety.WIDE).provenance
    return replace(
        adapted.card,
        name=plan.name,
        training={
            **base.training,
            "data": f"{base.training.get('data', 'not said')}; then {len(site)} real karyograms of one laboratory",
            "calibration": f"on {plan.simulated} simulated karyograms in the look of the laboratory: {made_of}",
            "adaptation": _adaptation(plan, base, site, adapted, checks),
            "learnt_cases": sorted(cases | set(base.training.get("learnt_cases", ()))),
            "note": plan.note,
        },
        metrics=_metrics(adapted),
        commit=commit(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _adaptation(
    plan: SitePlan, base: Card, site: Prepared, adapted: Adapted, checks: Sequence[Check]
) -> dict[str, Any]:
    return {
        "base": base.name,
        "base_weights_sha256": base.weights_sha256,
        "karyograms": dict(Counter(item.label.value for item in site.labelled)),
        "cases": len({item.case_id for item in site.labelled}),
        "labels_sha256": file_sha256(plan.data / LABELS_FILE),
        "trained": plan.trained.value,
        "epochs": adapted.epochs,
        "folds": FOLDS,
        "seed": plan.seed,
        "checks": [
            {"what": check.words, "before": check.before, "after": check.after, "holds": check.holds}
            for check in checks
        ],
    }


def _metrics(adapted: Adapted) -> dict[str, Any]:
    before, after = adapted.before, adapted.after
    real = "real karyograms of the laboratory"
    said = {
        "site": (f"{real}, each judged by a network adapted without its case", after.site, after.fitted),
        "site before": (f"{real}, judged by the model before its adaptation", before.site, before.fitted),
        "simulated": ("simulated karyograms of validation cases", after.simulated, after.fitted),
    }
    return {name: {"data": words, **report(judged, fitted)} for name, (words, judged, fitted) in said.items()}
