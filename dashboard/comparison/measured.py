"""The figures of a run, computed once for each state of its file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.comparison.runs import Run, Stamp
from models.experiments import deferral, figures
from models.experiments.figures import Column, Figure
from models.experiments.record import Predictions, Record

Figures = Mapping[str, Figure]
"""The figures of one run by name; see ``models.experiments.figures.figures``."""

NOTHING = Figure(math.nan, math.nan, math.nan)
"""How pictures are ranked that all have the same probability."""

_RANKING = ("auc", "average_precision")


def of(runs: Sequence[Run], by: Column) -> dict[str, Figures]:
    """The figures of each run, by its name, judged ``by`` one of the columns."""
    return {run.name: _figures(run.stamp, by, run.record.predictions) for run in runs}


def gap(published: Run, by_case: Run, by: Column) -> Figures:
    """By how much the figures of one run lie above those of another, with the interval of the difference."""
    return _gap(published.stamp, by_case.stamp, by, published.record.predictions, by_case.record.predictions)


def tells_nothing(found: Figures) -> bool:
    """Whether these are figures of a run in which every picture has the same probability, so that none is ranked."""
    return found["auc"] is NOTHING


def areas(run: Run, reason: str) -> Figures:
    """What a reason to defer gains: the area under risk and coverage of each class, the less the better."""
    return _areas(run.stamp, reason, run.record.predictions)


def by_passes(run: Run) -> dict[int, Figures]:
    """The figures by the mean of fewer and of more passes, ``surely_right`` among them, where a run tells."""
    return _by_passes(run.stamp, run.record)


def doubts(run: Run) -> Figures:
    """What pass agreement is worth: ``surely_right``, ``deferred`` and ``deferred_abnormal``."""
    return _doubts(run.stamp, run.record.predictions)


# resources and not data: nobody changes them, so all sessions may share them without a copy
@st.cache_resource(show_spinner=False, max_entries=2000)
def _figures(stamp: Stamp, by: Column, _said: Predictions) -> Figures:
    found = figures.figures(_said, by)
    return {**found, **dict.fromkeys(_RANKING, NOTHING)} if len(set(getattr(_said, by))) == 1 else found


@st.cache_resource(show_spinner=False, max_entries=2000)
def _gap(one: Stamp, other: Stamp, by: Column, _one: Predictions, _other: Predictions) -> Figures:
    return figures.gap(_one, _other, by)


@st.cache_resource(show_spinner=False, max_entries=5000)
def _areas(stamp: Stamp, reason: str, _said: Predictions) -> Figures:
    return {of: deferral.area_under_risk(_said, reason, of) for of in ("abnormal", "normal")}


@st.cache_resource(show_spinner=False, max_entries=500)
def _by_passes(stamp: Stamp, _record: Record) -> dict[int, Figures]:
    said = {part.passes: figures.at_passes(_record, part.passes) for part in _record.by_passes}
    return {
        number: {**figures.figures(these, "mean"), "surely_right": deferral.surely_right(these)}
        for number, these in said.items()
    }


@st.cache_resource(show_spinner=False, max_entries=1000)
def _doubts(stamp: Stamp, _said: Predictions) -> Figures:
    return {
        "surely_right": deferral.surely_right(_said),
        "deferred": deferral.deferred(_said),
        "deferred_abnormal": deferral.deferred(_said, "abnormal"),
    }


def text(figure: Figure, digits: int = 2) -> str:
    """A figure with its interval, such as ``0.95 (0.87-0.99)``, in the unit in which the thesis prints it."""
    if math.isnan(figure.value):
        return "-"
    if math.isnan(figure.low):
        return f"{figure.value:.{digits}f}"
    return f"{figure.value:.{digits}f} ({figure.low:.{digits}f}-{figure.high:.{digits}f})"
