"""Policies in the record store: the limits by which each model triages, version by version. The caller commits.

A version is never changed or deleted. The newest of a model is in force; a model without one triages by the limits on
its card. Engines ask anew for each micro-batch, so that a change holds from the next verdict on, and a verdict keeps
the policy that it was made by.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from engine.people import Action, Person, require
from engine.records import audit, schema, store
from engine.reviews import QUALITY_SHARE
from models.judging.triage import Policy
from models.measuring.conformal import Guarantee


class PolicyError(ValueError):
    """A change of the policy that cannot be kept; the text says why, for the supervisor to see."""


@dataclass(frozen=True)
class Terms:
    """What a policy says.

    ``limits`` of the triage rule. ``quality_share`` of the screened karyograms, 0..1, that people read all the same.
    ``guarantee``: what was promised where the limit of the probability was found by it, None where it was set by hand;
    ``grounds``: by which karyograms, in two words, such as "simulated data".
    """

    limits: Policy
    quality_share: float = QUALITY_SHARE
    guarantee: Guarantee | None = None
    grounds: str = ""

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if not 0.0 <= self.quality_share <= 1.0:
            raise ValueError(f"quality_share must lie between 0 and 1, got {self.quality_share!r}")


@dataclass(frozen=True)
class PolicyVersion:
    """One version of the policy of a model, counted from 1: what it says, who made it, why and when."""

    model: str
    version: int
    terms: Terms
    author: str
    reason: str
    created_at: datetime


def in_force(session: Session, model: str) -> PolicyVersion | None:
    """Return the newest version of the policy of a model; None where the limits of its card hold."""
    return next(iter(_versions(session, model, limit=1)), None)


def terms_of(session: Session, model: str, card: Policy) -> tuple[Terms, int | None]:
    """Return what is in force of a model, and its version; the limits on its card and None where it has no policy."""
    newest = in_force(session, model)
    return (Terms(card), None) if newest is None else (newest.terms, newest.version)


def history(session: Session, model: str) -> list[PolicyVersion]:
    """Return every version of the policy of a model, newest first."""
    return _versions(session, model)


def change(
    session: Session, person: Person, model: str, terms: Terms, *, reason: str, now: datetime, after: int
) -> PolicyVersion:
    """Put new terms in force.

    Args:
        session: see ``engine.records.database.open_session``.
        person: who changes the policy.
        model: whose.
        terms: what it says from now on.
        reason: why; it stands in the list of versions.
        now: timezone-aware time.
        after: the version that the person saw in force, 0 for the limits of the card.

    Raises:
        NotAllowedError: their role may not.
        PolicyError: there is no reason, or somebody else was quicker.
    """
    require(person, Action.CHANGE_POLICY)
    if not reason.strip():
        raise PolicyError("Please give the reason for this policy.")
    made = PolicyVersion(model, after + 1, terms, person.name, reason.strip(), now)
    newest = in_force(session, model)
    if (newest.version if newest else 0) != after or not store.insert_once(session, schema.policies, _values(made)):
        raise PolicyError("Somebody else has changed this policy just now. Reload the page to see what it says.")
    told = {
        "version": made.version,
        "before": newest and asdict(newest.terms),
        "after": asdict(terms),
        "reason": reason,
    }
    audit.record(session, now, person=person.name, action="change", subject=f"policy of {model}", details=told)
    return made


def _versions(session: Session, model: str, limit: int | None = None) -> list[PolicyVersion]:
    table = schema.policies
    query = select(table).where(table.c.model == model).order_by(table.c.version.desc()).limit(limit)
    return [_to_version(row) for row in session.execute(query).mappings()]


def _values(made: PolicyVersion) -> dict[str, Any]:
    guarantee = made.terms.guarantee
    names = ("model", "version", "author", "reason", "created_at")
    return {
        **{name: getattr(made, name) for name in names},
        **asdict(made.terms.limits),
        "quality_share": made.terms.quality_share,
        "tolerated": guarantee and guarantee.tolerated,
        "confidence": guarantee and guarantee.confidence,
        "grounds": made.terms.grounds,
    }


def _to_version(row: RowMapping) -> PolicyVersion:
    limits = Policy(row["min_pass_agreement"], row["max_calibrated_probability"], row["max_mutual_information"])
    promised = None if row["tolerated"] is None else Guarantee(row["tolerated"], row["confidence"])
    terms = Terms(limits, row["quality_share"], promised, row["grounds"])
    return PolicyVersion(row["model"], row["version"], terms, row["author"], row["reason"], row["created_at"])
