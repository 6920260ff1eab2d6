"""The words on screen for whose turn it is: the lists, their empty states, and the rows. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboard.wording.words import count
from engine.people import Action, Person, may
from engine.reviewing.reading_filter import Turn
from engine.reviewing.reading_list import Entry
from engine.reviews import Review
from engine.vocabulary import KaryogramState


@dataclass(frozen=True)
class ListWords:
    """How a list is named and explained, and what it means that it is empty."""

    name: str
    meaning: str
    empty: str


LISTS: Final = {
    Turn.MINE: ListWords(
        "My turn",
        "What you may decide now: nothing that you have decided already, and no disagreement unless you may settle it.",
        "Nothing waits for you.",
    ),
    Turn.FIRST: ListWords(
        "First reader", "Nobody has decided on these yet.", "Every karyogram that people read has its first decision."
    ),
    Turn.SECOND: ListWords(
        "Second reader",
        "One person has decided; another one is needed. Their decision stays hidden until then.",
        "No karyogram waits for its second reader.",
    ),
    Turn.THIRD: ListWords(
        "Disagreements",
        "Two readers disagree. A supervisor who is neither of them decides.",
        "No two readers disagree.",
    ),
    Turn.SIGNED: ListWords("Signed", "The reading of these is finished.", "No karyogram is signed yet."),
    Turn.ALL: ListWords(
        "All", "Every karyogram, the screened ones and those that wait for an engine too.", "There is no karyogram yet."
    ),
}

REVIEWS: Final = {
    Review.WAITING: "Engine",
    Review.NOT_NEEDED: "Nobody",
    Review.FIRST: "First reader",
    Review.SECOND: "Second reader",
    Review.THIRD: "Supervisor",
    Review.SIGNED: "Signed",
}


def turn(entry: Entry, reader: Person) -> str:
    """Whose turn it is with a karyogram; where somebody has decided already, it is another person's."""
    said = REVIEWS[entry.karyogram.review]
    waits = entry.karyogram.review in (Review.SECOND, Review.THIRD)
    return f"{said}, not you" if waits and reader.name in entry.readers else said


def because(entry: Entry) -> str:
    """Why a person has to read a karyogram, in a word or two."""
    karyogram = entry.karyogram
    if karyogram.state is KaryogramState.FAILED:
        return "Not judged"
    if karyogram.sampled:
        return "Quality sample"
    return {Review.WAITING: "", Review.NOT_NEEDED: "Screened"}.get(karyogram.review, "Flagged")


def nothing_here(wanted: Turn, counts: Mapping[Turn, int], reader: Person) -> str:
    """What it means that a list without a filter is empty."""
    said = LISTS[wanted].empty
    if wanted is not Turn.MINE:
        return said
    others = sum(counts[turn] for turn in (Turn.FIRST, Turn.SECOND, Turn.THIRD))
    if not may(reader, Action.READ) and not may(reader, Action.ARBITRATE):
        said = f"{said} Your role looks on; technicians and supervisors decide."
    if not others:
        return f"{said} Nothing waits for anybody else either."
    return f"{said} {count(others, 'karyogram')} {'waits' if others == 1 else 'wait'} for another reader."
