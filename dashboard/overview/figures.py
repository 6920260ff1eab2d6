"""Everything that the overview says of a period, asked of the record store once and kept for a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from dashboard.session import services
from engine.figures import agreement, drift, overview
from engine.figures.agreement import Agreement
from engine.figures.drift import Drift, Signal
from engine.figures.overview import Bar, Counts, Throughput, Turnaround
from engine.figures.periods import Period
from models.judging.triage import Reason

_KEPT_SECONDS = 60
HISTOGRAMS = {
    "calibrated_probability": "Calibrated probability of abnormal",
    "pass_agreement": "Pass agreement",
}


@dataclass(frozen=True)
class Work:
    """What came in a period, what became of it and how long it took; ``models`` with verdicts, the busiest first."""

    counts: Counts
    reasons: dict[Reason, int]
    turnaround: Turnaround
    oldest_open: datetime | None
    throughput: Throughput
    agreement: list[Agreement]
    models: list[str]


@dataclass(frozen=True)
class OfModel:
    """What the verdicts of one model say: its signals with their limits, and how sure it is, by figure."""

    drift: dict[Signal, Drift]
    bars: dict[str, list[Bar]]


@st.cache_data(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=50)
def work(period: Period) -> Work:
    """Ask for the work of a period."""
    with services.session() as session:
        return Work(
            counts=overview.counts(session, period),
            reasons=overview.reasons(session, period),
            turnaround=overview.turnaround(session, period),
            oldest_open=overview.oldest_open(session),
            throughput=overview.throughput(session, period),
            agreement=agreement.agreement(session, period.coarser),
            models=drift.models(session, period),
        )


@st.cache_data(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=50)
def of_model(period: Period, model: str) -> OfModel:
    """Ask for the verdicts of a model in a period."""
    with services.session() as session:
        return OfModel(
            drift=drift.drift(session, period, model),
            bars={name: overview.confidence(session, period, model, name) for name in HISTOGRAMS},
        )
