"""Reading whole pages: from what the crop network says to numbers, with every doubt that its words leave."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.reading.crops import HEIGHT, WIDTH, Objects
from models.reading.evidence import Looks, Measures, weigh
from models.reading.layouts import layouts
from models.reading.reader import Reading, read

AREAS = np.linspace(0.45, 0.1, 24)
MEASURES = Measures(AREAS, 200 * AREAS, np.array([0.0]), np.array([0.8, 0.2]), 0.01)
JUNK = 24


def page(shown: list[tuple[int, int]]) -> tuple[Objects, NDArray[np.float32], NDArray[np.float32]]:
    """Return objects that show so many copies of a chromosome each, (place, copies), and what a sure network says."""
    count = len(shown)
    objects = Objects(
        crops=np.zeros((count, HEIGHT, WIDTH), np.uint8),
        boxes=np.zeros((count, 4)),
        rows=np.zeros(count, np.int64),
        areas=np.array([0.05 if place == JUNK else AREAS[place] * copies for place, copies in shown]),
        gaps=np.append(np.inf, [0.1 if one[0] == other[0] else 0.4 for one, other in itertools.pairwise(shown)]),
        sure=np.full(count, 0.95),
    )
    classes, copies = np.full((1, count, 25), 0.002, np.float32), np.full((1, count, 3), 0.01, np.float32)
    for index, (place, number) in enumerate(shown):
        classes[0, index, place] = 1 - 24 * 0.002
        copies[0, index, max(1, number) - 1] = 0.98
    return objects, classes, copies


def standing(numbers: dict[str, int]) -> list[tuple[int, int]]:
    """Return single objects in the usual order: two of each autosome, with other numbers where told."""
    usual = dict.fromkeys(AUTOSOMES, 2) | {"X": 1, "Y": 1} | numbers
    return [(CHROMOSOMES.index(name), 1) for name in CHROMOSOMES for _ in range(usual[name])]


def told(shown: list[tuple[int, int]]) -> Reading:
    objects, classes, copies = page(shown)
    return read(objects, Looks(classes, copies), MEASURES, layouts())


def numbers(reading: Reading) -> dict[str, int]:
    return dict(zip(CHROMOSOMES, reading.counts.argmax(axis=1).tolist(), strict=True))


@pytest.mark.parametrize(
    "changed", [{}, {"21": 3}, {"5": 1}, {"X": 1, "Y": 0}, {"X": 2, "Y": 0}, {"X": 2, "Y": 1}, {"X": 3, "Y": 0}]
)
def test_numbers_are_read(changed: dict[str, int]) -> None:
    reading = told(standing(changed))
    found = numbers(reading)
    assert {name: found[name] for name in changed} == changed
    assert sum(found.values()) == len(standing(changed))
    normal = not changed or changed == {"X": 2, "Y": 0}
    assert (reading.normal[0] > 0.5) == normal
    assert reading.counts.sum(axis=1) == pytest.approx(1.0)


def test_a_touching_pair_counts_twice_and_a_caption_not_at_all() -> None:
    shown = standing({})
    pair = [(8, 2) if index == 16 else one for index, one in enumerate(shown) if index != 17]
    found = numbers(told([*pair[:20], (JUNK, 1), *pair[20:]]))
    assert found == numbers(told(shown))


def test_two_neighbours_that_touch_count_once_each() -> None:
    shown = standing({})
    objects, classes, copies = page([(6, 2) if index == 13 else one for index, one in enumerate(shown) if index != 14])
    classes[0, 13], copies[0, 13] = 0.002, (0.01, 0.98, 0.01)
    classes[0, 13, 6:8] = (1 - 23 * 0.002) / 2
    objects.areas[13] = AREAS[6] + AREAS[7]
    found = numbers(read(objects, Looks(classes, copies), MEASURES, layouts()))
    assert found == numbers(told(shown))


def test_the_layout_is_recognised() -> None:
    shown = standing({"X": 1, "Y": 1})
    x, y = CHROMOSOMES.index("X"), CHROMOSOMES.index("Y")
    after_12 = [*shown[:24], (x, 1), *[one for one in shown[24:] if one[0] not in (x, y)], (y, 1)]
    reading = told(after_12)
    assert reading.layout == "X after 12, Y last"
    assert numbers(reading) == numbers(told(shown))


def test_one_misread_object_is_put_right_by_its_place() -> None:
    objects, classes, copies = page(standing({}))
    classes[0, 30], objects.areas[30] = 0.002, AREAS[15]
    classes[0, 30, [15, 20]] = 0.3, 0.65  # rather like 21 than like the 16 that stands there
    reading = read(objects, Looks(classes, copies), MEASURES, layouts())
    assert numbers(reading)["16"] == 2
    assert reading.which[30].argmax() == 15


def test_passes_that_see_something_else_say_so() -> None:
    objects, classes, copies = page(standing({"21": 3}))
    other = classes.copy()
    index = [place for place, _ in standing({"21": 3})].index(20)
    other[0, index] = 0.002
    other[0, index, JUNK] = 1 - 24 * 0.002
    looks = Looks(np.concatenate([classes] * 3 + [other]), np.concatenate([copies] * 4))
    reading = read(objects, looks, MEASURES, layouts())
    assert reading.numbers[:, 20].tolist() == [3, 3, 3, 2]
    assert reading.normal[3] > 0.5 > reading.normal[0]


def test_what_fits_only_by_its_place_is_not_recognised() -> None:
    objects, classes, copies = page(standing({}))
    sure = read(objects, Looks(classes, copies), MEASURES, layouts())
    blind = np.full_like(classes, 1 / 25)
    guessed = read(objects, Looks(blind, copies), MEASURES, layouts())
    assert sure.recognised > 0.9
    assert guessed.recognised < 0.1


def test_many_passes_are_read_as_few_are() -> None:
    objects, classes, copies = page(standing({"21": 3}))
    many = read(objects, Looks(np.repeat(classes, 150, axis=0), np.repeat(copies, 150, axis=0)), MEASURES, layouts())
    once = read(objects, Looks(classes, copies), MEASURES, layouts())
    assert many.normal == pytest.approx(np.repeat(once.normal, 150))
    assert many.numbers.shape == (150, 24)


def test_areas_are_compared_within_the_page() -> None:
    objects, classes, copies = page(standing({}))
    fat = replace(objects, areas=objects.areas * 1.4)
    looks, orders = Looks(classes, copies), layouts().orders
    assert weigh(fat, looks, MEASURES, orders).copies == pytest.approx(weigh(objects, looks, MEASURES, orders).copies)


def test_what_the_segmentation_was_less_sure_of_is_rather_junk() -> None:
    """A third 21 that looks much like junk counts where its pixels were surely a chromosome's, and else does not."""
    objects, classes, copies = page(standing({"21": 3}))
    index = [place for place, _ in standing({"21": 3})].index(CHROMOSOMES.index("21"))
    classes[0, index] *= 0.06
    classes[0, index, JUNK] = 1 - classes[0, index, :JUNK].sum()
    numbers = []
    for sure in (0.97, 0.4):
        doubted = replace(objects, sure=np.where(np.arange(len(objects)) == index, sure, 0.95))
        found = read(doubted, Looks(classes, copies), MEASURES, layouts())
        numbers.append(found.counts[CHROMOSOMES.index("21"), 3])
    assert numbers[0] > 0.5 > numbers[1]
