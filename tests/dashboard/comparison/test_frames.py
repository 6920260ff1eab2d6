"""What charts draw of a record: each number can be counted again from its predictions."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dashboard.comparison import filters, frames, gaps, measured
from dashboard.comparison.runs import Chosen, Loaded, Run, Stamp, label, load, opening
from models.experiments.figures import Column, Figure
from models.experiments.record import Record
from tests import runs


def as_run(record: Record) -> Run:
    return Run(record, Stamp(Path(record.name), 0, 0))


@pytest.fixture(scope="module")
def chosen() -> list[Chosen]:
    """Two runs in the second and in the fourth place."""
    published, by_case = runs.few()
    return [Chosen(1, as_run(published)), Chosen(3, as_run(by_case))]


def rows_of(frame: pd.DataFrame, letter: str) -> pd.DataFrame:
    return frame[frame["letter"] == letter]


def truth_and_score(run: Chosen, by: Column = "probability") -> tuple[np.ndarray, np.ndarray]:
    said = run.run.record.predictions
    return np.array(said.abnormal, np.bool_), np.array(getattr(said, by))


judged_by_each = pytest.mark.parametrize("by", ["probability", "calibrated"])


def test_rows_tell_which_run_they_are_of(chosen: list[Chosen]) -> None:
    frame = frames.confusion(chosen, "probability")
    assert list(frame["letter"].unique()) == ["B", "D"]
    assert list(frame["run"].unique()) == [label(run.run.record) for run in chosen]
    assert set(frame["edition"]) == {"simulated"}


@judged_by_each
def test_the_shares_of_a_threshold_can_be_counted_again(chosen: list[Chosen], by: Column) -> None:
    frame = frames.curves(chosen, by)
    for run in chosen:
        abnormal, score = truth_and_score(run, by)
        for row in rows_of(frame, run.look.letter).iloc[1::5].to_dict("records"):
            called = score >= row["threshold"]
            assert row["sensitivity"] == pytest.approx((called & abnormal).sum() / abnormal.sum())
            assert row["false_alarms"] == pytest.approx((called & ~abnormal).sum() / (~abnormal).sum())
            assert row["precision"] == pytest.approx((called & abnormal).sum() / called.sum())


@judged_by_each
def test_the_marked_threshold_gives_the_labels_of_the_confusion_matrix(chosen: list[Chosen], by: Column) -> None:
    curves, cells = frames.curves(chosen, by), frames.confusion(chosen, by)
    for run in chosen:
        used = rows_of(curves, run.look.letter).query("used")
        found = rows_of(cells, run.look.letter).set_index("kind")["share"]
        assert len(used) == 1
        assert used["sensitivity"].iloc[0] == pytest.approx(found["found"])
        assert used["false_alarms"].iloc[0] == pytest.approx(found["false alarm"])


@judged_by_each
def test_the_cells_count_every_karyogram_once(chosen: list[Chosen], by: Column) -> None:
    frame = frames.confusion(chosen, by)
    for run in chosen:
        abnormal, score = truth_and_score(run, by)
        counts = rows_of(frame, run.look.letter).set_index("kind")["count"]
        assert counts["missed"] == (abnormal & (score < 0.5)).sum()
        assert counts.sum() == abnormal.size
    assert set(frame["judged_by"]) == {by}


def test_each_epoch_has_a_row_for_either_side(chosen: list[Chosen]) -> None:
    frame = rows_of(frames.training(chosen), "B")
    epochs = chosen[0].run.record.curves
    assert len(frame) == 2 * len(epochs)
    last = frame[frame["epoch"] == epochs[-1].epoch].set_index("part")
    assert last.loc["validation", "loss"] == epochs[-1].val_loss
    assert last.loc["training", "recall"] == epochs[-1].recall


def test_bins_hold_every_karyogram_once(chosen: list[Chosen]) -> None:
    frame = frames.reliability(chosen)
    assert list(frame.groupby("letter")["n"].sum()) == [run.run.record.sizes.test.total for run in chosen]
    assert ((frame["low"] <= frame["abnormal"]) & (frame["abnormal"] <= frame["high"])).all()


def test_what_is_left_at_full_coverage_is_the_share_of_errors_of_the_class(chosen: list[Chosen]) -> None:
    frame = frames.coverage(chosen, "abnormal", "plain probability")
    cells = frames.confusion(chosen, "probability")
    for run in chosen:
        last = rows_of(frame, run.look.letter).iloc[-1]
        missed = rows_of(cells, run.look.letter).set_index("kind").loc["missed", "share"]
        assert (last["coverage"], last["risk"]) == pytest.approx((1.0, missed))


def test_figures_by_passes_are_those_of_the_first_passes() -> None:
    run = next(run for run in runs.every() if run.by_passes)
    frame = frames.passes([Chosen(0, as_run(run))])
    assert list(frame["passes"]) == [10, 100, 1000] * 2
    abnormal, mean = np.array(run.predictions.abnormal, np.bool_), np.array(run.by_passes[0].mean)
    first = frame[frame["figure"] == "sensitivity"].iloc[0]
    assert first["value"] == pytest.approx((mean[abnormal] >= 0.5).mean())
    assert first["low"] <= first["value"] <= first["high"]


def test_wrong_cases_are_judged_by_the_mean_of_the_passes_and_begin_with_the_missed_ones(chosen: list[Chosen]) -> None:
    frame = frames.wrong(chosen[1].run.record)
    said = chosen[1].run.record.predictions
    wrong = (np.array(said.mean) >= 0.5) != np.array(said.abnormal, np.bool_)
    assert len(frame) == wrong.sum() > 0
    assert list(frame["actual"]) == sorted(frame["actual"])
    assert ((frame["mean"] >= 0.5) == (frame["predicted"] == "abnormal")).all()


def test_failed_trials_are_counted_and_not_drawn() -> None:
    search = next(run for run in runs.every() if run.trials)
    complete, failed = frames.trials(search), frames.failed_trials(search)
    assert len(complete) + len(failed) == len(search.trials)
    assert [trial.state for trial in failed] == ["failed"] * 4
    assert complete["val_loss"].notna().all()


def test_only_experiments_with_both_splits_make_a_pair() -> None:
    several = [as_run(run) for run in runs.every() if run.experiment in ("table-5-1", "search")]
    pairs = gaps.pairs(several)
    assert len(pairs) == 4 * len(runs.ROWS)
    for published, by_case in pairs:
        assert (published.record.split, by_case.record.split) == ("as published", "by case")
        assert published.record.configuration == by_case.record.configuration
        assert published.record.edition == by_case.record.edition


@judged_by_each
def test_the_gap_is_the_figure_as_published_less_that_by_case(by: Column) -> None:
    pairs = gaps.pairs([as_run(run) for run in runs.few()])
    figures = measured.of([run for pair in pairs for run in pair], by)
    frame = gaps.frame(pairs, figures, "sensitivity", by).set_index("split")
    published, by_case = frame.loc["as published"], frame.loc["by case"]
    assert published["gap"] == pytest.approx(published["figure"] - by_case["figure"])
    assert published["gap_low"] <= published["gap"] <= published["gap_high"]


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (Figure(0.954, 0.871, 1.0), "0.95 (0.87-1.00)"),
        (Figure(0.954, math.nan, math.nan), "0.95"),
        (Figure(math.nan, math.nan, math.nan), "-"),
    ],
)
def test_a_figure_stands_with_its_interval(figure: Figure, told: str) -> None:
    assert measured.text(figure) == told


def test_a_filter_keeps_runs_that_have_one_of_the_values_in_each_column() -> None:
    every = [as_run(run) for run in runs.every()]
    kept = filters.kept(
        every, {"edition": ["real"], "network": ["vgg16", "inceptionv3"], "start": [], "split": ["by case"]}
    )
    assert {run.record.edition for run in kept} == {"real"}
    assert {run.record.split for run in kept} == {"by case"}
    assert filters.kept(every, {"edition": [], "split": []}) == every


def test_runs_stand_in_the_order_of_the_thesis_and_the_page_opens_on_one_row_of_it(tmp_path: Path) -> None:
    runs.write(tmp_path, runs.every())
    loaded: Loaded = load(tmp_path)
    titles = list(dict.fromkeys(run.record.title for run in loaded.runs if run.record.experiment == "table-5-1"))
    assert titles == [title for title, *_ in runs.ROWS]
    names = {run.name: run.record for run in loaded.runs}
    first, second = (names[name] for name in opening(loaded.runs))
    assert (first.title, first.split, second.title, second.split) == (
        "processed data on VGG16",
        "by case",
        "processed data on VGG16",
        "as published",
    )
