"""The measures of a verdict in plain words, each with its figure, its limit and what it says. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.wording.words import bits, percent
from models.judging.triage import Policy
from models.judging.uncertainty import Measures


def agreement_with_interval(measures: Measures) -> str:
    """Pass agreement, always with its interval, because it is never shown alone."""
    return f"{percent(measures.pass_agreement)} ({interval(measures)})"


def interval(measures: Measures) -> str:
    """The Wilson interval of the pass agreement."""
    return f"95 % interval {100 * measures.agreement_low:.1f} to {100 * measures.agreement_high:.1f} %"


@dataclass(frozen=True)
class MeasureWords:
    """One measure of a verdict as a row on screen: its name, its figure, the limit if it has one, and what it says."""

    name: str
    figure: str
    limit: str
    meaning: str


def rows(measures: Measures, policy: Policy) -> list[MeasureWords]:
    """All measures of a verdict in plain words; the calibrated probability of abnormal leads."""
    return [
        MeasureWords(
            "Calibrated probability of abnormal",
            percent(measures.calibrated_probability),
            f"≤ {percent(policy.max_calibrated_probability)}",
            "Where half of all karyograms are abnormal, this share of those with this figure is; in a laboratory with "
            "fewer abnormal ones it is less. Learned from validation cases.",
        ),
        MeasureWords(
            "Votes for abnormal",
            f"{measures.votes_abnormal} of {measures.passes}",
            "",
            "How many passes, that is sub-networks, see an abnormal karyogram.",
        ),
        MeasureWords(
            "Pass agreement",
            agreement_with_interval(measures),
            f"≥ {percent(policy.min_pass_agreement)}",
            "The share of passes behind the winning label. It can be 100 % even when every pass is barely decided, "
            "so read it with the probability.",
        ),
        MeasureWords(
            "Mean probability of abnormal",
            percent(measures.mean_probability),
            "",
            "The plain average over the passes, before calibration.",
        ),
        *_spread_rows(measures, policy),
    ]


def _spread_rows(measures: Measures, policy: Policy) -> list[MeasureWords]:
    return [
        MeasureWords(
            "Standard deviation",
            f"{measures.standard_deviation:.3f}",
            "",
            "How far the passes lie apart: 0 is no spread at all, 0.5 is the most there can be.",
        ),
        MeasureWords(
            "Predictive entropy",
            bits(measures.predictive_entropy),
            "",
            "All doubt together: 0 bits is sure, 1 bit is the toss of a coin.",
        ),
        MeasureWords(
            "Mutual information",
            bits(measures.mutual_information),
            f"≤ {bits(policy.max_mutual_information)}",
            "The part of the doubt that comes from the passes contradicting each other: high on pictures unlike those "
            "the model has learned from.",
        ),
    ]
