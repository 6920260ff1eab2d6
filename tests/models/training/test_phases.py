"""The phases: how many steps they take, and what a size and a budget make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.networks.choices import Architecture, Trained
from models.training.phases import LARGEST_SIZE, ON_FRAMED_PAGES, QUICK, SOURCE_THEN_THESIS, Phase, rescaled

PHASE = Phase("one", 100, 160, 1e-3, epochs=3, evaluations=4)


def test_every_architecture_has_a_schedule_that_grows_and_ends_fine_tuned() -> None:
    assert set(SOURCE_THEN_THESIS) == {member.value for member in Architecture}
    for phases in SOURCE_THEN_THESIS.values():
        sizes = [phase.size for phase in phases]
        assert sizes == sorted(sizes)
        assert [phase.trained for phase in phases].index(Trained.HEADS) < len(phases) - 1


def test_framed_pages_are_learnt_from_at_once_by_either_architecture() -> None:
    assert set(ON_FRAMED_PAGES) == {member.value for member in Architecture}
    for (phase,) in ON_FRAMED_PAGES.values():
        assert phase.varied
        assert phase.size <= LARGEST_SIZE
        assert (phase.steps, phase.batch_size) == (4_896, 128)
    (small,) = rescaled(ON_FRAMED_PAGES["inceptionv3"], 299, 0.01)
    assert (small.size, small.pictures, small.evaluations) == (299, 1_400, 8)


def test_evaluations_stand_at_even_distances() -> None:
    assert (PHASE.steps_between, PHASE.steps) == (7, 28)  # of 30 batches


@pytest.mark.parametrize(
    "wrong",
    [
        {"evaluations": 0},
        {"evaluations": 31},
        {"averaging": 1.0},
        {"averaging": -0.1},
        {"varied": True, "trained": Trained.HEADS},
    ],
)
def test_an_impossible_phase_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(PHASE, **wrong)


def test_size_and_budget_change_all_phases_in_proportion() -> None:
    schedule = SOURCE_THEN_THESIS["vgg16"]
    larger = rescaled(schedule, schedule[-1].size * 3 // 2, 2.0)
    assert [phase.size for phase in larger] == [phase.size * 3 // 2 for phase in schedule]
    assert [phase.pictures for phase in larger] == [2 * phase.pictures for phase in schedule]


def test_the_smallest_size_and_budget_still_train() -> None:
    smallest = rescaled(SOURCE_THEN_THESIS["vgg16"], 75, 0.001)
    assert {phase.size for phase in smallest} == {75}
    assert all(phase.steps >= 1 and phase.pictures >= phase.batch_size for phase in smallest)


@pytest.mark.parametrize("size", [74, 301])
def test_a_size_out_of_range_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="size must lie between 75 and 300 pixels"):
        rescaled(QUICK, size)
