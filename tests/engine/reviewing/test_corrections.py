"""Corrections by hand: kept on both databases, the latest counts, and the verdict stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from engine.records import store
from engine.records.database import open_session
from engine.reviewing import corrections
from engine.reviewing.corrections import REMOVED, Correction
from engine.vocabulary import Verdict
from models.chromosomes import CHROMOSOMES
from models.judging.record import JUNK, OTHER, Box
from tests.records import NOW, add_batch, karyograms, png, reading, verdict

READING = reading()
BOX: Box = (1.5, 2.0, 30.25, 40.0)
NAMES = [seen.name for seen in READING.objects]
EXTRA, STRANGE = NAMES.index("21") + 2, NAMES.index(OTHER)


def says(number: int, name: str, box: Box = BOX, after: int = 0) -> Correction:
    return Correction("k", "pixels", number, name, box, NOW + timedelta(seconds=after))


def judged(engine: Engine) -> list[Verdict]:
    """Two karyograms, both read alike."""
    add_batch(engine, png(1), png(2))
    verdicts = [verdict(karyogram, reading=READING) for karyogram in karyograms(engine)]
    with open_session(engine) as session:
        for one in verdicts:
            store.save_verdict(session, one)
        session.commit()
    return verdicts


def test_corrections_come_back_in_their_order_and_leave_the_verdict_alone(sql_engine: Engine) -> None:
    first, second = judged(sql_engine)
    written = [replace(says(EXTRA, "22"), karyogram_id=first.karyogram_id)]
    written.append(replace(written[0], name=OTHER, created_at=NOW + timedelta(seconds=1)))
    with open_session(sql_engine) as session:
        for one in (*written, replace(written[0], model="another")):
            corrections.add(session, one)
        session.commit()
    with open_session(sql_engine) as session:
        assert corrections.of(session, first) == written
        assert corrections.of(session, second) == []
        assert store.verdict(session, first.karyogram_id) == first
        assert corrections.corrected_karyograms(session) == [first.karyogram_id]


def test_a_correction_needs_a_karyogram(sql_engine: Engine) -> None:
    with open_session(sql_engine) as session, pytest.raises(IntegrityError):
        corrections.add(session, says(0, "1"))


def test_the_corrected_karyograms_of_one_batch(sql_engine: Engine) -> None:
    first, second = judged(sql_engine)
    other = add_batch(sql_engine, png(3))
    with open_session(sql_engine) as session:
        corrections.add(session, replace(says(0, "1"), karyogram_id=first.karyogram_id))
        corrections.add(session, replace(says(0, "1"), karyogram_id=second.karyogram_id, model="another"))
        batch = store.karyogram(session, first.karyogram_id).batch_id
        assert corrections.corrected_karyograms(session, batch) == [first.karyogram_id]
        assert corrections.corrected_karyograms(session, other.id) == []


def test_the_latest_correction_of_an_object_counts() -> None:
    found = corrections.standing(READING, [says(3, "5"), says(3, "6", (0.0, 0.0, 1.0, 1.0), after=1)])
    assert len(found) == len(READING.objects)
    assert (found[3].seen.name, found[3].seen.box, found[3].by_hand) == ("6", (0.0, 0.0, 1.0, 1.0), True)
    assert (found[2].seen, found[2].by_hand) == (READING.objects[2], False)


def test_objects_are_removed_added_and_brought_back() -> None:
    new = corrections.next_object(READING, [])
    assert new == len(READING.objects)
    gone = [says(0, REMOVED), says(new, "Y")]
    assert corrections.next_object(READING, gone) == new + 1
    numbers = [found.number for found in corrections.standing(READING, gone)]
    assert numbers == [*range(1, len(READING.objects)), new]
    assert corrections.standing(READING, [*gone, says(0, "1")])[0].number == 0


@pytest.mark.parametrize(
    ("told", "iscn"),
    [
        ([], "47,XX,+21"),
        ([(EXTRA, "22")], "47,XX,+22"),
        ([(EXTRA, JUNK)], "46,XX"),
        ([(STRANGE, "Y")], "48,XXY,+21"),
        ([(EXTRA, REMOVED), (0, REMOVED)], "45,XX,-1"),
        ([(EXTRA, "22"), (EXTRA, "21")], "47,XX,+21"),
        ([(NAMES.index("X"), JUNK), (NAMES.index("X") + 1, JUNK)], None),
    ],
)
def test_the_karyotype_follows_the_corrected_count(told: list[tuple[int, str]], iscn: str | None) -> None:
    assert corrections.karyotype(READING, [says(number, name) for number, name in told]) == iscn


def test_untouched_chromosomes_keep_the_number_of_the_reader() -> None:
    """Two that touch are one object: the reader knows, and a correction elsewhere must not lose one of them."""
    objects = tuple(seen for number, seen in enumerate(READING.objects) if number != 1)
    touching = replace(READING, objects=objects)
    assert corrections.counts(touching, [])["1"] == 2
    assert corrections.counts(touching, [says(EXTRA - 1, "22")]) == READING.counts | {"1": 2, "21": 2, "22": 3}
    assert corrections.counts(touching, [says(0, "1")])["1"] == 1  # where a person has put boxes, boxes count
    assert set(corrections.counts(READING, [])) == set(CHROMOSOMES)
    assert corrections.held(READING, []) == {}
    assert corrections.held(touching, []) == corrections.held(touching, [says(EXTRA - 1, "22")]) == {0: 2}
    assert corrections.held(touching, [says(0, "1")]) == {}
    nine = NAMES.index("9")
    assert corrections.held(READING, [says(nine, "10")]) == {}  # what was taken away does not stand in the other one


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"name": "23"}, "name must be one of"),
        ({"box": (3.0, 0.0, 3.0, 5.0)}, "box must have left < right"),
        ({"box": (-1.0, 0.0, 3.0, 5.0)}, "none negative"),
        ({"box": (0.0, float("nan"), 3.0, 5.0)}, "box must have"),
        ({"object": -1}, "object must not be negative"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(says(0, "1"), **wrong)  # type: ignore[arg-type]
