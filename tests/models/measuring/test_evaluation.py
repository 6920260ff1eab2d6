"""Judging labelled karyograms, and summing up what came of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from models.card import Card
from models.datasets.labels import LabelledPicture
from models.judging.calibration import at_prevalence
from models.judging.prediction import Prediction
from models.judging.triage import Finding, TriageOutcome
from models.judging.uncertainty import Label
from models.measuring.evaluation import JudgedPicture, judge, row
from models.measuring.report import report
from models.simulation.karyotypes.iscn import parse_karyotype
from tests.models.test_card import CARD
from tests.models.test_counts import numbers, sure
from tests.predictors import prediction

KARYOGRAMS = [
    ("P001_c1.png", "P001", "46,XX", 250),
    ("P001_c2.png", "P001", "46,XX", 245),
    ("P002_c1.png", "P002", "46,XX", 250),
    ("P003_c1.png", "P003", "47,XX,+21", 240),
    ("P005_c1.png", "P005", "47,XX,+21", 20),
    ("P005_c2.png", "P005", "46,XX", 60),
]
"""File, case, karyotype and grey of six pictures of four cases; the judge below misses one of two abnormal ones."""


@dataclass
class ByGrey:
    """A judge that takes a page for the more abnormal, the darker it is, and for a +21 if it is dark."""

    card: Card = CARD

    def predict(self, pages: Sequence[NDArray[np.uint8]], passes: int | None = None) -> list[Prediction]:
        return [self._judge(1.0 - float(page.mean()) / 255.0, passes or 10) for page in pages]

    def _judge(self, probability: float, passes: int) -> Prediction:
        probabilities = np.full(passes, probability, np.float32)
        dark = probability > 0.6
        findings = (Finding("21", "+21", 0.9),) if dark else ()
        copies = sure(numbers(c21=3 if dark else 2)).astype(np.float32)
        said = prediction(probabilities)
        return replace(said, findings=findings, miscounts=np.full(passes, 0.5, np.float32), copies=copies)


def evaluate(karyograms: Sequence[tuple[str, str, str, int]] = KARYOGRAMS) -> list[JudgedPicture]:
    labelled = []
    for file, case, iscn, grey in karyograms:
        karyotype = parse_karyotype(iscn)
        label = Label.ABNORMAL if karyotype.abnormal else Label.NORMAL
        labelled.append((LabelledPicture(file, case, label, karyotype), np.full((9, 9), grey, np.uint8)))
    return list(judge(ByGrey(), iter(labelled)))


def test_pictures_are_judged_in_their_order_however_many() -> None:
    judged = evaluate(KARYOGRAMS * 20)
    assert [item.picture.file for item in judged] == [file for file, *_ in KARYOGRAMS] * 20
    assert judged[4].prediction.findings
    assert not judged[5 + 6].prediction.findings or judged[5].prediction.findings


def test_the_report_says_what_was_missed() -> None:
    said = report(evaluate(), fitted=0.5, resamples=50)
    assert (said["n"], said["n_cases"], said["n_abnormal"]) == (6, 4, 2)
    assert said["confusion"] == {"tn": 3, "fp": 1, "fn": 1, "tp": 1}
    assert said["sensitivity"] == 0.5
    assert said["missed_abnormal"] == 1
    assert said["missed_abnormal_files"] == ["P003_c1.png"]
    assert said["screened_fraction"] == pytest.approx(4 / 6)
    assert said["screened_normal"] == pytest.approx(3 / 4)
    assert said["outcomes"] == {"screened_normal": 4, "flagged_abnormal": 2}
    assert said["flags_of_normal"] == {"voted_abnormal": 1}
    for name in ("auc", "average_precision", "specificity", "precision", "accuracy", "ece", "brier"):
        low, high = said[f"{name}_interval"]
        assert low <= said[name] <= high
    json.dumps(said, allow_nan=False)


def test_the_report_leads_with_what_triage_misses() -> None:
    names = list(report(evaluate(), fitted=0.5, resamples=5))
    assert names.index("triage_sensitivity") < names.index("sensitivity") < names.index("accuracy")


def test_probabilities_are_judged_at_the_share_of_abnormal_among_the_pictures() -> None:
    judged = evaluate()
    shown = np.array([item.prediction.measures.calibrated_probability for item in judged])
    truth = np.array([item.picture.label is Label.ABNORMAL for item in judged])
    moved = at_prevalence(shown, 0.5, 2 / 6)
    said = report(judged, fitted=0.5, resamples=5)
    assert said["brier"] == said["reliability"]["after"]["brier"] == pytest.approx(np.mean((moved - truth) ** 2))
    assert sum(part["n"] for part in said["reliability"]["before"]["bins"]) == 6


def test_the_report_counts_chromosomes() -> None:
    said = report(evaluate(), fitted=0.5, resamples=5)["copy_numbers"]
    # one of two +21 is counted right, and one of four normal karyograms is taken for one
    assert said["abnormal"]["by_chromosome"]["21"] == 0.5
    assert said["abnormal"]["by_chromosome"]["20"] == 1.0
    assert said["abnormal"]["autosomes"]["share"] == pytest.approx(43 / 44)
    assert said["normal"]["all_24"]["share"] == said["normal"]["by_chromosome"]["21"] == 0.75
    assert said["normal"]["findings"]["share"] == 0.25
    assert said["abnormal"]["x"]["n"] == 2
    low, high = said["abnormal"]["x"]["interval"]
    assert low < 0.5 < high == 1.0


def test_the_report_breaks_down_by_kind() -> None:
    (trisomy,) = report(evaluate(), fitted=0.5, resamples=5)["by_kind"]
    assert (trisomy["kind"], trisomy["n"], trisomy["flagged"], trisomy["named"]) == ("trisomy", 2, 0.5, 0.5)
    assert trisomy["auc"] == pytest.approx((4 + 3) / 8)
    assert trisomy["chance"] is True


def test_a_report_without_abnormal_ones_has_none_for_what_is_not_defined() -> None:
    said = report([item for item in evaluate() if item.picture.label is Label.NORMAL], fitted=0.5, resamples=5)
    assert said["sensitivity"] is None
    assert said["sensitivity_interval"] == [None, None]
    assert said["by_kind"] == []
    json.dumps(said, allow_nan=False)


def test_nothing_judged_is_no_report() -> None:
    with pytest.raises(ValueError, match="at least one picture"):
        report([], fitted=0.5)


def test_a_row_holds_everything() -> None:
    line = row(evaluate()[4])
    assert list(line)[:5] == ["file", "case_id", "label", "karyotype", "outcome"]
    assert line["outcome"] == TriageOutcome.FLAGGED_ABNORMAL
    assert (line["label"], line["voted_label"], line["findings"]) == ("abnormal", "abnormal", "+21")
    assert line["karyotype"] == "47,XX,+21"
    assert {"mean_probability", "pass_agreement", "predictive_entropy", "mutual_information"} <= set(line)
