"""What each part of the reader is worth: every way is there, and parts that matter are missed."""

from __future__ import annotations

import numpy as np
import pytest

from models.datasets.labels import LabelledPicture, Page
from models.judging.uncertainty import Label
from models.measuring.reader_ablation import Result, ablate_reader, table
from models.predicting.page_reader import PageReader
from models.registry import default_registry
from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.families import Variety


def pages() -> list[tuple[LabelledPicture, Page]]:
    drawn = []
    for number, kind in enumerate((Kind.NORMAL, Kind.TRISOMY, Kind.NORMAL, Kind.DELETION)):
        karyogram = simulate(np.random.default_rng(number), painted, 0.0, kind, 600, variety=Variety.FIXED)
        label = Label.ABNORMAL if karyogram.karyotype.abnormal else Label.NORMAL
        item = LabelledPicture(f"{number}.png", f"case{number}", label, karyogram.karyotype)
        drawn.append((item, karyogram.page.pixels))
    blank = LabelledPicture("blank.png", "blank", Label.NORMAL, drawn[0][0].karyotype)
    unknown = LabelledPicture("unknown.png", "unknown", Label.NORMAL, None)
    return [*drawn, (blank, np.full((90, 120), 200, np.uint8)), (unknown, drawn[0][1])]


@pytest.fixture(scope="module")
def results() -> dict[str, Result]:
    return {one.way: one for one in ablate_reader(PageReader.load(default_registry()), pages())}


def test_every_part_is_left_out_once(results: dict[str, Result]) -> None:
    whole, alone = results["all of it"], results["without the order of the page (looks alone)"]
    assert {one.n for one in results.values()} == {5}  # all whose karyotype is known
    assert whole.exact == pytest.approx(0.8)  # the blank page cannot be right
    assert alone.exact <= whole.exact
    assert sum("without" in way for way in results) == 4
    assert results["all of it, and homologues compared"].exact == whole.exact


def test_areas_are_of_wrong_numbers_and_of_changes(results: dict[str, Result]) -> None:
    whole = results["all of it"]
    assert whole.numerical == pytest.approx(2 / 3)  # above two normal pages, below the blank one, which is normal here
    assert whole.numerical_interval[0] <= whole.numerical <= whole.numerical_interval[1]
    assert not np.isnan(results["all of it, and homologues compared"].structural)


def test_the_table_has_a_line_for_each(results: dict[str, Result]) -> None:
    lines = table(list(results.values())).splitlines()
    assert len(lines) == len(results) + 2
    assert lines[2].startswith("| all of it | 5 | 0.800 (")
