"""What was read, in tables and sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.karyogram import page_chart, readings
from engine.reviewing import corrections
from engine.reviewing.corrections import StandingObject
from models.judging.record import Evidence, SeenObject
from models.judging.triage import Finding
from tests import records

READING = records.reading()
BOX = (1.0, 2.0, 3.0, 4.0)


def standing(name: str, *, by_hand: bool = False) -> StandingObject:
    return StandingObject(6, SeenObject(BOX, name, 0.97), by_hand)


def test_every_object_has_a_box_that_looks_like_what_it_is() -> None:
    frame = readings.boxes(corrections.standing(READING, []), [Finding("21", "+21", 0.9)])
    assert len(frame) == len(READING.objects)
    looks = dict(zip(frame["label"], frame["look"], strict=True))
    assert looks["▲21"] == page_chart.FOUND
    assert looks["9"] == page_chart.USUAL
    assert looks["?"] == page_chart.STRANGE
    assert looks[""] == page_chart.DIRT
    assert frame["words"][0] == "Chromosome 1 (object 1, 97 %)"
    assert tuple(frame.loc[0, ["left", "top", "right", "bottom"]]) == READING.objects[0].box


@pytest.mark.parametrize(("name", "label"), [("21", "21✎"), ("other", "?✎"), ("junk", "✎")])
def test_what_is_corrected_has_a_pen(name: str, label: str) -> None:
    frame = readings.boxes([standing(name, by_hand=True)], [])
    assert frame["label"].tolist() == [label]
    assert "corrected by hand" in frame["words"][0]


def test_a_difference_is_told_where_there_is_one() -> None:
    alike, shorter = READING.pairs
    assert readings.difference(alike, []) == "The homologues look alike; probability of a changed structure 0.4 %"
    assert readings.difference(shorter, []).startswith("One homologue shorter by 40 %; probability")
    bands = replace(alike, changed=0.3)
    found = Finding("1", "structural change on 1", 0.3)
    assert readings.difference(bands, []).startswith("The homologues look alike")
    assert readings.difference(bands, [found]).startswith("The band patterns of the homologues differ")


def test_why_objects_are_not_compared() -> None:
    one = standing("9")
    assert readings.why_not_compared([one] * 3).startswith("Not compared: 3 objects of it")
    assert readings.why_not_compared([one] * 2).startswith("Not compared: one of the two")
    assert "by hand" in readings.why_not_compared([one, standing("9", by_hand=True)])
    assert readings.why_not_compared([standing("junk")]) == "Only chromosomes are compared."


@pytest.mark.parametrize(("changed", "told"), [(0.627, r"62\.7 \%"), (None, "nothing compared")])
def test_each_part_of_the_model_has_its_say(changed: float | None, told: str) -> None:
    frame = readings.evidence(Evidence(0.99, changed, 0.25))
    assert frame["Probability"].tolist() == [r"99 \%", told, "not kept", r"25 \%"]


def test_what_the_network_counts_is_told_beside_the_reader() -> None:
    frame = readings.evidence(Evidence(0.99, None, 0.25, 0.5))
    assert frame["Probability"].tolist() == [r"99 \%", "nothing compared", r"50 \%", r"25 \%"]


def test_a_figure_near_certainty_is_no_quotation() -> None:
    assert readings.evidence(Evidence(0.9999, None, 0.5))["Probability"][0] == r"\> 99\.9 \%"


def test_two_that_touch_are_told() -> None:
    touching = corrections.standing(replace(READING, objects=(READING.objects[0], *READING.objects[2:])), [])
    frame = readings.boxes(touching, [], {0: 2})
    assert frame["label"][0] == "1 (2)"
    assert frame["words"][0] == "Chromosome 1, 2 that touch (object 1, 97 %)"
    assert readings.why_not_compared(touching[:1], 2) == "Not compared: 2 touch each other and are read as one object."


def test_the_names_of_chromosomes_stay_as_they_are() -> None:
    assert readings.in_words(standing("X")) == "Chromosome X (object 7, 97 %)"
