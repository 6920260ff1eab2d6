from __future__ import annotations

import pytest

from dashboard.wording.turn_words import LISTS, REVIEWS, nothing_here
from engine.people import DEMO, Person
from engine.reviewing.reading_filter import Turn
from engine.reviews import Review

TECHNICIAN, _, SUPERVISOR, LOOKER = DEMO


def counts(first: int, second: int, third: int) -> dict[Turn, int]:
    return dict.fromkeys(Turn, 0) | {Turn.FIRST: first, Turn.SECOND: second, Turn.THIRD: third}


def test_every_list_and_every_review_has_its_words() -> None:
    assert LISTS.keys() == set(Turn)
    assert REVIEWS.keys() == set(Review)


@pytest.mark.parametrize(
    ("reader", "others", "told"),
    [
        (TECHNICIAN, (0, 9, 3), "Nothing waits for you. 12 karyograms wait for another reader."),
        (SUPERVISOR, (0, 1, 0), "Nothing waits for you. 1 karyogram waits for another reader."),
        (TECHNICIAN, (0, 0, 0), "Nothing waits for you. Nothing waits for anybody else either."),
        (LOOKER, (5, 0, 0), "Your role looks on; technicians and supervisors decide. 5 karyograms wait"),
    ],
)
def test_an_empty_list_says_whom_the_work_waits_for(reader: Person, others: tuple[int, int, int], told: str) -> None:
    assert told in nothing_here(Turn.MINE, counts(*others), reader)


def test_the_other_lists_say_what_their_emptiness_means() -> None:
    assert nothing_here(Turn.THIRD, counts(4, 4, 0), TECHNICIAN) == "No two readers disagree."
