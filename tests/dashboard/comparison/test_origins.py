"""A real edition that is mostly recombined is called so wherever it is named, by the names of its own pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dashboard.comparison import filters, frames, gaps, measured, origins, runs_table
from dashboard.comparison.runs import Chosen, label
from models.experiments.record import Record
from tests import runs
from tests.dashboard.comparison.test_frames import as_run


def recombined(run: Record, number: int) -> Record:
    """The run with so many of its test pictures recombined."""
    files = (f"recombined-{file}" if place < number else file for place, file in enumerate(run.predictions.file))
    return replace(run, predictions=replace(run.predictions, file=tuple(files)))


@pytest.fixture(scope="module")
def real() -> Record:
    """A run by case on real karyograms: 29 test pictures."""
    return runs.run("origin", edition="real")


@pytest.mark.parametrize(
    ("number", "brief", "line"),
    [
        (0, "real", "real data"),
        (5, "real, partly recombined", "real chromosomes, 5 of 29 test pictures recombined"),
        (24, "real, mostly recombined", "real chromosomes, 24 of 29 test pictures recombined"),
    ],
)
def test_an_origin_is_counted_from_the_names_of_the_pictures(real: Record, number: int, brief: str, line: str) -> None:
    origin = origins.of(recombined(real, number))
    assert (origin.brief, origin.line) == (brief, line)


def test_simulated_stays_simulated() -> None:
    origin = origins.of(runs.few()[0])
    assert (origin.brief, origin.line) == ("simulated", "simulated data")


def test_the_origin_goes_into_the_name_the_chart_and_the_file(real: Record) -> None:
    run = recombined(real, 24)
    assert label(run).endswith("(real, mostly recombined)")
    frame = frames.confusion([Chosen(0, as_run(run))], "probability")
    assert set(frame["origin"]) == {"real chromosomes, 24 of 29 test pictures recombined"}
    assert set(frame["edition"]) == {"real"}


def test_the_table_and_the_filter_say_it_too(real: Record) -> None:
    every = [as_run(recombined(real, 24)), as_run(runs.few()[0])]
    table = runs_table.frame(every, measured.of(every, "probability"), ())
    assert list(table["edition"]) == ["Real, mostly recombined", "Simulated"]
    assert filters.editions(every) == {"real": "Real, mostly recombined", "simulated": "Simulated"}


def test_the_gap_between_the_splits_tells_the_origin_of_either_side() -> None:
    published, by_case = (recombined(runs.run("gap", edition="real", split=split), 20) for split in runs.SPLITS)
    pairs = gaps.pairs([as_run(published), as_run(by_case)])
    frame = gaps.frame(pairs, measured.of(pairs[0], "probability"), "auc", "probability").set_index("split")
    assert frame.loc["as published", "origin"] == "real chromosomes, 20 of 138 test pictures recombined"
    assert frame.loc["by case", "origin"] == "real chromosomes, 20 of 29 test pictures recombined"
