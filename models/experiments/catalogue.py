"""All experiments by name, and which of their runs are still to be done."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from models.experiments import backbones, confidence, ensemble, run, search, table_5_1
from models.experiments.materials import Bench
from models.experiments.plan import Plan, Scope
from models.experiments.record import ExperimentName, Record, Split, read, write
from models.experiments.validation import RecordError
from models.networks.determinism import deterministic

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Experiment:
    """What there is to run, how one run is done, and in which split a quick one shows that all works."""

    plans: Callable[[Scope], list[Plan]]
    perform: Callable[[Plan, Bench], Record] = run.perform
    quick: Split = "by case"


EXPERIMENTS: Mapping[ExperimentName, Experiment] = MappingProxyType(
    {
        "table-5-1": Experiment(table_5_1.plans, quick="as published"),
        "confidence": Experiment(confidence.plans, confidence.perform),
        "search": Experiment(search.plans, search.perform),
        "backbones": Experiment(backbones.plans),
        "ensemble": Experiment(ensemble.plans, ensemble.perform),
    }
)


def planned(names: Sequence[ExperimentName], scope: Scope, bench: Bench) -> list[Plan]:
    """Return the runs of experiments whose starting weights are at hand, in the order of the catalogue."""
    found = []
    for name in (name for name in EXPERIMENTS if name in names):
        experiment = EXPERIMENTS[name]
        plans = [
            plan
            for plan in experiment.plans(scope)
            if bench.weights.has(plan.configuration.network, plan.configuration.start)
        ]
        found += [plan for plan in plans if plan.split == experiment.quick][:1] if scope.quick else plans
    return found


def is_done(plan: Plan, bench: Bench, out: Path) -> bool:
    """Say whether a folder of records has one of this very run; one that is damaged counts as none."""
    file = out / plan.experiment / f"{plan.name}.json"
    try:
        return file.is_file() and read(file).fingerprint == bench.fingerprint(plan)
    except RecordError as error:
        _log.warning("it will be done again: %s", error)
        return False


def perform_all(
    plans: Sequence[Plan], bench: Bench, out: Path, *, again: bool = False
) -> Iterator[tuple[Plan, Record]]:
    """Do runs and write their records.

    Args:
        plans: the runs.
        bench: what they share.
        out: folder of records.
        again: do those again that are done. Searches then begin a new study, unless ``bench`` names one.

    Yields:
        Each run that was done with its record.
    """
    if again and not bench.study:
        bench = replace(bench, study=uuid.uuid4().hex[:12])
        _log.info("searches begin anew, in study %s", bench.study)
    bench.work.mkdir(parents=True, exist_ok=True)
    for plan in plans:
        if again or not is_done(plan, bench, out):
            with deterministic():
                record = EXPERIMENTS[plan.experiment].perform(plan, bench)
            write(record, out)
            yield plan, record
