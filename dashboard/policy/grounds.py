"""By what a policy is tried: signed karyograms of this laboratory, or validation predictions that ship with a model."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from dashboard.session import services
from dashboard.wording import times, words
from engine.policy import policy_cases
from models.measuring import known_cases
from models.measuring.screening import Cohort
from models.registry import Registry

ENOUGH = 20
"""From so many abnormal cases on, what is signed here is shown first."""

SIGNED, VALIDATION = "Signed here", "Validation"


@dataclass(frozen=True)
class Grounds:
    """Karyograms whose truth is known.

    ``known``: what a policy does is shown on them. ``promising``: those of them by which a promise may be made.
    ``kind`` says in two words what they are, ``what`` in a sentence or two, ``provenance`` where they come from.
    """

    name: str
    kind: str
    known: Cohort
    promising: Cohort
    what: str
    provenance: str


@dataclass(frozen=True)
class Laboratory:
    """What comes in: ``stream`` of the last weeks, empty where this model has judged none, and how many in a day."""

    stream: Cohort
    per_day: float | None


def of(model: str) -> list[Grounds]:
    """By what the policy of a model can be tried, the better grounds first; none where nothing is known."""
    signed, validation = _signed(model), _validation(model)
    found = [each for each in (signed, validation) if each is not None]
    few = signed is not None and signed.known.abnormal_cases < ENOUGH
    return found[::-1] if few else found


@st.cache_data(ttl=30, show_spinner=False)
def laboratory(model: str) -> Laboratory:
    """What comes in to this laboratory, as the model sees it."""
    with services.session() as session:
        now = times.now()
        return Laboratory(policy_cases.recent(session, model, now), policy_cases.throughput(session, now))


@st.cache_data(ttl=30, show_spinner=False)
def _signed(model: str) -> Grounds | None:
    with services.session() as session:
        found = policy_cases.signed(session, model)
    if not found.cohort.size:
        return None
    what = (
        f":material/verified: **Signed karyograms of this laboratory**: {_counted(found.cohort)}. Of the screened ones "
        "only the quality sample was read; each of these stands for the others too."
    )
    provenance = "What people decided, beside what this model says of the same karyograms."
    return Grounds(SIGNED, "signed here", found.cohort, found.in_full, what, provenance)


@st.cache_data(ttl=600, show_spinner=False)
def _validation(model: str) -> Grounds | None:
    found = known_cases.read(Registry(services.settings().registry), model)
    if found is None:
        return None
    kind = "simulated" if found.data.startswith("simulated") else "real"
    what = (
        f":material/science: **{kind.capitalize()} karyograms** that the model has not learned from: "
        f"{_counted(found.cohort)}. None of them is of this laboratory."
    )
    return Grounds(VALIDATION, f"{kind} data", found.cohort, found.cohort, what, found.data)


def _counted(cohort: Cohort) -> str:
    sick, normal = int(cohort.abnormal.sum()), int((~cohort.abnormal).sum())
    return f"{words.count(cohort.abnormal_cases, 'abnormal case')} ({sick:,} abnormal and {normal:,} normal karyograms)"
