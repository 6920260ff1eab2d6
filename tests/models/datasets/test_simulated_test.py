"""The stream of simulated karyograms: the same for the same seed, with its truth, and of validation cases alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.datasets.labels import LabelsError
from models.datasets.simulated_set import Recipe, draw_karyogram
from models.datasets.simulated_test import ABNORMAL_SHARE, recipe_for, simulated, words_for
from models.judging.uncertainty import Label
from models.simulation.pages.families import Variety
from tests.crops import write_library
from tests.models.test_card import CARD


@pytest.fixture(scope="module")
def crops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three cases, of which P002 and P005 validate."""
    return write_library(tmp_path_factory.mktemp("crops") / "crops.zip", ("P001", "P002", "P005"))


def test_processes_draw_what_one_would_in_the_same_order() -> None:
    recipe = Recipe(seed=9, abnormal_share=0.5)
    source = recipe.material()
    streamed = list(simulated(recipe, 18))
    assert [item.file for item, _ in streamed] == [f"simulated-{number:05d}" for number in range(1, 19)]
    for number in (0, 15, 16, 17):
        karyogram, (item, page) = draw_karyogram(recipe, source, number), streamed[number]
        assert np.array_equal(page, karyogram.page.pixels)
        assert item.karyotype == karyogram.karyotype
        assert (item.label is Label.ABNORMAL) == karyogram.karyotype.abnormal
        assert item.case_id == item.file


def test_nothing_can_be_asked_for() -> None:
    assert list(simulated(Recipe(seed=1), 0)) == []


def test_pictures_are_of_the_validation_cases_that_give_them_their_look(crops: Path) -> None:
    recipe = recipe_for(CARD, crops, 3, Variety.HELD_OUT)
    assert (recipe.validation, recipe.abnormal_share, recipe.seed) == (True, ABNORMAL_SHARE, 3)
    assert "pages of families that no training shows, 340 to 600 px wide (seed 3): 75% recomb" in words_for(recipe)
    cases = {item.case_id for item, _ in simulated(replace(recipe, painted_share=0.2), 24)}
    assert {"P002", "P005"} < cases
    assert all(case in ("P002", "P005") or case.startswith("simulated-") for case in cases)


def test_a_card_without_a_rule_has_no_validation_cases() -> None:
    with pytest.raises(LabelsError, match=r"must have a training\.validation_rule"):
        recipe_for(replace(CARD, training={}), None, 1, Variety.WIDE)


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (Recipe(seed=1), "painted from ISCN band tables"),
        (Recipe(seed=1, crops=Path("a/crops.zip")), "75% recombined from real single chromosomes (crops.zip"),
        (Recipe(seed=1, crops=Path("crops.zip")), "training cases only"),
        (Recipe(seed=1, crops=Path("crops.zip"), validation=True), "validation cases only"),
    ],
)
def test_a_recipe_tells_where_its_chromosomes_come_from(recipe: Recipe, words: str) -> None:
    assert words in recipe.provenance
