"""From what was read to words: numbers, findings, a suggestion where all is sure, and what to check where not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.judging.findings import FindingLimits
from models.reading.conclusions import Conclusion, conclude
from models.reading.homologues import Homologues, pair_up
from models.reading.reader import OTHER
from tests.models.reading.test_homologues import SHORT, looks, page
from tests.models.reading.test_profiles import drawn
from tests.models.reading.test_reader import standing, told

LIMITS = FindingLimits()


def concluded(numbers: dict[str, int]) -> Conclusion:
    return conclude(told(standing(numbers)), LIMITS)


@pytest.mark.parametrize(
    ("numbers", "iscn", "texts"),
    [
        ({}, "46,XY", []),
        ({"X": 2, "Y": 0}, "46,XX", []),
        ({"21": 3}, "47,XY,+21", ["+21"]),
        ({"Y": 0}, "45,X", ["X missing"]),
        ({"X": 2, "Y": 1}, "47,XXY", ["+X"]),
    ],
)
def test_what_is_sure_is_suggested(numbers: dict[str, int], iscn: str, texts: list[str]) -> None:
    said = concluded(numbers)
    assert said.doubts == ()
    assert said.suggestion.iscn == iscn
    assert [finding.text for finding in said.findings] == texts
    assert (said.normal > 0.5) == (not texts)
    assert sum(said.counts.values()) == len(standing(numbers))


def test_a_pair_that_differs_is_a_finding_and_stops_the_suggestion() -> None:
    reading = told(standing({}))
    kinds = [0, 0, 1, 1]
    crops = [drawn(), drawn(bands=SHORT), drawn(), drawn()]
    pairs = pair_up(page(crops), np.array(kinds), looks(kinds))
    homologues = Homologues(pairs, np.tile(np.array([0.4, 0.01], np.float32), (len(reading.numbers), 1)))
    said = conclude(replace(reading, homologues=homologues), FindingLimits(structural=0.3))
    (finding,) = said.findings
    assert finding.words == "chromosome 1: one homologue shorter by 40 %"
    assert finding.votes == finding.passes == len(reading.numbers)
    assert finding.probability == pytest.approx(0.4)
    assert said.suggestion.iscn is None
    assert "changed structure" in said.suggestion.reason
    assert conclude(replace(reading, homologues=homologues), FindingLimits(structural=0.5)).findings == ()


def test_many_numbers_of_which_each_is_nearly_sure_are_to_be_checked() -> None:
    reading = told(standing({}))
    counts = reading.counts.copy()
    counts[:10] = [0, 0.03, 0.97, 0, 0]
    said = conclude(replace(reading, counts=counts), LIMITS)
    (doubt,) = said.doubts
    assert doubt == "please check: that all numbers are right is only 68 % sure"
    assert said.suggestion.iscn is None


def test_an_unsure_number_is_to_be_checked() -> None:
    reading = told(standing({}))
    counts = reading.counts.copy()
    counts[CHROMOSOMES.index("9")] = [0, 0.45, 0.55, 0, 0]
    said = conclude(replace(reading, counts=counts), LIMITS)
    assert said.doubts == ("please check: the number of 9 is not sure",)
    assert said.suggestion.iscn is None
    assert said.suggestion.reason == said.doubts[0]


def test_objects_that_fit_nowhere_are_to_be_checked() -> None:
    reading = told(standing({}))
    kinds = reading.kinds.copy()
    kinds[3] = OTHER
    assert "1 object looks like a chromosome" in conclude(replace(reading, kinds=kinds), LIMITS).doubts[0]
    kinds[4] = OTHER
    assert "2 objects look like chromosomes" in conclude(replace(reading, kinds=kinds), LIMITS).doubts[0]


def test_few_chromosomes_are_to_be_checked() -> None:
    reading = told(standing({}))
    few = replace(reading, kinds=np.full_like(reading.kinds, -1))
    assert conclude(few, LIMITS).doubts[0] == "please check: only 0 chromosomes were found"
