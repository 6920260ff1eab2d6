"""The words of reading on screen: calls, whose turn it is, opinions and cases in plain language. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.wording.words import BadgeColour, count, plain
from engine.people import Person
from engine.reviewing.case_results import CELLS_WITH_A_GAIN, CELLS_WITH_A_LOSS, CaseResult, CaseState, CellGroup
from engine.reviews import Call, Decision, Opinion, Place, Review
from models.iscn import IscnError, read
from models.iscn_count import complaint


@dataclass(frozen=True)
class Words:
    """How something is named, drawn and explained; colour is never the only sign of it."""

    label: str
    icon: str
    colour: BadgeColour
    meaning: str = ""

    @property
    def badge(self) -> str:
        """It as a badge of Markdown."""
        return f":{self.colour}-badge[{self.icon} {self.label}]"


CALLS: dict[Call, Words] = {
    Call.ABNORMAL: Words("Abnormal", ":material/warning:", "red"),
    Call.NORMAL: Words("Normal", ":material/check_circle:", "blue"),
    Call.NOT_ASSESSABLE: Words("Not assessable", ":material/block:", "gray"),
}

NOT_ASKED = (
    "Your identity provider let you in without asking you to prove who you are. Ask your administrator to set it up so "
    "that it asks (docs/sign-in.md)."
)

REVIEWS: dict[Review, Words] = {
    Review.WAITING: Words("No verdict yet", ":material/hourglass_empty:", "gray", "It is read once a model judged it."),
    Review.NOT_NEEDED: Words(
        "No reader needed",
        ":material/visibility_off:",
        "gray",
        "The model screened it as normal, so nobody has to read it. You may all the same.",
    ),
    Review.FIRST: Words("First reader", ":material/looks_one:", "orange"),
    Review.SECOND: Words(
        "Second reader",
        ":material/looks_two:",
        "orange",
        "One person has read it. A second one reads it without seeing what the first one said.",
    ),
    Review.THIRD: Words(
        "Readers disagree",
        ":material/call_split:",
        "violet",
        "The two readers disagree. A supervisor who is neither of them decides.",
    ),
    Review.SIGNED: Words("Signed", ":material/verified:", "primary"),
}

PLACES: dict[Place, str] = {
    Place.FIRST: "first reader",
    Place.SECOND: "second reader",
    Place.THIRD: "supervisor",
}

CASES: dict[CaseState, Words] = {
    CaseState.OPEN: Words("Open", ":material/pending:", "orange"),
    CaseState.UNREAD: Words("Not read", ":material/visibility_off:", "gray"),
    CaseState.NORMAL: Words("Normal", ":material/check_circle:", "blue"),
    CaseState.ABNORMAL: Words("Abnormal", ":material/warning:", "red"),
    CaseState.NO_CLONE: Words("Abnormal cells, no clone", ":material/help:", "orange"),
    CaseState.NOT_ASSESSABLE: Words("Not assessable", ":material/block:", "gray"),
}
_NO_CLONE = (
    f"ISCN speaks of a clone where {CELLS_WITH_A_GAIN} cells share a gain or a changed structure, or "
    f"{CELLS_WITH_A_LOSS} cells the same loss. Count more cells."
)


def opinion_in_words(opinion: Opinion) -> str:
    """What somebody said as plain words without their comment: ``abnormal, 47,XY,+21, with +21``."""
    parts = [CALLS[opinion.call].label.lower()]
    if opinion.karyotype:
        parts.append(plain(opinion.karyotype))
    if opinion.findings:
        parts.append(f"with {plain(', '.join(opinion.findings))}")
    return ", ".join(parts)


def confirmation(person: Person, place: Place, opinion: Opinion, *, amending: bool) -> str:
    """What happens once somebody confirms, before they do."""
    said = f"**{opinion_in_words(opinion)}**"
    if amending:
        return f"**{plain(person.name)}** amends their decision to {said}. The one before is kept, marked as amended."
    after = {
        Place.FIRST: "Another person reads it next and does not see this.",
        Place.SECOND: "If the first reader says the same, it is signed; else a supervisor decides.",
        Place.THIRD: "This settles and signs it.",
    }
    return f"**{plain(person.name)}**, {PLACES[place]}: {said}. {after[place]}"


def signed_by(decisions: Sequence[Decision]) -> str:
    """How a signed karyogram came to its result, from the decisions that stand."""
    one, other, *third = (plain(decision.person) for decision in decisions)
    if third:
        return f"{one} and {other} read it and did not agree; {third[0]} settled it as supervisor."
    return f"{one} and {other} read it, each without seeing the other's decision, and agree."


def about_iscn(text: str, call: Call) -> str:
    """Advice about a karyotype that somebody types; empty where there is none to give."""
    if not text.strip():
        return ""
    wrong = complaint(text)
    if wrong:
        return f"This is not valid ISCN: {plain(wrong)}; you can save it all the same."
    abnormal = _is_abnormal(text)
    if abnormal is (call is Call.ABNORMAL):
        return ""
    kind = "an abnormal" if abnormal else "a normal"
    return f"This is {kind} karyotype, and your call is {CALLS[call].label.lower()}; you can save it all the same."


def _is_abnormal(text: str) -> bool:
    try:
        return any(clone.abnormal for clone in read(text).clones)
    except IscnError:
        return True


def case_lines(result: CaseResult) -> list[str]:
    """What the cells of a case amount to, one sentence each; what was screened is never called read."""
    told = [_group(group, "makes a clone") for group in result.clones]
    told += [_group(group, "is too few for a clone") for group in result.too_few]
    told += [f"{count(result.normal, 'cell')} signed as normal."] if result.normal else []
    told += [f"{count(result.not_assessable, 'cell')} signed as not assessable."] if result.not_assessable else []
    told += [f"{count(result.open, 'cell')} not signed yet."] if result.open else []
    if result.screened:
        told.append(f"{count(result.screened, 'cell')} screened as normal by the model and read by nobody.")
    return [*told, _NO_CLONE] if result.too_few and not result.open else told


def _group(group: CellGroup, what: str) -> str:
    named = f"**{plain(group.named)}**" if group.named else "abnormal, not named"
    return f"{named} in {count(group.cells, 'cell')}: {what}."
