"""What we rely on in Optuna: failed trials stay with what they tried, and a storage is shared by its URL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest
from optuna.storages import RDBStorage
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.WARNING)


def study_in(storage: RDBStorage) -> optuna.Study:
    return optuna.create_study(storage=storage, study_name="shared", load_if_exists=True)


def square(trial: optuna.Trial) -> float:
    return trial.suggest_float("x", -1.0, 1.0) ** 2


def broken(trial: optuna.Trial) -> float:
    trial.suggest_float("x", -1.0, 1.0)
    trial.set_user_attr("error", "lost")
    raise ArithmeticError


@pytest.fixture(params=["sqlite", "postgresql"])
def storages(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RDBStorage, RDBStorage]]:
    """One storage as two machines reach it."""
    url = f"sqlite:///{tmp_path / 'trials.sqlite3'}"
    if request.param == "postgresql":
        url = str(request.getfixturevalue("empty_postgres_url"))
    one, other = RDBStorage(url), RDBStorage(url)
    yield one, other
    for storage in (one, other):
        storage.remove_session()
        storage.engine.dispose()  # optuna leaves its connections open


def test_a_failed_trial_is_kept_as_failed_and_is_never_the_best(storages: tuple[RDBStorage, RDBStorage]) -> None:
    study = study_in(storages[0])
    study.optimize(broken, n_trials=1, catch=(Exception,))
    study.optimize(square, n_trials=1)
    failed, complete = study.get_trials(states=(TrialState.COMPLETE, TrialState.FAIL))
    assert (failed.state, failed.user_attrs["error"], failed.value) == (TrialState.FAIL, "lost", None)
    assert "x" in failed.params
    assert study.best_trial.number == complete.number


def test_two_machines_share_a_study(storages: tuple[RDBStorage, RDBStorage]) -> None:
    one, other = map(study_in, storages)
    one.optimize(square, n_trials=1)
    other.optimize(square, n_trials=1)
    assert [trial.number for trial in one.trials] == [0, 1]


def test_a_sampler_with_the_same_seed_draws_the_same_and_with_another_otherwise() -> None:
    drawn = []
    for seed in (1, 1, 2):
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.optimize(square, n_trials=1)
        drawn.append(study.trials[0].params["x"])
    assert drawn[0] == drawn[1] != drawn[2]
