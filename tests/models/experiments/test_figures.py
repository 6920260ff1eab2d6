from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.experiments.figures import (
    at_passes,
    confusion,
    figures,
    gap,
    outcomes,
    pass_agreement,
    precision_recall_curve,
    reliability_of,
    roc_curve,
    votes_abnormal,
)
from models.experiments.record import ByPasses, Predictions
from models.experiments.verdicts import by_passes
from models.measuring.intervals import intervals
from models.measuring.metrics import area_under_curve, average_precision, expected_calibration_error
from tests.models.experiments.records import made_up

SAID = made_up().predictions


def drawn(seed: int, cases: int = 60, copies: int = 1, shift: float = 1.5) -> Predictions:
    """Predictions that know something: normal ones around -shift/2 in log odds, abnormal ones around shift/2."""
    rng = np.random.default_rng(seed)
    abnormal = np.repeat(np.arange(cases) % 2, copies)
    odds = (abnormal - 0.5) * shift + np.repeat(rng.normal(size=cases), copies)
    score = tuple(float(round(value, 5)) for value in 1 / (1 + np.exp(-odds)))
    length = cases * copies
    return Predictions(
        file=tuple(f"f{index}" for index in range(length)),
        case_id=tuple(f"P{index // copies}" for index in range(length)),
        abnormal=tuple(map(int, abnormal)),
        probability=score,
        mean=score,
        agreement=tuple(max(value, 1 - value) for value in score),
        entropy=(0.1,) * length,
        mutual_information=(0.01,) * length,
        calibrated=score,
    )


def test_figures_are_those_counted_by_hand() -> None:
    values = {name: figure.value for name, figure in figures(SAID).items()}
    assert next(iter(values)) == "sensitivity"
    expected = {
        "sensitivity": 2 / 3,
        "specificity": 2 / 3,
        "precision": 2 / 3,
        "accuracy": 4 / 6,
        "auc": 8 / 9,
        "average_precision": (1 + 1 + 3 / 4) / 3,
        "brier": (0.01 + 0.04 + 0.36 + 0.01 + 0.04 + 0.36) / 6,
        "nll": -np.log([0.9, 0.8, 0.4, 0.9, 0.8, 0.4]).sum() / 6,
        "triage_sensitivity": 1.0,  # the missed one agrees by 60 % only, and goes to a person
        "screened_normal": 2 / 3,
        "screened_fraction": 2 / 6,
    }
    assert {name: values[name] for name in expected} == pytest.approx(expected)
    assert confusion(SAID) == {"tn": 2, "fp": 1, "fn": 1, "tp": 2}


def test_another_column_gives_other_figures() -> None:
    assert figures(SAID, "calibrated")["specificity"].value == pytest.approx(2 / 3)
    assert figures(SAID, "calibrated")["brier"].value != figures(SAID)["brier"].value


def test_by_the_calibrated_probability_who_is_screened_is_normal_for_80_percent() -> None:
    said = replace(SAID, calibrated=(0.2, 0.15, 0.21, 0.9, 0.1, 0.6), agreement=(0.5, 0.5, 1.0, 1.0, 0.5, 1.0))
    assert outcomes(said, "calibrated").screened.tolist() == [True, True, False, False, True, False]
    found = figures(said, "calibrated")
    assert found["screened_normal"].value == pytest.approx(2 / 3)
    assert found["triage_sensitivity"].value == pytest.approx(2 / 3)
    assert outcomes(said).screened.tolist() == [False] * 5 + [True]  # the votes of the passes, as in the thesis


def most_against_the_mean() -> Predictions:
    """The made-up run; in its first three pictures most passes, or half of them, vote against the label of the mean."""
    one_loud = [0.95, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.45, 0.95]  # mean 0.55, 2 of 10 vote abnormal
    most_weak = [0.55, 0.55, 0.55, 0.55, 0.55, 0.55, 0.55, 0.01, 0.01, 0.01]  # mean 0.388, 7 of 10 do
    half = [0.6, 0.6, 0.6, 0.6, 0.6, 0.1, 0.1, 0.1, 0.1, 0.1]  # mean 0.35, 5 of 10 do
    alike = [[level] * 10 for level in (0.9, 0.8, 0.45)]
    columns = by_passes(np.array([one_loud, most_weak, half, *alike]))
    return at_passes(replace(made_up(), experiment="confidence", by_passes=(columns,)), 10)


