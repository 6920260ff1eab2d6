"""The charts of the comparison are functions of their data: what is drawn is read from their specification."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from dashboard.comparison import confusion, curves, leakage, looks, passes, probabilities, reasons, search, training
from dashboard.comparison.confusion import KINDS
from dashboard.comparison.drawing import AnyChart
from dashboard.comparison.leakage import BY_CASE, PUBLISHED


def layers(chart: AnyChart) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Each layer of a chart with the rows that it draws."""
    specification = chart.to_dict()
    data = specification["datasets"]
    shared = specification.get("data")
    return [(layer, data[layer.get("data", shared)["name"]]) for layer in specification["layer"]]


def tooltips(chart: AnyChart) -> set[str]:
    found = [layer["encoding"].get("tooltip", []) for layer, _ in layers(chart)]
    return {line["field"] for lines in found for line in lines}


def subtitle(chart: AnyChart) -> str:
    return " ".join(chart.to_dict()["title"]["subtitle"])


MADE = {"split": "by case", "network": "VGG16", "weights": "source task weights"}
ORIGINS = {"A": "simulated data", "C": "real chromosomes, 24 of 30 test pictures recombined"}


def runs(rows: pd.DataFrame, letters: str = "AC") -> pd.DataFrame:
    """The same rows for several runs."""
    frames = [
        rows.assign(letter=letter, run=f"run {letter}", origin=ORIGINS[letter], judged_by="calibrated", **MADE)
        for letter in letters
    ]
    return pd.concat(frames, ignore_index=True)


def curve() -> pd.DataFrame:
    return runs(
        pd.DataFrame(
            {
                "place": [0, 1, 2],
                "threshold": [float("inf"), 0.5, 0.1],
                "sensitivity": [0.0, 0.75, 1.0],
                "false_alarms": [0.0, 0.1, 1.0],
                "precision": [None, 0.9, 0.4],
                "used": [False, True, False],
            }
        )
    )


def bins() -> pd.DataFrame:
    return runs(
        pd.DataFrame({"mean": [0.1, 0.9], "abnormal": [0.0, 1.0], "low": [0, 0.7], "high": [0.3, 1], "n": [9, 8]})
    )


def cells() -> pd.DataFrame:
    return runs(pd.DataFrame({"kind": list(KINDS), "count": [7, 1, 2, 19], "share": [0.875, 0.125, 0.095, 0.905]}))


def epochs() -> pd.DataFrame:
    metrics = {"loss": 0.3, "auc": 0.9, "precision": 0.8, "recall": 0.7}
    return runs(pd.DataFrame([{"epoch": e, "part": p, **metrics} for e in (1, 2) for p in ("training", "validation")]))


def steps() -> pd.DataFrame:
    return runs(pd.DataFrame({"coverage": [0.5, 1.0], "risk": [0.0, 0.25]}))


def moving() -> pd.DataFrame:
    rows = [(t, name, 0.8, 0.6, 0.9) for name in passes.FIGURES for t in (10, 1000)]
    return runs(pd.DataFrame(rows, columns=["passes", "figure", "value", "low", "high"]))


def complete() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "origin": "simulated data",
            **MADE,
            "number": [0, 1, 4],
            "learning_rate": [1e-4, 1e-3, 1e-2],
            "batch_size": [8, 32, 32],
            "val_loss": [0.4, 0.2, 0.6],
            "val_accuracy": [0.8, 0.95, 0.7],
        }
    )


def both_splits() -> pd.DataFrame:
    rows = [
        ("processed data on VGG16", PUBLISHED, 0.95, 0.8, 1.0, 0.2),
        ("processed data on VGG16", BY_CASE, 0.75, 0.5, 0.9, 0.2),
    ]
    frame = pd.DataFrame(rows, columns=["title", "split", "figure", "low", "high", "gap"])
    return frame.assign(origin=ORIGINS["A"], judged_by="calibrated", gap_low=0.05, gap_high=0.4, telling=True)


def of_runs() -> Iterator[AnyChart]:
    """Every chart of the chosen runs."""
    yield curves.roc(curve())
    yield curves.precision_recall(curve())
    yield confusion.matrices(cells())
    yield training.curves(epochs(), "loss")
    yield probabilities.reliability(bins())
    yield probabilities.risk_coverage(steps(), "abnormal", "pass agreement")
    yield from (passes.by_passes(moving(), figure) for figure in passes.FIGURES)


def test_every_chart_says_where_its_data_come_from() -> None:
    for chart in of_runs():
        assert subtitle(chart).startswith("Simulated data: A Real chromosomes, 24 of 30 test pictures recombined: C")
    assert subtitle(search.trials(complete(), "batch_size", "")).startswith("Simulated data")
    assert subtitle(leakage.gap(both_splits(), "auc")).startswith("Simulated data")


