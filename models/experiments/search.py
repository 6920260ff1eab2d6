"""Bayesian optimisation of learning rate and batch size, the head alone on cached features.

Source: thesis section 3.2, figures 3.3 and 3.4. With Optuna's tree-structured Parzen estimator (Bergstra et al. 2011).
Command: ``python -m models experiment search``; with ``--storage URL`` several machines share one study.
Cost: see docs/experiments.md; a trial takes seconds, because features are computed once.
To expect: the validation loss is lowest somewhere from 1e-4 to 1e-2, and batches of 256 and more do worse for the same
number of epochs. The thesis chose 1e-3 and 16.
Came out: as published so, the best at 1.1e-3 (simulated) and 1.7e-4 (real) with batches of 8. By case, where 24
pictures validate, the best are 1.7e-2 with 256 and 7.0e-2 with 512; on real ones 5.4e-4 with 8 lies 0.002 behind.
Failed trials are recorded as failed, those whose process died among them, and left out of the plots.
"""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import keras
import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.trial import FrozenTrial, TrialState

from models.experiments.learning import learn, learner_of
from models.experiments.materials import Bench, Materials
from models.experiments.nets import build
from models.experiments.plan import Plan, Row, Scope, plans_of
from models.experiments.record import DIGITS, Record, Trial
from models.experiments.run import judged, record_of, train
from models.networks.devices import building_in
from models.training.phases import TrainingError

ROWS = (Row("search-vgg16", "search of learning rate and batch size on VGG16", "vgg16"),)
TRIALS = 40
RATES = (1e-6, 1.0)
BATCH_SIZES = (8, 16, 32, 64, 128, 256, 512)

_QUICK_TRIALS = 2
_MOST_TRIALS = 10_000  # so that studies of other seeds draw otherwise
_TRIAL_EPOCHS = 10
_SMALLEST = 1e-7  # as in the loss of Keras
_BEAT, _GRACE = 15, 60
"""A trial gives a sign of life every so many seconds; without one for so long its process is taken to be dead."""

_ENDED = (TrialState.COMPLETE, TrialState.FAIL)
_ERROR = "error"  # of a trial, in the storage
_TRIED = {"learning_rate", "batch_size"}
_log = logging.getLogger(__name__)


def plans(scope: Scope) -> list[Plan]:
    """Return one search for each edition and split, from each start but random weights."""
    found = plans_of("search", ROWS, scope, trials=_QUICK_TRIALS if scope.quick else TRIALS)
    return [plan for plan in found if plan.configuration.start != "none"]


def perform(plan: Plan, bench: Bench) -> Record:
    """Search until the study has all its trials, then train with the best of them and judge the test set.

    Trials whose process died are told as failed and stand beside those that were planned: they say nothing of what they
    tried.

    Raises:
        TrainingError: all trials failed.
    """
    started = time.monotonic()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with building_in(bench.precision), _study(plan, bench) as study:
        _search(study, plan, bench)
        _settle(study)
        if not study.get_trials(states=(TrialState.COMPLETE,)):
            raise TrainingError(f"a trial of {plan.name} must come to an end, all {plan.trials} failed")
        best = replace(plan.configuration, **study.best_params)
        trials = tuple(told(trial) for trial in study.get_trials(states=_ENDED) if trial.params.keys() >= _TRIED)
        trained = train(replace(plan, configuration=best), bench)
        said = judged(trained)
    record = record_of(plan, bench, trained, said, started, trials=trials)
    return replace(record, configuration=best)


@contextmanager
def _study(plan: Plan, bench: Bench) -> Iterator[optuna.Study]:
    """Open the study of a plan in the storage that all machines share."""
    with _experimental():
        storage = optuna.storages.RDBStorage(
            bench.storage or f"sqlite:///{bench.work / 'search.sqlite3'}",
            heartbeat_interval=_BEAT,
            grace_period=_GRACE,
        )
    name = f"{plan.name} {bench.fingerprint(plan)[:12]} {bench.study}".rstrip()
    try:
        yield optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
    finally:
        storage.remove_session()
        storage.engine.dispose()  # optuna leaves its connections open


