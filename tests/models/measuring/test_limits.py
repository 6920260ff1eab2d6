"""The limits of the triage rule come from known truth: few that are counted wrong may pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.datasets.labels import LabelledPicture
from models.judging.calibration import Calibration
from models.judging.triage import Policy, TriageOutcome, triage
from models.judging.uncertainty import Label, measure
from models.measuring.evaluation import JudgedPicture
from models.measuring.limits import calibrated, choose_limits
from models.simulation.karyotypes.iscn import parse_karyotype
from tests.models.test_card import CARD
from tests.models.test_counts import numbers, sure
from tests.predictors import prediction


def passes(abnormal: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(0)
    centre = np.where(abnormal, rng.beta(4, 3, abnormal.size), rng.beta(2, 6, abnormal.size))
    return np.clip(centre[:, None] + rng.normal(0, 0.05, (abnormal.size, 50)), 0, 1)


def test_limits_let_few_abnormal_through() -> None:
    abnormal = np.repeat([True, False], 500)
    measures = [measure(row, Calibration()) for row in passes(abnormal)]
    policy, suspected = choose_limits(measures, np.full(1000, 0.5), abnormal, counted=abnormal)
    probability = np.array([said.calibrated_probability for said in measures])
    assert (probability[abnormal] <= policy.max_calibrated_probability).mean() <= 0.005
    assert suspected > 0.5
    assert policy.max_calibrated_probability < Policy().max_calibrated_probability
    assert policy.min_pass_agreement == 0.80
    assert 0 < policy.max_mutual_information < 0.2


def test_what_cannot_be_seen_sets_no_limit() -> None:
    """Structural changes that score as normal ones would otherwise send every karyogram to a person."""
    abnormal = np.repeat([True, False], 500)
    counted = abnormal & (np.arange(1000) < 250)
    measures, miscount = [measure(row, Calibration()) for row in passes(counted)], np.linspace(1, 0, 1000)
    kept = np.repeat([True, False, True], [250, 250, 500])
    truth = np.repeat([True, False], [250, 500])
    assert choose_limits(measures, miscount, abnormal, counted) == choose_limits(
        [said for said, is_kept in zip(measures, kept, strict=True) if is_kept], miscount[kept], truth, truth
    )


def test_sure_numbers_leave_the_probability_its_laxest_limit() -> None:
    """Probabilities that do not tell normal from abnormal, beside numbers that do: the numbers decide."""
    abnormal = np.repeat([True, False], 500)
    measures = [measure(row, Calibration()) for row in passes(np.zeros_like(abnormal))]
    miscount = np.where(abnormal, np.linspace(0.5, 1, 1000), np.linspace(0, 0.4, 1000))
    policy, suspected = choose_limits(measures, miscount, abnormal, counted=abnormal)
    assert policy.max_calibrated_probability == 0.21
    assert 0.4 < suspected < 0.51


@pytest.mark.parametrize(("abnormal", "counted"), [([True, True], [True, True]), ([True, False], [False, False])])
def test_limits_need_normal_and_counted_ones(abnormal: list[bool], counted: list[bool]) -> None:
    measures = [measure(np.array([0.5]), Calibration())] * 2
    with pytest.raises(ValueError, match="expected normal and counted karyograms"):
        choose_limits(measures, np.array([0.5, 0.5]), np.array(abnormal), np.array(counted))


def judged(number: int, abnormal: bool, raw: np.ndarray, miscount: float) -> JudgedPicture:
    copies = np.tile(sure(numbers()).astype(np.float32), (raw.size, 1, 1))
    copies[:, CHROMOSOMES.index("21"), 2:4] = 1 - miscount, miscount
    said = replace(prediction(raw), network_copies=copies, copies=copies.mean(axis=0))
    karyotype = parse_karyotype("47,XX,+21" if abnormal else "46,XX")
    label = Label.ABNORMAL if abnormal else Label.NORMAL
    picture = LabelledPicture(f"{number}.png", f"P{number}", label, karyotype)
    return JudgedPicture(picture, said, triage(True, said.measures, (), Policy()))


def test_a_network_that_guesses_weighs_nothing_beside_a_reader_that_counts() -> None:
    generator = np.random.default_rng(0)
    known = []
    for n, abnormal in enumerate([True, False] * 100):
        guess = judged(n, abnormal, np.full(5, 0.5), generator.uniform(0.1, 0.9))
        said = judged(n, abnormal, np.full(5, 0.5), generator.beta(*((8, 1) if abnormal else (1, 8)))).prediction
        known.append(replace(guess, prediction=replace(guess.prediction, reader_copies=said.network_copies)))
    assert calibrated(replace(CARD, reader_sha256="0" * 64), known).network_weight < 0.3
    assert calibrated(CARD, known).network_weight == 1.0


def test_a_calibrated_card_uses_what_the_findings_head_counts() -> None:
    """Passes that scatter around one half, and counts that are nearly right: the card must trust the counts."""
    generator = np.random.default_rng(0)
    known = [
        judged(n, abnormal, generator.uniform(0.3, 0.7, 20), generator.beta(*((8, 1) if abnormal else (1, 8))))
        for n, abnormal in enumerate([True, False] * 150)
    ]
    card = calibrated(CARD, known)
    assert card.calibration.miscount_slope > 0.5
    assert card.calibration.prevalence == 0.5
    assert card.findings == replace(CARD.findings, structural=0.05)  # nobody saw a change: the least limit
    assert replace(card, calibration=CARD.calibration, policy=CARD.policy, findings=CARD.findings) == CARD
    undecided = np.full(20, 0.5)
    shown = [measure(undecided, card.calibration, np.full(20, miscount)) for miscount in (0.99, 0.01)]
    assert [triage(True, said, (), card.policy).outcome for said in shown] == [
        TriageOutcome.FLAGGED_ABNORMAL,
        TriageOutcome.SCREENED_NORMAL,
    ]