def test_a_chart_with_a_threshold_says_by_what_is_judged() -> None:
    for chart in (curves.roc(curve()), confusion.matrices(cells()), leakage.gap(both_splits(), "auc")):
        assert "Judged by the probability calibrated on the validation side" in subtitle(chart)


def test_every_chart_of_runs_draws_them_in_their_colours_and_names_them_in_its_tooltips() -> None:
    for chart in of_runs():
        channels = [layer["encoding"] for layer, _ in layers(chart)]
        coloured = {channel[name].get("field") for channel in channels for name in ("color", "fill") if name in channel}
        assert coloured & {"letter", "colour"}
        assert {"letter", "run"} <= tooltips(chart)


def test_every_axis_has_a_title_with_its_unit() -> None:
    for chart in [*of_runs(), search.trials(complete(), "learning_rate", ""), leakage.gap(both_splits(), "auc")]:
        axes = [layer["encoding"][name] for layer, _ in layers(chart) for name in "xy" if name in layer["encoding"]]
        titles = [str(axis.get("title", "")) for axis in axes if axis.get("axis", ()) is not None]
        formats = [str((axis.get("axis") or {}).get("format", "")) for axis in axes]
        assert titles == [] or any(titles)
        assert titles == [] or any("%" in text for text in formats) or any("(nats)" in text for text in titles)


def test_a_curve_tells_the_threshold_of_each_point_and_marks_the_one_that_labels() -> None:
    chart = curves.roc(curve())
    assert {"at", "sensitivity", "false_alarms", "precision"} <= tooltips(chart)
    marked = [rows for layer, rows in layers(chart) if "shape" in layer["encoding"]]
    assert [(row["letter"], row["threshold"]) for row in marked[0]] == [("A", 0.5), ("C", 0.5)]
    answering = next(rows for layer, rows in layers(chart) if "tooltip" in layer["encoding"])
    assert [row["at"] for row in answering[:3]] == ["above all", "0.500", "0.100"]


def test_a_precision_is_not_drawn_where_nothing_is_called_abnormal() -> None:
    drawn = layers(curves.precision_recall(curve()))[0][1]
    assert [row["threshold"] for row in drawn] == [0.5, 0.1] * 2


def test_a_confusion_matrix_has_abnormal_above_and_its_errors_beside_the_diagonal() -> None:
    drawn = {(row["letter"], row["kind"]): row for row in layers(confusion.matrices(cells()))[0][1]}
    assert len(drawn) == 8
    assert drawn["A", "found"]["top"] < drawn["A", "cleared"]["top"]
    assert drawn["A", "found"]["left"] < drawn["A", "missed"]["left"]
    assert drawn["A", "missed"]["right"] < drawn["C", "found"]["left"]
    assert drawn["C", "found"]["text"] == "88 % found"


def test_errors_turn_red_as_their_share_grows_and_what_is_right_turns_blue() -> None:
    def colour(kind: str, share: float) -> tuple[int, ...]:
        frame = cells().assign(share=0.0)
        frame.loc[frame["kind"] == kind, "share"] = share
        drawn = next(row for row in layers(confusion.matrices(frame))[0][1] if row["kind"] == kind)
        return tuple(int(drawn["colour"][at : at + 2], 16) for at in (1, 3, 5))

    grey, redder, reddest = (colour("missed", share) for share in (0.0, 0.2, 1.0))
    assert grey[0] < redder[0] < reddest[0]
    assert grey[2] > redder[2] > reddest[2]
    chance, bluer = colour("found", 0.5), colour("found", 1.0)
    assert chance == grey
    assert bluer[2] > chance[2] > bluer[0]


def test_training_and_validation_are_told_by_the_strength_of_their_lines() -> None:
    line = layers(training.curves(epochs(), "auc"))[0][0]["encoding"]
    for channel in ("strokeWidth", "opacity"):
        assert line[channel]["field"] == "part"
        assert line[channel]["scale"]["domain"] == ["validation", "training"]
        assert line[channel]["scale"]["range"][0] > line[channel]["scale"]["range"][1]


def test_a_share_of_abnormal_is_drawn_with_its_interval() -> None:
    whiskers = [rows for layer, rows in layers(probabilities.reliability(bins())) if layer["mark"]["type"] == "rule"]
    assert [(row["low"], row["high"]) for row in whiskers[0]] == [(0, 0.3), (0.7, 1)] * 2


