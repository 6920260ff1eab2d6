"""What a run is to do: everything that decides it, before anything is computed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from types import MappingProxyType
from typing import Any

from models.experiments.alpha import ALPHA, digest
from models.experiments.augmentation import THESIS, Augmentation
from models.experiments.record import (
    Configuration,
    Counts,
    Data,
    Edition,
    ExperimentName,
    Printed,
    Split,
    Start,
    TrainedPart,
)
from models.experiments.sides import PROCESSED

VERSION = 1
"""Raised when the code changes so that the same plan gives other figures: then every run is due again."""

SPLITS: tuple[Split, ...] = ("as published", "by case")

HEAD_RATE = 1e-3
"""The thesis' learning rate (section 3.2)."""

TUNING_RATE = 1e-4
"""Where convolutions learn too, as in the last phase of our own trainings; the thesis does not say that it differs."""

_HEAD_EPOCHS, _TUNING_EPOCHS = 30, 12
_SLUGS: Mapping[str, str] = MappingProxyType({"source task": "source", "as published": "published", "by case": "cases"})


@dataclass(frozen=True)
class Scope:
    """Which runs are wanted: of which ``editions``, ``splits`` and ``starts``, with which ``seed``; ``quick`` ones.

    ``augmentation``: of processed data; another one than the thesis' wants no runs of original data.
    """

    editions: tuple[Edition, ...] = ("simulated",)
    splits: tuple[Split, ...] = SPLITS
    starts: tuple[Start, ...] = ("source task", "none")
    seed: int = 1
    quick: bool = False
    augmentation: Augmentation = THESIS


@dataclass(frozen=True)
class Plan:
    """One run; the fields are those of ``models.experiments.record.Record``.

    ``counts``: karyograms of the data set. ``processed``: pictures that the augmentation makes of them. ``trials``: of
    a search. ``quick``: one that only shows that all works.
    """

    experiment: ExperimentName
    row: str
    title: str
    configuration: Configuration
    edition: Edition
    split: Split
    seed: int
    printed: Printed | None = None
    counts: Counts = ALPHA
    processed: Counts = PROCESSED
    trials: int = 0
    quick: bool = False

    @property
    def name(self) -> str:
        """Name of the record: the row with what its augmentation has beyond the thesis', start, split and edition."""
        beyond = Augmentation(**self.configuration.augmentation).slug
        parts = (f"{self.row}{beyond}", self.configuration.start, self.split, self.edition)
        return ".".join(_SLUGS.get(part, part) for part in parts)

    def fingerprint(self, data: str, weights: str) -> str:
        """Return the SHA-256 of all that decides the run.

        Args:
            data: identity of the source of its karyograms.
            weights: SHA-256 of its starting weights.
        """
        decides = {name: value for name, value in asdict(self).items() if name not in ("title", "printed")}
        return digest(VERSION, json.dumps(decides, sort_keys=True), data, weights)


@dataclass(frozen=True)
class Row:
    """One line of an experiment, of which there is a run for each edition, split and start.

    ``slug``: for names. ``changes``: of the configuration that a row usually has.
    """

    slug: str
    title: str
    network: str
    trained: TrainedPart = "head"
    data: Data = "processed"
    printed: Printed | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)


def plans_of(experiment: ExperimentName, rows: tuple[Row, ...], scope: Scope, trials: int = 0) -> list[Plan]:
    """Return the runs of rows in a scope; with an augmentation of its own a run is none of the thesis' rows."""
    how, as_printed = scope.augmentation, scope.augmentation == THESIS
    return [
        Plan(
            experiment,
            row.slug,
            f"{row.title}{how.words}",
            configuration_of(row, start, quick=scope.quick, how=how),
            edition,
            split,
            scope.seed,
            row.printed if as_printed else None,
            counts=Counts(14, 10) if scope.quick else ALPHA,
            processed=Counts(24, 20) if scope.quick else PROCESSED,
            trials=trials,
            quick=scope.quick,
        )
        for edition in scope.editions
        for start in scope.starts
        for row in rows
        if as_printed or row.data == "processed"
        for split in scope.splits
    ]


def configuration_of(row: Row, start: Start, *, quick: bool, how: Augmentation = THESIS) -> Configuration:
    """Return the configuration of a row: the thesis' own, at a size and for as long as two processor cores bear it.

    A quick one is far too short to learn anything; it shows that all the steps work together.
    """
    tuned = row.trained != "head"
    whole = Configuration(
        network=row.network,
        start=start,
        trained=row.trained,
        data=row.data,
        size=150,
        learning_rate=TUNING_RATE if tuned else HEAD_RATE,
        batch_size=16,
        epochs=_TUNING_EPOCHS if tuned else _HEAD_EPOCHS,
        passes=100,
        augmentation=how.options if row.data == "processed" else {},
        members=1,
    )
    whole = replace(whole, **row.changes)
    if not quick:
        return whole
    return replace(whole, size=75, epochs=2, passes=min(10, whole.passes), members=min(2, whole.members))
