"""Adaptation of a network to a laboratory: it learns from some of its karyograms, and is measured on the others.

The frozen part of the base network computes the features once. The rest learns from the site's karyograms mixed half
and half with simulated ones, which are moved to the look of the site (``models.adaptation.looks``), so that rare
changes are not forgotten and most sites, which have next to no abnormal karyograms, can be adapted to at all.
Calibration and limits are fitted anew on simulated karyograms of validation cases in the look of the site.

How long to learn is chosen by cross-validation over the cases of the site, for each fold by the other folds; the
figures are those of each karyogram under the network that was adapted without its case. Zero epochs, that is a new
calibration alone, is one of the choices. Source: thesis section 3.3 (transfer learning); design
section 8.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from numpy.typing import NDArray

from models.adaptation.adapter import Adapter, Lesson
from models.adaptation.comparison import Judged, log_losses
from models.adaptation.folds import deal
from models.adaptation.looks import Features, Look, look_of, moved
from models.adaptation.prepared import Prepared
from models.card import Card
from models.judging.triage import triage
from models.measuring.evaluation import JudgedPicture
from models.measuring.limits import calibrated
from models.networks.choices import Trained
from models.networks.cutting import lower_part
from models.networks.weights import read_weights, write_weights
from models.predicting.predictor import interpret
from models.training.batches import write_features
from models.training.phases import TrainingError
from models.training.progress import Reporter

LEAST_PICTURES = 40
LEAST_NORMAL = 20
LEAST_CASES = 10
FOLDS = 5
ROUNDS = (0, 1, 2, 4, 8)
"""Numbers of epochs to choose from."""

Numbers = NDArray[np.int64]

_BATCH = 32


@dataclass(frozen=True)
class Sets:
    """The karyograms of an adaptation.

    ``site``: of the laboratory. ``replay``: simulated, of training cases, to learn from. ``calibration`` and ``test``:
    simulated, of validation cases.
    """

    site: Prepared
    replay: Prepared
    calibration: Prepared
    test: Prepared


@dataclass(frozen=True)
class Round:
    """A network after some epochs: its card with calibration and limits, and what it says of held-out karyograms.

    ``loss``: mean of the log-losses on these and on simulated karyograms, each kind counting half.
    """

    card: Card
    held_out: list[JudgedPicture]
    loss: float


@dataclass(frozen=True)
class Adapted:
    """What came of an adaptation: ``card`` with calibration and limits, epochs learnt, and figures to compare."""

    card: Card
    epochs: int
    before: Judged
    after: Judged


def check_enough(site: Prepared) -> None:
    """Refuse a site with too few karyograms to learn from and to measure on.

    Raises:
        TrainingError: for fewer than ``LEAST_PICTURES``, or too few normal ones or cases among them.
    """
    found = {
        "karyograms": (len(site), LEAST_PICTURES),
        "normal karyograms": (int((~site.abnormal).sum()), LEAST_NORMAL),
        "cases": (int(site.case.max(initial=-1)) + 1, LEAST_CASES),
    }
    for words, (number, least) in found.items():
        if number < least:
            raise TrainingError(f"adaptation needs at least {least} {words}, got {number}")


class Adaptation:
    """One adaptation of a network to a site."""

    def __init__(self, network: keras.Model, card: Card, trained: Trained, sets: Sets, work: Path) -> None:
        """Compute the features of all karyograms; nothing is learnt yet.

        Args:
            network: the base network with its weights, which the adaptation changes.
            card: of the base model.
            trained: how much of the network learns.
            sets: the karyograms.
            work: folder for features and weights.

        Raises:
            TrainingError: too few karyograms, or nothing of the network would be frozen.
        """
        check_enough(sets.site)
        lower = lower_part(network, trained)
        if lower is None:
            raise TrainingError("trained must leave a part of the network frozen, got all")
        self._network, self._card, self._sets, self._work = network, card, sets, work
        self.weights = work / "model.weights.h5"
        self._features: dict[str, Features] = {
            name: write_features(lower, getattr(sets, name).pictures, work / f"{name}-features.npy", _BATCH)
            for name in ("site", "replay", "calibration", "test")
        }
        self._own = look_of(self._features["replay"], np.flatnonzero(~sets.replay.abnormal))
        self._adapter = Adapter(network, trained, card.seed)
        self._places: dict[str, tuple[Look, Features]] = {}

    def run(self, seed: int, reporter: Reporter) -> Adapted:
        """Cross-validate, choose how long to learn, and learn from all karyograms of the site.

        The network then has the adapted weights, rounded as they are stored in the file ``weights``.

        Args:
            seed: of the folds.
            reporter: is told how far it is.
        """
        site = self._sets.site
        everything = np.arange(len(site))
        look = self._look(everything)
        before = Judged(
            self._judge("site", everything, self._card), *self._simulated(look, self._card), _fitted(self._card)
        )
        fold, folds = deal(site.case, site.abnormal, FOLDS, seed), []
        for number in range(FOLDS):
            with reporter.waiting(f"fold {number + 1} of {FOLDS}"):
                folds.append(self._fold(np.flatnonzero(fold != number), np.flatnonzero(fold == number)))
        chosen = best_round(folds)
        with reporter.waiting(f"{ROUNDS[chosen]} epochs on all karyograms"):
            card = self._learn(everything, ROUNDS[chosen])
        out_of_fold = [folds[number][best_round(folds, without=number)].held_out for number in range(FOLDS)]
        by_file = {item.picture.file: item for held_out in out_of_fold for item in held_out}
        said = [by_file[item.file] for item in site.labelled]
        return Adapted(card, ROUNDS[chosen], before, Judged(said, *self._simulated(look, card), _fitted(card)))

    def _fold(self, chosen: Numbers, held_out: Numbers) -> list[Round]:
        """Learn from some karyograms, and measure on the others after each number of epochs."""
        self._adapter.restart()
        look, rounds = self._look(chosen), []
        for epochs in ROUNDS:
            self._train(epochs, chosen, look)
            card = self._calibrate(look)
            said = self._judge("site", held_out, card)
            simulated = self._judge("calibration", None, card, look)
            losses = [log_losses(judged, _fitted(card)).mean() for judged in (said, simulated)]
            rounds.append(Round(card, said, float(np.mean(losses))))
        return rounds

    def _learn(self, chosen: Numbers, epochs: int) -> Card:
        """Learn from some karyograms, and calibrate what is then stored."""
        self._adapter.restart()
        look = self._look(chosen)
        self._train(epochs, chosen, look)
        write_weights(self._network, self.weights)
        read_weights(self._network, self.weights)
        return self._calibrate(look)

    def _train(self, epochs: int, chosen: Numbers, look: Look) -> None:
        site = Lesson(self._features["site"], self._sets.site.targets)
        replay = Lesson(self._moved("replay", look), self._sets.replay.targets)
        self._adapter.train_until(epochs, site, chosen, replay)

    def _calibrate(self, look: Look) -> Card:
        return calibrated(self._card, self._judge("calibration", None, self._card, look))

    def _simulated(self, look: Look, card: Card) -> tuple[list[JudgedPicture], list[JudgedPicture]]:
        return self._judge("test", None, card), self._judge("test", None, card, look)

    def _judge(self, name: str, which: Numbers | None, card: Card, look: Look | None = None) -> list[JudgedPicture]:
        """Judge a set, or those of it that are wanted, as the network now is; moved to a look if one is given."""
        prepared: Prepared = getattr(self._sets, name)
        features = self._features[name] if look is None else self._moved(name, look)
        numbers = np.arange(len(prepared)) if which is None else which
        outputs = self._adapter.judge(features if which is None else features[which], card.passes)
        readings = [prepared.readings[index] for index in numbers]
        refused = [prepared.refusals[index] for index in numbers]
        predictions = interpret(outputs, readings, refused, card)
        return [
            JudgedPicture(
                prepared.labelled[index], said, triage(said.readable, said.measures, said.findings, card.policy)
            )
            for index, said in zip(numbers, predictions, strict=True)
        ]

    def _look(self, which: Numbers) -> Look:
        """Return the look of the normal ones among some karyograms of the site."""
        return look_of(self._features["site"], which[~self._sets.site.abnormal[which]])

    def _moved(self, name: str, look: Look) -> Features:
        if name not in self._places or self._places[name][0] is not look:
            there = moved(self._features[name], self._own, look, self._work / f"{name}-moved.npy")
            self._places[name] = look, there
        return self._places[name][1]


def best_round(folds: Sequence[Sequence[Round]], without: int | None = None) -> int:
    """Return the index of the round of least loss, by all folds but one: a fold never chooses for itself."""
    losses = np.array([[item.loss for item in fold] for number, fold in enumerate(folds) if number != without])
    return int(losses.mean(axis=0).argmin())


def _fitted(card: Card) -> float:
    return card.calibration.prevalence
