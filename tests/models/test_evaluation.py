"""Evaluation of a folder: the labels, the split, the report and the rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.card import Card
from models.evaluation import (
    EvaluationError,
    JudgedPicture,
    LabelledPicture,
    judge,
    read_labels,
    report,
    row,
    validation_cases,
)
from models.prediction import Prediction
from models.suggestion import Suggestion
from models.triage import Finding, TriageOutcome
from models.uncertainty import Calibration, Label, measure
from tests.models.test_card import CARD


@dataclass
class ByGrey:
    """A judge that takes a page for the more abnormal, the darker it is."""

    card: Card = CARD

    def predict(self, pages: Sequence[NDArray[np.uint8]], passes: int | None = None) -> list[Prediction]:
        return [self._judge(1.0 - float(page.mean()) / 255.0, passes or 10) for page in pages]

    def _judge(self, probability: float, passes: int) -> Prediction:
        probabilities = np.full(passes, probability, np.float32)
        findings = (Finding("21", "+21", 0.9),) if probability > 0.6 else ()
        return Prediction(True, (), measure(probabilities, Calibration()), findings, Suggestion(None), probabilities)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of four cases: two abnormal, of which the judge misses one."""
    rows = [
        ("P001_c1", "normal", 250),
        ("P001_c2", "normal", 245),
        ("P002_c1", "normal", 250),
        ("P003_c1", "abnormal", 240),
        ("P005_c1", "abnormal", 20),
        ("P005_c2", "Normal ", 60),
    ]
    lines = ["file,case_id,label,karyotype"]
    for name, label, grey in rows:
        border = np.full((120, 140), 255, np.uint8)  # a dark page would be turned round without a light border
        border[10:-10, 10:-10] = grey
        Image.fromarray(border).save(tmp_path / f"{name}.png")
        lines.append(f"{name}.png,{name[:4]},{label},")
    (tmp_path / "labels.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    return tmp_path


def evaluate(folder: Path) -> list[JudgedPicture]:
    return list(judge(ByGrey(), folder, read_labels(folder)))


def test_labels_are_read(folder: Path) -> None:
    labelled = read_labels(folder)
    assert labelled[3] == LabelledPicture("P003_c1.png", "P003", Label.ABNORMAL)
    assert [item.label.value for item in labelled].count("normal") == 4


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "missing: file, case_id, label"),
        ("file,case_id\nP001_c1.png,P001\n", "missing: label"),
        ("file,case_id,label\n", "must have at least one row"),
        ("file,case_id,label\nP001_c1.png,P001,odd\n", "line 2: label must be normal or abnormal, got 'odd'"),
        ("file,case_id,label\nP001_c1.png,,normal\n", "line 2: file and case_id must not be empty"),
        ("file,case_id,label\nP001_c1.png\n", "line 2: file and case_id must not be empty"),
        ("file,case_id,label\n" + "P001_c1.png,P001,normal\n" * 2, "found twice: P001_c1.png"),
        ("file,case_id,label\nabsent.png,P001,normal\n", "pictures that are not there: absent.png"),
    ],
)
def test_wrong_labels_are_named(folder: Path, text: str, fault: str) -> None:
    (folder / "labels.csv").write_text(text)
    with pytest.raises(EvaluationError, match=fault):
        read_labels(folder)


def test_a_folder_without_labels_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(EvaluationError, match=r"must be a folder with labels\.csv, found none"):
            read_labels(folder)


def test_validation_cases_follow_the_rule_on_the_card(folder: Path) -> None:
    kept = validation_cases(read_labels(folder), CARD)
    assert [item.file for item in kept] == ["P002_c1.png", "P005_c1.png", "P005_c2.png"]


@pytest.mark.parametrize(
    ("training", "fault"),
    [
        ({}, "must have a training.validation_rule, got None"),
        ({"validation_rule": {"modulo": 3}}, "cannot be told: .*modulo"),
        ({"validation_rule": {"modulus": 1000, "remainder": 999}}, "no case of 6 pictures is a validation case"),
    ],
)
def test_a_card_without_a_usable_rule_is_refused(folder: Path, training: dict[str, object], fault: str) -> None:
    with pytest.raises(EvaluationError, match=fault):
        validation_cases(read_labels(folder), replace(CARD, training=training))


def test_the_report_says_what_was_missed(folder: Path) -> None:
    said = report(evaluate(folder), resamples=50)
    assert (said["n"], said["n_cases"], said["n_abnormal"]) == (6, 4, 2)
    assert said["confusion"] == {"tn": 3, "fp": 1, "fn": 1, "tp": 1}
    assert said["sensitivity"] == 0.5
    assert said["missed_abnormal"] == 1
    assert said["missed_abnormal_files"] == ["P003_c1.png"]
    assert said["screened_fraction"] == pytest.approx(4 / 6)
    assert said["outcomes"] == {"screened_normal": 4, "flagged_abnormal": 2}
    for name in ("auc", "average_precision", "specificity", "precision", "accuracy", "ece", "brier"):
        low, high = said[f"{name}_interval"]
        assert low <= said[name] <= high
    json.dumps(said, allow_nan=False)


def test_a_report_without_abnormal_ones_has_none_for_what_is_not_defined(folder: Path) -> None:
    said = report([item for item in evaluate(folder) if item.picture.label is Label.NORMAL], resamples=5)
    assert said["sensitivity"] is None
    assert said["sensitivity_interval"] == [None, None]
    json.dumps(said, allow_nan=False)


def test_nothing_judged_is_no_report() -> None:
    with pytest.raises(EvaluationError, match="at least one picture"):
        report([])


def test_a_row_holds_everything(folder: Path) -> None:
    line = row(evaluate(folder)[4])
    assert list(line)[:4] == ["file", "case_id", "label", "outcome"]
    assert line["outcome"] == TriageOutcome.FLAGGED_ABNORMAL
    assert (line["label"], line["voted_label"], line["findings"]) == ("abnormal", "abnormal", "+21")
    assert {"mean_probability", "pass_agreement", "predictive_entropy", "mutual_information"} <= set(line)


def test_a_picture_that_is_none_is_named(folder: Path) -> None:
    (folder / "P002_c1.png").write_bytes(b"no picture")
    with pytest.raises(EvaluationError, match=r"P002_c1\.png: expected a PNG"):
        evaluate(folder)


def test_a_file_of_two_pages_has_no_one_label(folder: Path) -> None:
    page = Image.fromarray(np.full((120, 120), 255, np.uint8))
    page.save(folder / "P002_c1.png", "TIFF", save_all=True, append_images=[page])
    with pytest.raises(EvaluationError, match="must have one page, because it has one label, found 2"):
        evaluate(folder)
