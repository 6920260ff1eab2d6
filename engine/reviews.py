"""Reviews: what people decide on karyograms, and whose turn it is. Pure rules, no input or output.

Two readers decide each by themselves; where they agree the karyogram is signed, and where they do not a supervisor who
is neither of them decides. A decision is never changed: whoever amends one adds another that stands in its place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from engine.people import Action, Person, require
from models.judging.triage import TriageOutcome, risk_key

QUALITY_SHARE: Final = 0.05
"""The share of the screened karyograms that people read all the same, unless the policy says otherwise."""


class Review(StrEnum):
    """Whose turn it is with a karyogram."""

    WAITING = "waiting"  # for its verdict
    NOT_NEEDED = "not_needed"  # screened, and not drawn into the quality sample
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"  # two readers disagree
    SIGNED = "signed"


OPEN: Final = (Review.FIRST, Review.SECOND, Review.THIRD)
"""The reviews that wait for a person."""


class Place(StrEnum):
    """As which reader somebody decided."""

    FIRST = "first"
    SECOND = "second"
    THIRD = "third"


class Call(StrEnum):
    """What somebody says of a karyogram."""

    NORMAL = "normal"
    ABNORMAL = "abnormal"
    NOT_ASSESSABLE = "not_assessable"


@dataclass(frozen=True)
class Opinion:
    """What somebody says: the call, for an abnormal one what is wrong, and in words of their own.

    ``karyotype`` is ISCN as it was typed, blank for none; ``reason`` is why it overrides the model or amends a signed
    decision, blank where neither is so.
    """

    call: Call
    karyotype: str = ""
    findings: tuple[str, ...] = ()
    comment: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        """Refuse findings of what was not called abnormal."""
        if self.findings and self.call is not Call.ABNORMAL:
            raise ValueError(f"findings belong to an abnormal karyogram, got {self.findings} for {self.call.value!r}")


@dataclass(frozen=True)
class Decision:
    """One person's opinion of a karyogram, kept for good.

    ``outcome`` and ``model``: the verdict that lay before them, None where there was none. ``amends``: the id of the
    decision in whose place this one stands.
    """

    id: int
    karyogram_id: str
    place: Place
    person: str
    opinion: Opinion
    model: str | None
    outcome: TriageOutcome | None
    amends: int | None
    created_at: datetime


class ReviewError(ValueError):
    """A decision that the rules of reading do not allow; the text says which rule, for the reader to see."""


def risk(outcome: TriageOutcome, calibrated_probability: float | None) -> float:
    """Return the place of a karyogram in the reading list as one number; the riskiest has the highest."""
    rank, negative = risk_key(outcome, calibrated_probability)
    return 2.0 * (len(TriageOutcome) - 1 - rank) - negative


def is_sampled(karyogram_id: str, share: float) -> bool:
    """Draw the quality sample: the same karyogram always gets the same answer, and nobody can foresee it.

    Args:
        karyogram_id: random by itself, so that its hash is a fair lot.
        share: of the screened karyograms that are to be drawn, 0..1.
    """
    lot = int.from_bytes(hashlib.sha256(karyogram_id.encode()).digest()[:8])
    return lot < share * 2**64


def after_verdict(outcome: TriageOutcome, *, sampled: bool) -> Review:
    """Tell whether a person has to read a karyogram with this outcome."""
    screened = outcome is TriageOutcome.SCREENED_NORMAL
    return Review.NOT_NEEDED if screened and not sampled else Review.FIRST


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that no other one amends, by their place."""
    amended = {decision.amends for decision in decisions}
    current = [decision for decision in decisions if decision.id not in amended]
    return sorted(current, key=lambda decision: list(Place).index(decision.place))


def agree(one: Opinion, other: Opinion) -> bool:
    """Tell whether two readers say the same: the same call, and no two different karyotypes."""
    first, second = ("".join(opinion.karyotype.split()).casefold() for opinion in (one, other))
    return one.call is other.call and (not first or not second or first == second)


def after_decisions(decisions: Sequence[Decision]) -> Review:
    """Tell whose turn it is when these decisions have been made, none of them missing."""
    current = standing(decisions)
    if len(current) == len(Place):
        return Review.SIGNED
    if len(current) < 2:
        return Review.SECOND if current else Review.FIRST
    return Review.SIGNED if agree(current[0].opinion, current[1].opinion) else Review.THIRD


def result(decisions: Sequence[Decision]) -> Decision | None:
    """Return the decision that counts of a signed karyogram: the supervisor's, else the more exact of the two.

    None while it is not signed.
    """
    if after_decisions(decisions) is not Review.SIGNED:
        return None
    current = standing(decisions)
    return current[2] if len(current) == len(Place) else max(current, key=lambda each: bool(each.opinion.karyotype))


def overrides(opinion: Opinion, outcome: TriageOutcome | None) -> bool:
    """Tell whether somebody says the contrary of the model."""
    contrary = {Call.NORMAL: TriageOutcome.FLAGGED_ABNORMAL, Call.ABNORMAL: TriageOutcome.SCREENED_NORMAL}
    return outcome is not None and contrary.get(opinion.call) is outcome


def place_for(person: Person, review: Review, decisions: Sequence[Decision]) -> Place:
    """Tell as which reader somebody may decide now.

    Raises:
        NotAllowedError: their role may not.
        ReviewError: nobody may now, or not this person.
    """
    if review is Review.WAITING:
        raise ReviewError("This karyogram has no verdict yet.")
    if review is Review.SIGNED:
        raise ReviewError("This karyogram is signed. Amend your own decision, with a reason.")
    require(person, Action.ARBITRATE if review is Review.THIRD else Action.READ)
    if any(decision.person == person.name for decision in decisions):
        raise ReviewError("You have decided on this karyogram. Another person has to be the next reader.")
    return {Review.SECOND: Place.SECOND, Review.THIRD: Place.THIRD}.get(review, Place.FIRST)


def may_see(person: Person, review: Review, decisions: Sequence[Decision]) -> list[Decision]:
    """Return the decisions that somebody may see: all of a signed karyogram, else all once they have decided.

    The third reader sees both of those who disagree.
    """
    decided = any(decision.person == person.name for decision in decisions)
    third = review is Review.THIRD and person.role.value == "supervisor"
    return list(decisions) if review is Review.SIGNED or decided or third else []