def test_trials_are_coloured_by_accuracy_and_the_best_one_is_ringed() -> None:
    chart = search.trials(complete(), "learning_rate", "2 of 5 trials failed and are left out")
    (points, rows), (ring, _) = layers(chart)
    assert points["encoding"]["color"]["field"] == "val_accuracy"
    assert [row["number"] for row in rows] == [0, 1, 4]
    assert ring["transform"] == [{"filter": {"field": "number", "oneOf": [1]}}]
    assert "2 of 5 trials failed" in subtitle(chart)


def test_a_search_says_how_its_study_was_made() -> None:
    below = search.trials(complete(), "batch_size", "").to_dict()["title"]["subtitle"]
    assert below[:2] == ["Simulated data", "By case · VGG16 · source task weights"]


@pytest.mark.parametrize(("figure", "gap", "told"), [("sensitivity", 0.2, "+20 points"), ("auc", float("nan"), "")])
def test_the_gap_between_the_splits_stands_at_the_end_of_the_row(figure: str, gap: float, told: str) -> None:
    numbers = layers(leakage.gap(both_splits().assign(gap=gap), figure))[-1][1]
    assert [row["text"] for row in numbers] == [told]


def test_no_gap_is_told_where_a_run_tells_nothing() -> None:
    numbers = layers(leakage.gap(both_splits().assign(telling=False), "sensitivity"))[-1][1]
    assert [row["text"] for row in numbers] == ["tells nothing"]


def test_two_origins_stand_below_each_other_with_their_splits() -> None:
    frame = both_splits().assign(origin=["real chromosomes, 117 of 139 test pictures recombined", ORIGINS["C"]])
    assert leakage.gap(frame, "auc").to_dict()["title"]["subtitle"][:2] == [
        "Real chromosomes, 117 of 139 test pictures recombined: as published",
        "Real chromosomes, 24 of 30 test pictures recombined: by case",
    ]


def by_reason() -> pd.DataFrame:
    parts = [steps().query("letter == 'C'").assign(reason=name) for name in reasons.NAMES]
    return pd.concat(parts, ignore_index=True)


def test_reasons_of_one_run_are_told_apart_and_say_of_which_run_they_are() -> None:
    chart = probabilities.reasons(by_reason(), "abnormal")
    line = layers(chart)[0][0]["encoding"]
    for channel in ("color", "strokeDash"):
        assert line[channel]["field"] == "reason"
        assert line[channel]["scale"]["domain"] == list(reasons.NAMES)
        assert len({str(look) for look in line[channel]["scale"]["range"]}) == len(reasons.NAMES)
    assert {"letter", "run", "reason", "coverage", "risk"} <= tooltips(chart)
    assert "Run C · by case · VGG16 · source task weights" in subtitle(chart)


def test_a_reason_keeps_its_look_where_another_is_missing() -> None:
    alone = by_reason().query("reason == 'entropy'")
    scale = layers(probabilities.reasons(alone, "normal"))[0][0]["encoding"]["color"]["scale"]
    assert scale == {"domain": ["entropy"], "range": [looks.REASONS[reasons.NAMES.index("entropy")][0]]}


def test_the_area_below_a_line_of_risk_and_coverage_is_its_mean_risk() -> None:
    """Where a reason tells nothing apart there is one point, and it must be seen too."""
    one = runs(pd.DataFrame({"coverage": [1.0], "risk": [0.3]}))
    drawn = layers(probabilities.risk_coverage(one, "abnormal", "entropy"))[0][1]
    assert [(row["letter"], row["coverage"], row["risk"]) for row in drawn] == [
        ("A", 0.0, 0.3),
        ("C", 0.0, 0.3),
        ("A", 1.0, 0.3),
        ("C", 1.0, 0.3),
    ]


def test_the_axis_of_risk_has_some_height_where_there_is_no_risk() -> None:
    for risk, end in ((0.0, 0.1), (0.4, 0.4)):
        chart = probabilities.risk_coverage(steps().assign(risk=risk), "normal", "entropy")
        assert layers(chart)[0][0]["encoding"]["y"]["scale"]["domain"] == [0, end]


def test_a_calibration_error_is_not_drawn_on_the_scale_of_a_share() -> None:
    scales = {
        figure: [layer["encoding"]["y"]["scale"] for layer, _ in layers(passes.by_passes(moving(), figure))[:2]]
        for figure in ("ece", "auc")
    }
    assert all("domain" not in scale for scale in scales["ece"])
    assert all(scale["domain"] == [0, 1] for scale in scales["auc"])


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="frame must have the columns"):
        curves.roc(pd.DataFrame({"letter": ["A"]}))
    with pytest.raises(ValueError, match="at least one row"):
        confusion.matrices(cells().head(0))
