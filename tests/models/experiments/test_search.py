"""Searches that begin anew, that go on, that several machines share, and whose processes die."""

from __future__ import annotations

import sqlite3
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from models.__main__ import main
from models.experiments import catalogue, search
from models.experiments.catalogue import planned
from models.experiments.materials import Bench
from models.experiments.nets import Weights
from models.experiments.plan import Plan, Scope
from models.experiments.record import Record
from models.networks.devices import Precision
from models.registry import default_registry
from tests.models.experiments.records import made_up

AT = {"learning_rate": 1e-3, "batch_size": 16}
SPACE = {
    "learning_rate": optuna.distributions.FloatDistribution(*search.RATES, log=True),
    "batch_size": optuna.distributions.CategoricalDistribution(search.BATCH_SIZES),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where features stay from one test to the next."""
    return tmp_path_factory.mktemp("work")


@pytest.fixture
def bench(work: Path, tmp_path: Path) -> Bench:
    weights = Weights(default_registry(), tmp_path)
    return Bench(weights, work, Precision.FLOAT32, storage=f"sqlite:///{tmp_path / 'trials.sqlite3'}")


@pytest.fixture
def plan(bench: Bench) -> Plan:
    """A search of two trials, quicker than quick."""
    (quick,) = planned(("search",), Scope(quick=True), bench)
    return replace(quick, configuration=replace(quick.configuration, epochs=1, passes=2))


@contextmanager
def study_of(plan: Plan, bench: Bench) -> Iterator[optuna.Study]:
    with search._study(plan, bench) as study:
        yield study


def die(study: optuna.Study, tmp_path: Path, *, seconds: int, tried: bool = True) -> None:
    """Leave a trial as a process does that was killed: running, its last sign of life so many seconds ago."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that only Study.optimize gives signs of life
        trial = study.ask(SPACE if tried else {})
    study._storage.record_heartbeat(trial._trial_id)  # type: ignore[attr-defined]
    with closing(sqlite3.connect(tmp_path / "trials.sqlite3")) as database, database:
        database.execute(
            "UPDATE trial_heartbeats SET heartbeat = datetime('now', ?) WHERE trial_id = ?",
            (f"-{seconds} seconds", trial._trial_id),
        )


@pytest.mark.slow
def test_an_interrupted_search_goes_on_and_tells_the_trial_whose_process_died_as_failed(
    plan: Plan, bench: Bench, tmp_path: Path
) -> None:
    with study_of(plan, bench) as study:
        study.add_trial(optuna.trial.create_trial(params=AT, distributions=SPACE, value=0.25))
        die(study, tmp_path, seconds=3600)
        die(study, tmp_path, seconds=3600, tried=False)
    record = search.perform(plan, bench)
    told = [(trial.number, trial.state, trial.error) for trial in record.trials]
    # two planned ones come to an end; of the third nothing is known that a record could tell
    assert told == [(0, "complete", None), (1, "failed", "the process died"), (3, "complete", None)]
    assert record.trials[0].val_loss == 0.25
    assert record.trials[1].val_loss is None
    with study_of(plan, bench) as study:
        assert Counter(trial.state for trial in study.trials) == {TrialState.COMPLETE: 2, TrialState.FAIL: 2}


def test_a_search_waits_until_the_last_trial_is_known_to_be_dead(
    plan: Plan, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "_GRACE", 3)
    with study_of(plan, bench) as study:
        die(study, tmp_path, seconds=1)
        search._settle(study)
        assert [trial.state for trial in study.trials] == [TrialState.FAIL]


def test_a_trial_that_lives_on_elsewhere_is_left_alone(
    plan: Plan, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with study_of(plan, bench) as study:
        die(study, tmp_path, seconds=0)
        monkeypatch.setattr(search, "_GRACE", 1)
        monkeypatch.setattr(search, "_BEAT", 0)
        search._settle(study)
        assert [trial.state for trial in study.trials] == [TrialState.RUNNING]


def test_a_running_trial_gives_signs_of_life(plan: Plan, bench: Bench) -> None:
    with study_of(plan, bench) as study:
        assert optuna.storages._heartbeat.is_heartbeat_enabled(study._storage)


def study_used(plan: Plan, bench: Bench, out: Path, monkeypatch: pytest.MonkeyPatch, *, again: bool) -> str:
    """The study that a search is told to use; the search itself does nothing."""
    seen = []

    def perform(_: Plan, told: Bench) -> Record:
        seen.append(told.study)
        return replace(made_up(), experiment="search")

    monkeypatch.setattr(catalogue, "EXPERIMENTS", {"search": catalogue.Experiment(search.plans, perform)})
    list(catalogue.perform_all([plan], bench, out, again=again))
    (study,) = seen
    return study


def test_again_searches_anew_each_time_unless_a_study_is_named(
    plan: Plan, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert study_used(plan, bench, tmp_path, monkeypatch, again=False) == ""
    first, second = (study_used(plan, bench, tmp_path, monkeypatch, again=True) for _ in range(2))
    assert len({"", first, second}) == 3
    named = replace(bench, study="autumn")
    assert study_used(plan, named, tmp_path, monkeypatch, again=True) == "autumn"


def test_a_search_done_anew_finds_no_trial_of_another_study_and_machines_that_name_one_share_it(
    plan: Plan, bench: Bench
) -> None:
    for one in (bench, replace(bench, study="autumn")):
        with study_of(plan, one) as study:
            assert study.trials == []
            study.add_trial(optuna.trial.create_trial(params=AT, distributions=SPACE, value=0.25))
        with study_of(plan, replace(one, work=Path("of another machine"))) as study:
            assert len(study.trials) == 1


def test_the_command_names_the_study(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = []

    def perform_all(_: object, told: Bench, *__: object, again: bool) -> list[object]:
        seen.append((told.study, again))
        return []

    monkeypatch.setattr(catalogue, "perform_all", perform_all)
    for options in ((), ("--again", "--study", "autumn")):
        assert main(["experiment", "search", "--quick", "--out", str(tmp_path), "--work", str(tmp_path), *options]) == 0
    assert seen == [("", False), ("autumn", True)]
