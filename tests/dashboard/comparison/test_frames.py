"""What charts draw of a record: each number can be counted again from its predictions."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dashboard.comparison import (
    filters,
    frames,
    gaps,
    leakage_view,
    measured,
    panels,
    probability_table,
    reasons,
    runs_table,
)
from dashboard.comparison.runs import Chosen, Loaded, Run, Stamp, label, load, opening
from dashboard.comparison.runs import chosen as runs_of
from models.experiments.deferral import REASONS
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
    assert set(frame["weights"]) == {"source task weights"}
    assert set(frame["network"]) == {"VGG16"}


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
    assert list(frame["passes"]) == [10, 100, 1000] * 4
    abnormal, mean = np.array(run.predictions.abnormal, np.bool_), np.array(run.by_passes[0].mean)
    agreement = np.array(run.by_passes[0].agreement)
    voted = np.where(mean >= 0.5, agreement, 1 - agreement) >= 0.5
    first = frame.query("passes == 10").set_index("figure")
    assert first.loc["sensitivity", "value"] == pytest.approx(voted[abnormal].mean())
    sure = agreement[voted == abnormal] > 0.98
    assert 0 < sure.mean() < 1
    assert first.loc["surely_right", "value"] == pytest.approx(sure.mean())
    bins = np.minimum((mean * 10).astype(int), 9)
    gaps_of = [abs(mean[bins == b].mean() - abnormal[bins == b].mean()) * (bins == b).mean() for b in set(bins)]
    assert first.loc["ece", "value"] == pytest.approx(sum(gaps_of))
    assert ((first["low"] <= first["value"]) & (first["value"] <= first["high"])).all()


def with_ensemble(by_case: Record) -> tuple[Record, Record]:
    """A run and the ensemble of its kind, which says something else of the same pictures."""
    heads = replace(by_case.configuration, members=5, passes=1)
    other = replace(by_case.predictions, entropy=by_case.predictions.entropy[::-1], mean=by_case.predictions.mean[::-1])
    return by_case, replace(by_case, name="five-heads", experiment="ensemble", configuration=heads, predictions=other)


def test_a_run_has_the_ensemble_of_its_kind_beside_it_and_of_no_other(chosen: list[Chosen]) -> None:
    published, by_case = (run.run for run in chosen)
    ensemble = as_run(with_ensemble(by_case.record)[1])
    every = [published, by_case, ensemble]
    places = [run.name for run in every]
    assert [run.ensemble for run in runs_of(every, places)] == [None, ensemble, None]


def test_every_reason_to_defer_of_a_run_has_its_steps_and_the_ensemble_its_own(chosen: list[Chosen]) -> None:
    one, ensemble = (as_run(record) for record in with_ensemble(chosen[1].record))
    frame = frames.reasons(Chosen(0, one, ensemble), "abnormal")
    assert list(frame["reason"].unique()) == list(reasons.NAMES)
    for name in REASONS:
        alone = frames.coverage([Chosen(0, one)], "abnormal", name)
        assert frame.query("reason == @name")["risk"].tolist() == alone["risk"].tolist()
    of_heads = frames.coverage([Chosen(0, ensemble)], "abnormal", "entropy")
    assert frame.query("reason == @reasons.ENSEMBLE")["risk"].tolist() == of_heads["risk"].tolist()
    assert list(frames.reasons(Chosen(0, one), "abnormal")["reason"].unique()) == list(REASONS)


def test_probabilities_are_compared_before_and_after_calibration_and_with_the_ensemble(chosen: list[Chosen]) -> None:
    one, ensemble = (as_run(record) for record in with_ensemble(chosen[1].record))
    table = probability_table.frame([Chosen(0, one, ensemble), Chosen(1, ensemble)])
    assert list(table["Run"]) == ["**A**"] * 5 + ["**B**"] * 3
    assert list(table["Probability"]) == [
        "One pass without dropout",
        "Mean of 100 passes",
        "Mean of 100 passes, calibrated",
        "Ensemble: mean of 5 heads",
        "Ensemble: mean of 5 heads, calibrated",
        "First head alone",
        "Mean of 5 heads",
        "Mean of 5 heads, calibrated",
    ]
    abnormal = np.array(one.record.predictions.abnormal)
    for row, said in zip((0, 1, 2, 3), ("probability", "mean", "calibrated", "mean"), strict=True):
        of = (ensemble if row == 3 else one).record.predictions
        brier = ((np.array(getattr(of, said)) - abnormal) ** 2).mean()
        assert table["Brier"].iloc[row].startswith(f"{brier:.3f} (")


def flat(run: Record, *columns: Column) -> Record:
    """The run with one value for all pictures in some columns."""
    values: dict[str, Any] = dict.fromkeys(columns, (0.3,) * len(run.predictions.file))
    return replace(run, name=f"flat-{'-'.join(columns)}", predictions=replace(run.predictions, **values))


def test_where_every_picture_has_the_same_probability_nothing_is_ranked(chosen: list[Chosen]) -> None:
    run = as_run(flat(chosen[1].record, "calibrated"))
    plain, calibrated = (measured.of([run], by)[run.name] for by in ("probability", "calibrated"))
    assert not measured.tells_nothing(plain)
    assert measured.tells_nothing(calibrated)
    assert measured.text(calibrated["auc"]) == "-"
    table = runs_table.frame([run], {run.name: calibrated}, ())
    assert list(table["auc"]) == ["tells nothing"]
    panel = panels.roc([Chosen(0, run)], "calibrated")
    assert "tells nothing, every picture has the same probability" in panel.alt
    kinds = probability_table.frame([Chosen(0, run)])["Probability"]
    assert list(kinds)[1:] == ["Mean of 100 passes", "Mean of 100 passes, calibrated, the same for all"]
    orders = {reason.name: reason.orders for reason in reasons.every(Chosen(0, run))}
    assert orders == {name: name != "calibrated probability" for name in REASONS}


def test_there_is_no_gap_where_one_side_tells_nothing(chosen: list[Chosen]) -> None:
    published, by_case = (run.run for run in chosen)
    pair = published, as_run(flat(by_case.record, "calibrated"))
    judged: tuple[tuple[Column, bool], ...] = (("probability", True), ("calibrated", False))
    for by, telling in judged:
        frame = gaps.frame([pair], measured.of(pair, by), "sensitivity", by)
        assert list(frame["telling"]) == [telling] * 2
        assert list(frame["gap"].notna()) == [telling] * 2
    alt = leakage_view.panel([pair], measured.of(pair, "calibrated"), "sensitivity", "calibrated").alt
    assert alt.endswith("(source task weights): tells nothing.")


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


def test_the_trials_of_a_search_say_of_which_study_they_are() -> None:
    search = next(run for run in runs.every() if run.trials)
    first = frames.trials(search).iloc[0]
    assert first["run"] == label(search)
    names = ["edition", "origin", "split", "network", "weights"]
    assert list(first[names]) == ["simulated", "simulated data", "by case", "VGG16", "source task weights"]


def test_only_experiments_on_processed_data_with_both_splits_make_a_pair() -> None:
    several = [as_run(run) for run in runs.every() if run.experiment in ("table-5-1", "search")]
    pairs = gaps.pairs(several)
    processed = [title for title, _, _, data, _ in runs.ROWS if data == "processed"]
    assert len(pairs) == 4 * len(processed) < 4 * len(runs.ROWS)
    assert {published.record.title for published, _ in pairs} == set(processed)
    for published, by_case in pairs:
        assert (published.record.split, by_case.record.split) == ("as published", "by case")
        assert published.record.configuration == by_case.record.configuration
        assert published.record.edition == by_case.record.edition


@judged_by_each
def test_the_gap_is_the_figure_as_published_less_that_by_case(by: Column) -> None:
    pairs = gaps.pairs([as_run(run) for run in runs.some()[:2]])
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
