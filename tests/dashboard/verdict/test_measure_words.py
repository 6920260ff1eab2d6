"""The measures of a verdict as a reader sees them."""

from __future__ import annotations

from dashboard.verdict import measure_words
from models.judging.triage import Policy
from tests import records
from tests.dashboard.wording.test_words import KARYOGRAM


def test_pass_agreement_is_never_told_without_its_interval() -> None:
    measures = records.verdict(KARYOGRAM).measures
    assert measure_words.agreement_with_interval(measures) == "66.7 % (95 % interval 30.0 to 100.0 %)"
    rows = {row.name: row for row in measure_words.rows(measures, Policy())}
    assert "interval" in rows["Pass agreement"].figure


def test_all_measures_are_told_with_their_limits() -> None:
    rows = {row.name: row for row in measure_words.rows(records.verdict(KARYOGRAM).measures, Policy())}
    assert next(iter(rows)) == "Calibrated probability of abnormal"
    assert rows["Calibrated probability of abnormal"].figure == "40 %"
    assert rows["Calibrated probability of abnormal"].limit == "≤ 30 %"
    assert rows["Votes for abnormal"].figure == "1 of 3"
    assert rows["Pass agreement"].limit == "≥ 80 %"
    assert rows["Mean probability of abnormal"].figure == "33.3 %"
    assert rows["Standard deviation"].figure == "0.000"
    assert rows["Predictive entropy"].figure == "0.918 bits"
    assert (rows["Mutual information"].figure, rows["Mutual information"].limit) == ("0.100 bits", "≤ 0.100 bits")
    assert all(row.meaning for row in rows.values())