@contextmanager
def _experimental() -> Iterator[None]:
    """Signs of life are called experimental by Optuna; its version is pinned."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        yield


def _search(study: optuna.Study, plan: Plan, bench: Bench) -> None:
    """Try until the study has as many trials as planned, whoever made them."""
    chosen = replace(plan.configuration, epochs=min(plan.configuration.epochs, _TRIAL_EPOCHS))
    network = build(chosen.network, chosen.size, chosen.start, bench.weights, seed=plan.seed)
    objective = _objective(replace(plan, configuration=chosen), network, bench.materials(plan, network))
    while sum(map(_counts, study.get_trials(states=_ENDED))) < plan.trials:
        # anew for each trial: a search that goes on after an interruption, or beside others, repeats no draw of theirs
        study.sampler = optuna.samplers.TPESampler(seed=plan.seed * _MOST_TRIALS + len(study.trials))
        study.optimize(objective, n_trials=1, catch=(Exception,))


def _counts(trial: FrozenTrial) -> bool:
    """Whether a trial came to an end of its own, good or bad: one whose process died has no error to tell."""
    return trial.state is TrialState.COMPLETE or _ERROR in trial.user_attrs


def _settle(study: optuna.Study) -> None:
    """Wait until every running trial has ended or is known to be dead; one that lives on elsewhere is left alone."""
    end = time.monotonic() + _GRACE + _BEAT
    while study.get_trials(states=(TrialState.RUNNING,)) and time.monotonic() < end:
        with _experimental():
            optuna.storages.fail_stale_trials(study)
        time.sleep(1)


def _objective(plan: Plan, network: keras.Model, materials: Materials) -> Callable[[optuna.Trial], float]:
    learner = learner_of(network, plan.configuration)
    first = learner.get_weights()

    def loss_of(trial: optuna.Trial) -> float:
        chosen = replace(
            plan.configuration,
            learning_rate=trial.suggest_float("learning_rate", *RATES, log=True),
            batch_size=trial.suggest_categorical("batch_size", BATCH_SIZES),
        )
        learner.set_weights(first)
        keras.utils.set_random_seed(plan.seed)
        learn(learner, materials.training, materials.validation, chosen)
        said = learner.predict(materials.validation.inputs, verbose=0)[:, 0].astype(np.float64)
        abnormal = materials.validation.abnormal
        loss = -float(np.mean(np.log(np.clip(np.where(abnormal, said, 1.0 - said), _SMALLEST, 1.0))))
        if not math.isfinite(loss):
            raise ArithmeticError(f"the validation loss must be finite, got {loss}")
        trial.set_user_attr("val_accuracy", round(float(np.mean((said >= 0.5) == abnormal)), DIGITS))
        return loss

    def objective(trial: optuna.Trial) -> float:
        try:
            return loss_of(trial)
        except Exception as error:
            # whatever it was, the search goes on without this trial; other machines may have more memory
            _log.warning("trial %d failed: %s", trial.number, error)
            trial.set_user_attr(_ERROR, f"{type(error).__name__}: {error}"[:200])
            raise

    return objective


def told(trial: FrozenTrial) -> Trial:
    """Return a finished trial as a record tells it."""
    complete = trial.state is TrialState.COMPLETE
    accuracy = trial.user_attrs.get("val_accuracy")
    return Trial(
        number=trial.number,
        state="complete" if complete else "failed",
        learning_rate=float(trial.params["learning_rate"]),
        batch_size=int(trial.params["batch_size"]),
        val_loss=round(float(trial.value), DIGITS) if complete and trial.value is not None else None,
        val_accuracy=accuracy if complete else None,
        error=None if complete else trial.user_attrs.get(_ERROR, "the process died"),
    )
