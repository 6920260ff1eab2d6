"""The rule by which an adapted model replaces its base: each condition can fail by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from models.adaptation.comparison import Judged, compare, log_losses
from models.datasets.labels import LabelledPicture
from models.judging.triage import Policy, triage
from models.judging.uncertainty import Label
from models.measuring.evaluation import JudgedPicture
from models.simulation.karyotypes.iscn import parse_karyotype
from tests.predictors import prediction

NORMAL, ABNORMAL = [False] * 30, [True] * 6
POLICY = Policy(max_calibrated_probability=0.3, max_mutual_information=1.0)


def judged(abnormal: Sequence[bool], probabilities: Sequence[float] | float) -> list[JudgedPicture]:
    """Karyograms of one case each, normal or with a trisomy, whose passes all say the same."""
    said = np.broadcast_to(np.asarray(probabilities, np.float32), len(abnormal))
    items = []
    for index, (truth, probability) in enumerate(zip(abnormal, said, strict=True)):
        passes = prediction(np.full(20, probability, np.float32))
        label = Label.ABNORMAL if truth else Label.NORMAL
        picture = LabelledPicture(str(index), str(index), label, parse_karyotype("47,XX,+21" if truth else "46,XX"))
        items.append(JudgedPicture(picture, passes, triage(True, passes.measures, (), POLICY)))
    return items


def model(site: float = 0.2, missed: int = 0, simulated: float = 0.9, abnormal: float = 0.8) -> Judged:
    """A model by the probability it gives to normal karyograms, how many abnormal ones it misses, and to simulated."""
    on_abnormal = [0.29] * missed + [abnormal] * (len(ABNORMAL) - missed)
    real = judged(NORMAL + ABNORMAL, [site] * len(NORMAL) + on_abnormal)
    drawn = judged([True] * 200, simulated)
    return Judged(real, drawn, drawn, fitted=0.5)


def failed(before: Judged, after: Judged) -> list[str]:
    return [check.words for check in compare(before, after) if not check.holds]


def test_a_surer_model_is_better() -> None:
    assert failed(model(site=0.2), model(site=0.1)) == []


def test_the_same_model_is_not_better() -> None:
    assert failed(model(), model()) == ["log-loss of the calibrated probability"]


def test_a_gain_by_chance_is_no_gain() -> None:
    mixed = judged(NORMAL, [0.05] * 8 + [0.24] * 22)
    after = Judged(mixed, model().simulated, model().moved, 0.5)
    before = Judged(judged(NORMAL, 0.2), model().simulated, model().moved, 0.5)
    first = compare(before, after)[0]
    assert first.after < first.before
    assert not first.holds


def test_one_more_missed_abnormal_is_too_many() -> None:
    assert failed(model(abnormal=0.31), model(site=0.1, missed=1, abnormal=0.99)) == [
        "abnormal karyograms screened (number)"
    ]


def test_fewer_screened_normal_ones_are_no_help() -> None:
    assert "normal karyograms screened" in failed(model(site=0.25), model(site=0.35))


def test_rare_changes_must_not_be_forgotten() -> None:
    forgetful = judged([True] * 200, [0.1] * 3 + [0.9] * 197)
    after = model(site=0.1)
    assert failed(model(), Judged(after.site, forgetful, after.moved, 0.5)) == [
        "simulated with a wrong number, flagged"
    ]
    assert failed(model(), Judged(after.site, after.simulated, forgetful, 0.5)) == [
        "the same in the look of the site, flagged"
    ]
    two = judged([True] * 200, [0.1] * 2 + [0.9] * 198)
    assert failed(model(), Judged(after.site, two, two, 0.5)) == []


def test_a_site_without_abnormal_karyograms_can_be_judged() -> None:
    drawn = model().simulated
    before, after = (Judged(judged(NORMAL, value), drawn, drawn, 0.5) for value in (0.2, 0.1))
    checks = compare(before, after)
    assert all(check.holds for check in checks)
    assert np.isnan(checks[1].change).all()


def test_log_losses_are_at_the_usual_share_of_abnormal_ones() -> None:
    odds = 0.2 / 0.8 * 0.05 / 0.95
    losses = log_losses(judged(NORMAL, 0.2), fitted=0.5)
    assert losses == pytest.approx(np.full(30, -np.log(1 / (1 + odds))), rel=1e-6)
