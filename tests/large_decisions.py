"""What simulated readers decide on simulated karyograms, by the real rules of reading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from engine import reviews
from engine.people import DEMO
from engine.reviews import Call, Decision, Opinion, Place
from models.judging.triage import TriageOutcome

READERS = (DEMO[0].name, DEMO[1].name, "Nils (simulated technician)", "Ines (simulated technician)")
SUPERVISOR = DEMO[2].name
_MISSES, _FALSE_ALARMS = 0.015, 0.01  # of one reader
_NOT_ASSESSABLE = {TriageOutcome.FLAGGED_UNREADABLE: 0.7}
_AMENDED = 0.012
_FORGOTTEN = 0.002  # of the karyograms that wait for a reader, never read by anybody
_HOURS = {Place.FIRST: 2.5, Place.SECOND: 4.0, Place.THIRD: 18.0}  # medians
_OPENS, _CLOSES = 7, 17  # UTC


@dataclass(frozen=True)
class Subject:
    """A karyogram as its readers meet it: what is true of it, and what the model of its batch said."""

    karyogram_id: str
    karyotype: str
    abnormal: bool
    model: str | None
    outcome: TriageOutcome | None
    since: datetime


class Readers:
    """Readers with their numbering of decisions and their dice."""

    def __init__(self, generator: np.random.Generator, first_id: int, now: datetime) -> None:
        """Begin to number decisions at ``first_id``; nothing is decided after ``now``."""
        self._generator, self._ids, self._now = generator, count(first_id), now

    def decide(self, subject: Subject) -> list[Decision]:
        """Return what has been decided on a karyogram up to now, as the rules of reading demand it."""
        if self._generator.random() < _FORGOTTEN:
            return []
        names = [*self._generator.permutation(READERS)[:2].tolist(), SUPERVISOR]
        made: list[Decision] = []
        for place, name in zip(Place, names, strict=True):
            if place is Place.THIRD and reviews.after_decisions(made) is reviews.Review.SIGNED:
                break
            moment = self._later(made[-1].created_at if made else subject.since, _HOURS[place])
            if moment > self._now:
                return made
            made.append(self._decision(subject, place, name, self._opinion(subject, place), at=moment))
        return [*made, *self._amendment(subject, made)]

    def _amendment(self, subject: Subject, made: list[Decision]) -> Iterator[Decision]:
        """Let a reader correct a call of theirs a day later, now and then."""
        first, moment = made[0], self._later(made[-1].created_at, 24)
        if self._generator.random() < _AMENDED and moment <= self._now:
            opinion = _opinion(subject, _truth(subject), "simulated: looked at it once more")
            yield self._decision(subject, first.place, first.person, opinion, at=moment, amends=first.id)

    def _decision(
        self, subject: Subject, place: Place, name: str, opinion: Opinion, *, at: datetime, amends: int | None = None
    ) -> Decision:
        key, seen = subject.karyogram_id, (subject.model, subject.outcome)
        return Decision(next(self._ids), key, place, name, opinion, *seen, amends, at)

    def _opinion(self, subject: Subject, place: Place) -> Opinion:
        lot, call = self._generator.random(), _truth(subject)
        if subject.outcome and self._generator.random() < _NOT_ASSESSABLE.get(subject.outcome, 0.004):
            call = Call.NOT_ASSESSABLE
        elif place is not Place.THIRD and lot < (_MISSES if subject.abnormal else _FALSE_ALARMS):
            call = Call.NORMAL if subject.abnormal else Call.ABNORMAL
        return _opinion(subject, call)

    def _later(self, moment: datetime, hours: float) -> datetime:
        """Some time later, within working hours."""
        after = moment + timedelta(hours=hours * float(self._generator.lognormal(0, 0.8)))
        if after.hour >= _CLOSES:
            after = after.replace(hour=_OPENS) + timedelta(days=1)
        after = after.replace(hour=max(after.hour, _OPENS))
        return after + timedelta(days=max(0, 7 - after.isoweekday()) if after.isoweekday() > 5 else 0)


def _truth(subject: Subject) -> Call:
    return Call.ABNORMAL if subject.abnormal else Call.NORMAL


def _opinion(subject: Subject, call: Call, reason: str = "") -> Opinion:
    karyotype = subject.karyotype if call is _truth(subject) else ""
    findings = ("simulated finding",) if call is Call.ABNORMAL else ()
    opinion = Opinion(call, karyotype, findings, reason=reason)
    if reviews.overrides(opinion, subject.outcome) and not reason:
        return _opinion(subject, call, "simulated: the picture says otherwise")
    return opinion


def row(decision: Decision) -> dict[str, Any]:
    """Turn a decision into a row of ``decisions``."""
    values = {**vars(decision), **vars(decision.opinion), "findings": list(decision.opinion.findings)}
    del values["opinion"]
    return values