def test_by_the_passes_the_label_is_the_one_most_vote_for_and_a_tie_is_abnormal() -> None:
    said = most_against_the_mean()
    assert said.agreement == (0.2, 0.3, 0.5, 1.0, 1.0, 1.0)  # with the label of the mean
    assert votes_abnormal(said).tolist() == [0.2, 0.7, 0.5, 1.0, 1.0, 0.0]
    assert pass_agreement(said).tolist() == [0.8, 0.7, 0.5, 1.0, 1.0, 1.0]
    assert outcomes(said, "mean").voted.tolist() == [False, True, True, True, True, False]
    assert figures(said, "mean")["specificity"].value == pytest.approx(1 / 3)
    assert figures(said, "mean")["auc"].value == pytest.approx(8 / 9)  # ranks are those of the mean


def test_a_picture_is_screened_only_where_80_percent_of_the_passes_vote_normal() -> None:
    said = most_against_the_mean()
    assert outcomes(said, "mean").screened.tolist() == [True, False, False, False, False, True]
    called_normal = replace(said, probability=(0.4,) * 6)
    assert outcomes(called_normal).screened.tolist() == [True, False, False, False, False, True]


def test_intervals_are_those_of_the_reports_where_both_have_one() -> None:
    said = drawn(1)
    theirs, ours = intervals(outcomes(said), resamples=400), figures(said, resamples=400)
    for name in ("sensitivity", "specificity", "accuracy", "auc", "average_precision", "ece", "brier"):
        assert (ours[name].low, ours[name].high) == pytest.approx(theirs[name]), name
        assert ours[name].low <= ours[name].value <= ours[name].high or name == "ece"


def test_copies_of_a_case_make_an_interval_no_narrower() -> None:
    one, many = figures(drawn(2))["auc"], figures(drawn(2, copies=5))["auc"]
    assert many.value == pytest.approx(one.value)
    assert many.high - many.low == pytest.approx(one.high - one.low, rel=0.05)


def test_being_always_right_is_no_certainty() -> None:
    found = figures(drawn(3, cases=20, shift=40.0))
    for name in ("sensitivity", "specificity", "precision", "accuracy", "auc"):
        assert found[name].value == 1.0
        assert found[name].low < 0.95, name


def test_what_is_not_defined_is_nan() -> None:
    nothing_called = replace(SAID, probability=(0.1,) * 6)
    precision = figures(nothing_called)["precision"]
    assert np.isnan([precision.value, precision.low, precision.high]).all()


def test_curves_pass_through_the_figures_and_tell_their_thresholds() -> None:
    roc, recalls = roc_curve(SAID), precision_recall_curve(SAID)
    assert [(point.threshold, point.x, point.y) for point in roc[:3]] == [
        (float("inf"), 0, 0),
        (0.9, 0, pytest.approx(1 / 3)),
        (0.8, 0, pytest.approx(2 / 3)),
    ]
    assert (roc[-1].x, roc[-1].y) == (1, 1)
    area = np.trapezoid([point.y for point in roc], [point.x for point in roc])
    assert area == pytest.approx(figures(SAID)["auc"].value)
    at_half = next(point for point in recalls if point.threshold == 0.6)
    assert (at_half.x, at_half.y) == pytest.approx((2 / 3, 2 / 3))


def test_reliability_has_intervals_by_case() -> None:
    found = reliability_of(drawn(4), bins=5)
    assert sum(bin_.n for bin_ in found.bins) == 60
    assert all(bin_.interval[0] <= bin_.abnormal <= bin_.interval[1] for bin_ in found.bins)


def test_a_gap_is_the_difference_with_its_interval() -> None:
    better, worse = drawn(5, shift=3.0), drawn(6, shift=0.0)
    found = gap(better, worse)["auc"]
    assert found.value == pytest.approx(figures(better)["auc"].value - figures(worse)["auc"].value)
    assert 0 < found.low < found.value < found.high
    same = gap(better, better)["auc"]
    assert same.low < 0 == same.value < same.high


def test_fewer_passes_replace_the_columns_of_the_passes_alone() -> None:
    ten = ByPasses(10, SAID.calibrated, SAID.agreement, SAID.entropy, SAID.mutual_information)
    record = replace(made_up(), experiment="confidence", by_passes=(ten,))
    assert at_passes(record, 10).mean == SAID.calibrated
    assert at_passes(record, 10).probability == SAID.probability
    with pytest.raises(KeyError):
        at_passes(record, 20)


def test_a_row_of_weights_counts_as_repeated_pictures() -> None:
    """The figures of a resample are those of the pictures written out as often as they were drawn."""
    table = outcomes(drawn(7))
    counts = np.random.default_rng(0).integers(0, 3, size=table.score.size)
    abnormal, score = np.repeat(table.abnormal, counts), np.repeat(table.score, counts)
    for compute in (area_under_curve, average_precision, expected_calibration_error):
        weighted = compute(table.abnormal, table.score, counts.astype(np.float64))
        assert weighted == pytest.approx(compute(abnormal, score, np.ones(score.size)))
