"""The runs: records of experiments read from their folder once, and again only when a file has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import streamlit as st

from dashboard.comparison import origins
from dashboard.comparison.drawing import capital
from dashboard.comparison.looks import LOOKS, Look
from models.experiments import record
from models.experiments.record import Data, Edition, ExperimentName, Record, Start, TrainedPart
from models.experiments.validation import RecordError

_KEPT = 1000  # records


@dataclass(frozen=True)
class Stamp:
    """What tells that a file has not changed: its path, the time of its last change in nanoseconds, and its bytes."""

    file: Path
    changed: int
    size: int


@dataclass(frozen=True)
class Run:
    """A record with the stamp of its file, by which everything derived from it is kept."""

    record: Record
    stamp: Stamp

    @property
    def name(self) -> str:
        """The name by which an address means it."""
        return self.record.name


@dataclass(frozen=True)
class Chosen:
    """A run that is compared, in one of the five places.

    ``ensemble``: the run of several heads on the same pictures that is alike in everything else, where there is one.
    """

    place: int
    run: Run
    ensemble: Run | None = None

    @property
    def record(self) -> Record:
        """What the run says."""
        return self.run.record

    @property
    def look(self) -> Look:
        """How it is drawn."""
        return LOOKS[self.place]

    @property
    def label(self) -> str:
        """What tells it from all others, in words."""
        return label(self.record)


@dataclass(frozen=True)
class Loaded:
    """All runs by experiment and name, and what is wrong with files that hold none."""

    runs: list[Run]
    problems: list[str]


def load(folder: Path) -> Loaded:
    """Read all records of a folder; a file that is no valid record is told and stops nothing."""
    found: list[Run] = []
    problems: list[str] = []
    for stamp in _stamps(folder):
        try:
            found.append(Run(_read(stamp), stamp))
        except (RecordError, OSError) as error:
            problems.append(str(error))
    return Loaded(sorted(found, key=_order), problems)


def _order(run: Run) -> tuple[int | str, ...]:
    """The experiments in the order of the thesis, and in each the rows of its table as they stand there."""
    told, configuration = run.record, run.record.configuration
    return (
        get_args(ExperimentName).index(told.experiment),
        get_args(Edition).index(told.edition),
        get_args(TrainedPart).index(configuration.trained),
        get_args(Data).index(configuration.data),
        configuration.network != "vgg16",
        configuration.network,
        get_args(Start).index(configuration.start),
        told.split != "by case",
        told.name,
    )


def _stamps(folder: Path) -> list[Stamp]:
    files = sorted(folder.glob("*/*.json"))
    states = [(file, file.stat()) for file in files]
    return [Stamp(file, state.st_mtime_ns, state.st_size) for file, state in states]


# a resource and not data: records never change, so all sessions may share the same one without a copy
@st.cache_resource(show_spinner=False, max_entries=_KEPT)
def _read(stamp: Stamp) -> Record:
    return record.read(stamp.file)


def label(run: Record) -> str:
    """A run in words: title, split, starting weights and where its test pictures come from."""
    return f"{capital(run.title)}, {run.split}, {starting_weights(run)} ({origins.of(run).brief})"


def starting_weights(run: Record) -> str:
    """What a network started from, in words."""
    start = run.configuration.start
    return {"none": "no starting weights", "imagenet": "ImageNet weights"}.get(start, f"{start} weights")


def chosen(runs: Sequence[Run], places: Sequence[str]) -> list[Chosen]:
    """The runs in the places that are not empty."""
    by_name = {run.name: run for run in runs}
    return [
        Chosen(place, by_name[name], _ensemble_of(by_name[name], runs)) for place, name in enumerate(places) if name
    ]


def _ensemble_of(one: Run, runs: Sequence[Run]) -> Run | None:
    if one.record.configuration.members > 1:
        return None
    several = (run for run in runs if run.record.configuration.members > 1)
    return next((run for run in several if _but_members(run.record) == _but_members(one.record)), None)


def _but_members(run: Record) -> tuple[object, ...]:
    """What a run and its ensemble have in common."""
    said = run.predictions
    return replace(run.configuration, members=1, passes=1), run.edition, run.split, said.file, said.abnormal


def opening(runs: Sequence[Run]) -> list[str]:
    """What is compared until somebody chooses: processed data by case, and the same experiment as published."""
    by_case = [run for run in runs if run.record.split == "by case"]
    first = next((run for run in by_case if run.record.configuration.data == "processed"), None)
    if first is None:
        return [run.name for run in runs[:2]]
    return [first.name, *[run.name for run in runs if same_but_split(first.record, run.record)][:1]]


def same_but_split(one: Record, other: Record) -> bool:
    """Whether two runs differ in nothing but the split."""
    return one.split != other.split and experiment_key(one) == experiment_key(other)


def experiment_key(run: Record) -> tuple[str, ...]:
    """What two runs have in common that differ in their split alone."""
    return run.experiment, run.title, run.edition, str(run.seed), str(run.configuration)
