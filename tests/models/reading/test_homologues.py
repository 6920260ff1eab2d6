"""Homologues: who is compared with whom, what is measured, and how it is said."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.reading.crops import Objects
from models.reading.evidence import Looks
from models.reading.homologues import FACTS, Homologues, Pairs, joined, pair_up
from models.reading.profiles import POINTS
from models.reading.reader import JUNK
from tests.models.reading.test_profiles import BANDS, drawn

SHORT = BANDS[:36]


def page(crops: list[np.ndarray]) -> Objects:
    count = len(crops)
    areas = np.array([(crop < 220).sum() for crop in crops]) / 52.0**2
    return Objects(
        np.stack(crops), np.zeros((count, 4)), np.zeros(count, np.int64), areas, np.zeros(count), np.ones(count)
    )


def looks(kinds: list[int], copies: dict[int, int] | None = None) -> Looks:
    """The crop network is 90 % sure of what objects are, and sure of their number."""
    classes = np.full((1, len(kinds), 25), 0.1 / 24, np.float32)
    number = np.zeros((1, len(kinds), 3), np.float32)
    for index, kind in enumerate(kinds):
        classes[0, index, kind] = 0.9
        number[0, index, (copies or {}).get(index, 1) - 1] = 1.0
    return Looks(classes, number)


def test_only_two_that_stand_by_themselves_are_compared() -> None:
    kinds = [0, 0, 1, 1, 1, 2, 3, 3, JUNK]  # two of 1, three of 2, one of 3, a cluster and one of 4
    said = looks(kinds, {6: 2})
    found = pair_up(page([drawn() for _ in kinds]), np.array(kinds), said)
    assert found.places.tolist() == [0]
    assert found.objects.tolist() == [[0, 1]]
    assert found.profiles.shape == (1, 2, POINTS, 2)
    assert found.facts.shape == (1, FACTS)


def test_a_page_without_pairs_compares_nothing() -> None:
    found = pair_up(page([drawn()]), np.array([0]), looks([0]))
    assert len(found) == 0
    assert found.profiles.shape == (0, 2, POINTS, 2)
    said = Homologues(found, np.zeros((3, 0), np.float32))
    assert said.by_chromosome().shape == (3, 24)
    assert said.in_words() == {}


def test_the_second_is_turned_where_it_is_more_like_the_first_that_way() -> None:
    bands = np.linspace(0.2, 0.9, 60)
    found = pair_up(page([drawn(bands=bands), drawn(bands=bands[::-1])]), np.array([4, 4]), looks([4, 4]))
    assert found.likeness[0] > 0.95
    np.testing.assert_allclose(found.profiles[0, 0, :, 0], found.profiles[0, 1, :, 0], atol=0.1)


def test_size_and_bands_are_said_in_words() -> None:
    crops = [drawn(), drawn(bands=SHORT), drawn(), drawn(width=7), drawn(), drawn(bands=BANDS[::-1])]
    kinds = [0, 0, 1, 1, 2, 2]
    found = pair_up(page(crops), np.array(kinds), looks(kinds))
    words = Homologues(found, np.zeros((1, 3), np.float32)).in_words()
    assert words["1"] == "one homologue shorter by 40 %"
    assert words["2"].startswith("one homologue smaller by 3")
    assert words["3"] == "the band patterns of the homologues differ"


def test_the_facts_do_not_depend_on_who_comes_first() -> None:
    crops, kinds = [drawn(), drawn(bands=SHORT), drawn(), drawn(0.6)], [0, 0, 5, 5]
    forwards = pair_up(page(crops), np.array(kinds), looks(kinds))
    backwards = pair_up(page([crops[i] for i in (1, 0, 3, 2)]), np.array(kinds), looks(kinds))
    assert forwards.facts == pytest.approx(backwards.facts, abs=1e-4)
    assert forwards.facts[0, 0] > 1.0 > forwards.facts[1, 0]


def test_changes_are_told_by_chromosome_and_pages_are_joined() -> None:
    kinds = [0, 0, 22, 22]
    one = pair_up(page([drawn() for _ in kinds]), np.array(kinds), looks(kinds))
    told = Homologues(one, np.array([[0.1, 0.8], [0.3, 0.6]], np.float32)).by_chromosome()
    assert told[:, CHROMOSOMES.index("X")].tolist() == pytest.approx([0.8, 0.6])
    assert told[:, CHROMOSOMES.index("1")].tolist() == pytest.approx([0.1, 0.3])
    assert told.sum() == pytest.approx(1.8)
    both = joined([one, one])
    assert isinstance(both, Pairs)
    assert len(both) == 4
    assert both.inputs["place"].tolist() == [0, 22, 0, 22]
