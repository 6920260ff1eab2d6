"""Prepared karyograms: what is known of each, with and without a karyotype."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.adaptation.prepared import Prepared, prepare_all
from models.chromosomes import CHROMOSOMES
from models.datasets.labels import LabelledPicture
from models.judging.uncertainty import Label
from models.predicting.preparing import Preparer
from models.preparation import packing
from models.registry import default_registry
from models.simulation.karyotypes.iscn import parse_karyotype
from tests.models.judging.test_gate import karyogram
from tests.models.test_card import CARD

ITEMS = (
    LabelledPicture("a", "Q2", Label.NORMAL, parse_karyotype("46,XY")),
    LabelledPicture("b", "Q1", Label.ABNORMAL, parse_karyotype("47,XX,+21")),
    LabelledPicture("c", "Q1", Label.NORMAL),
    LabelledPicture("d", "Q3", Label.ABNORMAL),
    LabelledPicture("e", "Q3", Label.ABNORMAL, parse_karyotype("46,XX,del(5)(p15.2)")),
)
PACKER = Preparer(packing.NAME, default_registry())
PREPARED = Prepared(ITEMS, np.zeros((5, 1, 1), np.uint8), ((),) * 5, (None,) * 5)


def test_cases_and_labels_are_columns() -> None:
    assert PREPARED.case.tolist() == [1, 0, 0, 2, 2]
    assert PREPARED.abnormal.tolist() == [False, True, False, True, True]
    assert PREPARED.targets.abnormal.tolist() == [[0], [1], [0], [1], [1]]


def test_a_karyotype_tells_all_numbers_and_a_label_only_those_of_normal_autosomes() -> None:
    known = PREPARED.targets
    assert known.copies[:, CHROMOSOMES.index("21")].tolist()[:2] == [2, 3]
    assert known.copies[0, -2:].tolist() == [1, 1]
    assert known.copies_known.sum(axis=1).tolist() == [24, 24, 22, 0, 24]


def test_structure_is_known_of_normal_and_described_karyograms() -> None:
    known = PREPARED.targets
    assert known.structural_known.tolist() == [1, 1, 1, 0, 1]
    assert [CHROMOSOMES[index] for index in np.flatnonzero(known.structural[4])] == ["5"]
    assert known.structural[:4].sum() == 0


def test_pages_are_prepared_and_gated(tmp_path: Path) -> None:
    page, blank = karyogram(), np.full((200, 200), 255, np.uint8)
    prepared = prepare_all(zip(ITEMS, (page, blank), strict=False), 2, CARD, PACKER, tmp_path / "two.npy")
    assert len(prepared) == 2
    np.testing.assert_array_equal(prepared.pictures[0], PACKER.prepare(page, CARD.input_size)[0])
    assert prepared.refusals[0] == ()
    assert prepared.refusals[1]
    assert np.load(tmp_path / "two.npy").shape == (2, CARD.input_size, CARD.input_size)


def test_fewer_pages_than_announced_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected 3 karyograms, got 1"):
        prepare_all([(ITEMS[0], karyogram())], 3, CARD, PACKER, tmp_path / "three.npy")
