"""Preparing pages by the name on a card."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.card import CardError
from models.predicting.preparing import BEST, NAMES, Preparer
from models.preparation.packing import NAME as PACKING
from models.preparation.packing import pack
from models.reading.arranging import NAME as ARRANGING
from models.registry import Registry, WeightsHashError, default_registry
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety
from tests.models.preparation.test_pieces import drawn
from tests.models.test_card import CARD

SIZE = 100


@pytest.fixture(scope="module")
def arranger() -> Preparer:
    return Preparer(ARRANGING, default_registry(), reads=True)


def test_a_way_that_needs_no_reader_reads_nothing() -> None:
    packer = Preparer(PACKING, default_registry())
    picture, placement, reading = packer.read(drawn(), SIZE, 3)
    np.testing.assert_array_equal(picture, pack(drawn(), SIZE)[0])
    np.testing.assert_array_equal(packer.prepare(drawn(), SIZE)[0], picture)
    assert placement.place((0.0, 0.0)) == pack(drawn(), SIZE)[1].place((0.0, 0.0))
    assert reading is None


def test_arranging_tells_what_was_read(arranger: Preparer) -> None:
    page = simulate(np.random.default_rng(0), painted, 0.0, Kind.NORMAL, 600, variety=Variety.FIXED).page.pixels
    picture, _, reading = arranger.read(page, SIZE, 4)
    assert picture.shape == (SIZE, SIZE)
    assert reading is not None
    assert reading.normal.shape == (4,)
    left, top, right, bottom = 0.0, 0.0, 0.2, 0.3  # where chromosome 1 stands
    ones = picture[round(top * SIZE) : round(bottom * SIZE), round(left * SIZE) : round(right * SIZE)]
    assert (ones < 128).mean() > 0.2


def test_what_was_read_is_told_only_if_wanted() -> None:
    _, _, reading = Preparer(ARRANGING, default_registry()).read(drawn(), SIZE, 2)
    assert reading is None


def test_a_blank_page_has_no_reading(arranger: Preparer) -> None:
    picture, _, reading = arranger.read(np.full((90, 90), 255, np.uint8), SIZE, 2)
    assert picture.min() == 255
    assert reading is None


@pytest.mark.parametrize("name", [PACKING, ARRANGING])
@pytest.mark.parametrize("wrong", [np.zeros((4, 4, 3), np.uint8), np.zeros((4, 4), np.float32)])
def test_other_arrays_are_refused(name: str, wrong: NDArray[np.uint8]) -> None:
    preparer = Preparer(name, default_registry())
    with pytest.raises(ValueError, match="page must be a grey picture"):
        preparer.prepare(wrong, SIZE)
    with pytest.raises(ValueError, match="page must be a grey picture"):
        preparer.read(wrong, SIZE, 1)


def test_size_must_be_positive() -> None:
    with pytest.raises(ValueError, match="size must be positive, got 0"):
        Preparer(PACKING, default_registry()).prepare(drawn(), 0)


def test_an_unknown_way_is_refused() -> None:
    assert BEST in NAMES
    with pytest.raises(ValueError, match=r"preprocessing must be one of .*, got 'crop'"):
        Preparer("crop", default_registry())
    with pytest.raises(CardError, match="preprocessing must be one of"):
        Preparer.for_card(replace(CARD, preprocessing="crop"), default_registry())


def test_a_card_gets_the_reader_it_was_made_with(tmp_path: Path) -> None:
    card = replace(CARD, preprocessing=ARRANGING)
    with pytest.raises(WeightsHashError, match="reader must be '' as on the card"):
        Preparer.for_card(card, default_registry())
    known = default_registry().reader()[0].weights_sha256
    assert Preparer.for_card(replace(card, reader_sha256=known), Registry(tmp_path)) is not None


def test_a_model_may_judge_with_the_reader_and_see_the_page_otherwise() -> None:
    registry = default_registry()
    card = replace(CARD, preprocessing=PACKING, reader_sha256=registry.reader()[0].weights_sha256)
    page = simulate(np.random.default_rng(0), painted, 0.0, Kind.NORMAL, 600, variety=Variety.FIXED).page.pixels
    picture, _, reading = Preparer.for_card(card, registry).read(page, SIZE, 2)
    np.testing.assert_array_equal(picture, pack(page, SIZE)[0])
    assert reading is not None
    with pytest.raises(WeightsHashError, match="reader must be 'other' as on the card"):
        Preparer.for_card(replace(card, reader_sha256="other"), registry)
