"""Batches of simulated cases: their cells, their mosaics, and bytes that depend on nothing but the seed."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import numpy as np
import pytest

from models.simulation.batches import Batch, SimulationError, draw_case
from models.simulation.karyotypes.karyotype import Kind

WIDTH = 260


def test_cells_are_shared_out_to_cases() -> None:
    batch = Batch(pictures=7, cells=3, width=WIDTH)
    assert [batch.cells_of(case) for case in range(batch.cases)] == [3, 3, 1]
    assert [cell.number for cell in draw_case(batch, 0)] == [1, 2, 3]


def test_the_cells_of_a_case_have_one_karyotype_unless_it_is_a_mosaic() -> None:
    batch = Batch(pictures=6, cells=3, abnormal_share=1.0, mosaic_share=0.0, width=WIDTH)
    for case in range(batch.cases):
        cells = list(draw_case(batch, case))
        assert {cell.karyogram.karyotype.iscn for cell in cells} == {cells[0].case_karyotype}


def test_a_mosaic_names_each_clone_with_its_cells() -> None:
    batch = Batch(pictures=8, cells=4, abnormal_share=1.0, mosaic_share=1.0, kind=Kind.TRISOMY, width=WIDTH)
    for case in range(batch.cases):
        cells = list(draw_case(batch, case))
        abnormal = sum(cell.karyogram.karyotype.abnormal for cell in cells)
        assert 1 <= abnormal <= 3
        written = re.fullmatch(r"mos 47,X[XY],\+\d+\[(\d)\]/46,X[XY]\[(\d)\]", cells[0].case_karyotype)
        assert written
        assert [int(number) for number in written.groups()] == [abnormal, 4 - abnormal]


def test_clones_of_a_tumour_are_no_mosaic() -> None:
    batch = Batch(2, cells=2, abnormal_share=1.0, mosaic_share=1.0, profile="leukaemia", width=WIDTH)
    (first, _) = draw_case(batch, 0)
    assert re.fullmatch(r"4\d,.*\[1\]/46,X[XY]\[1\]", first.case_karyotype)


def test_a_single_cell_is_no_mosaic() -> None:
    batch = Batch(pictures=3, abnormal_share=1.0, mosaic_share=1.0, width=WIDTH)
    assert not any("mos" in cell.case_karyotype for case in range(3) for cell in draw_case(batch, case))


def test_a_case_does_not_depend_on_how_many_follow() -> None:
    few, many = (list(draw_case(Batch(pictures=n, cells=2, seed=9, width=WIDTH), 1)) for n in (4, 400))
    for one, two in zip(few, many, strict=True):
        assert np.array_equal(one.karyogram.page.pixels, two.karyogram.page.pixels)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"pictures": 0}, "pictures must be 1"),
        ({"cells": 0}, "cells must be 1"),
        ({"mosaic_share": 2.0}, "mosaic_share"),
    ],
)
def test_impossible_batches_are_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Batch(**{"pictures": 2, **wrong})  # type: ignore[arg-type]


def test_archives_without_crops_are_named(tmp_path: Path) -> None:
    empty, text = tmp_path / "empty.zip", tmp_path / "text.zip"
    zipfile.ZipFile(empty, "w").close()
    text.write_text("chromosomes")
    for archive in (empty, text):
        with pytest.raises(SimulationError, match=rf"{archive.name}: expected"):
            next(draw_case(Batch(pictures=1, crops=archive), 0))
    with pytest.raises(FileNotFoundError):
        next(draw_case(Batch(pictures=1, crops=tmp_path / "none.zip"), 0))
