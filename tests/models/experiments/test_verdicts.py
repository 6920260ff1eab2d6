from __future__ import annotations

import numpy as np
import pytest

from models.experiments.verdicts import by_passes, calibration_of, predictions
from models.judging.calibration import Calibration

PASSES = np.array([[0.9, 0.8, 0.7, 0.2], [0.1, 0.1, 0.1, 0.1], [0.45, 0.45, 0.45, 0.9]])


def test_columns_are_those_of_the_passes() -> None:
    said = by_passes(PASSES)
    assert said.passes == 4
    assert said.mean == (0.65, 0.1, 0.5625)
    # three of the last four passes vote normal, the mean calls it abnormal: one agrees
    assert said.agreement == (0.75, 1.0, 0.25)
    assert said.entropy[1] == pytest.approx(-0.1 * np.log(0.1) - 0.9 * np.log(0.9), abs=1e-5)
    assert said.mutual_information[1] == 0.0
    assert said.mutual_information[0] > 0.05


def test_a_single_pass_is_certain_of_itself() -> None:
    assert by_passes(PASSES[:, :1]).agreement == (1.0, 1.0, 1.0)


def test_calibration_turns_overconfidence_down() -> None:
    rng = np.random.default_rng(0)
    abnormal = rng.random(400) < 0.5
    right = np.where(rng.random(400) < 0.7, abnormal, ~abnormal)  # right in 70 of 100, and 99 % sure
    passes = np.where(right, 0.99, 0.01)[:, None].repeat(5, axis=1)
    found = calibration_of(passes, abnormal).apply(np.array([0.99, 0.01]))
    np.testing.assert_allclose(found, [0.7, 0.3], atol=0.06)


def test_predictions_hold_truth_and_names() -> None:
    said = predictions(
        ("a", "b", "c"),
        ("P1", "P1", "P2"),
        np.array([True, False, False]),
        probability=np.array([0.7, 0.123456, 0.4], np.float32),
        passes=PASSES,
        calibration=Calibration(),
    )
    assert said.file == ("a", "b", "c")
    assert said.abnormal == (1, 0, 0)
    assert said.probability == (0.7, 0.12346, 0.4)
    assert said.calibrated == said.mean
