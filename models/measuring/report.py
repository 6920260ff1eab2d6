"""Sum up judged karyograms: figures with intervals, what was missed, and how each kind of abnormality fared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from models.judging.calibration import at_prevalence
from models.judging.triage import Reason, TriageOutcome
from models.judging.uncertainty import Label
from models.measuring.breakdown import breakdown
from models.measuring.copy_numbers import copy_numbers
from models.measuring.evaluation import JudgedPicture
from models.measuring.intervals import LEVEL, RESAMPLES, intervals
from models.measuring.metrics import PREVALENCE, Outcomes, confusion, figures
from models.measuring.reliability import reliability

LEADING = ("triage_sensitivity", "screened_normal", "missed_abnormal", "sensitivity", "specificity", "auc")
"""The figures that matter most, in their order."""


def report(
    judged: Sequence[JudgedPicture], fitted: float, prevalence: float = PREVALENCE, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Sum up judged pictures, ready for JSON; what is not defined on them is None.

    Args:
        judged: at least one.
        fitted: share of abnormal karyograms at which the calibrated probabilities hold, between 0 and 1.
        prevalence: share of abnormal karyograms in the laboratory, between 0 and 1, for the predictive values.
        resamples: of the cases, for the intervals.

    Returns:
        ``n``, ``n_cases``, ``n_abnormal``; each of ``models.measuring.metrics.figures`` with ``<figure>_interval``;
        ``confusion``; ``outcomes`` (how many of each); ``flags_of_normal`` (for how many normal ones each reason);
        ``missed_abnormal_files``; ``reliability`` before and after calibration, see ``models.measuring.reliability``,
        at the share of abnormal among these pictures; and, where karyotypes are known, the parts of
        ``models.measuring.breakdown.Breakdown`` and ``copy_numbers`` (``models.measuring.copy_numbers``).

    Raises:
        ValueError: when nothing was judged.
    """
    if not judged:
        raise ValueError("judged must hold at least one picture, got none")
    table = outcomes_of(judged, fitted)
    summary = {
        "n": len(judged),
        "n_cases": int(np.unique(table.case).size),
        "n_abnormal": int(table.abnormal.sum()),
        **_figures(table, prevalence, resamples),
        **_counted(judged, table),
        "reliability": {
            "before": asdict(reliability(_moved(judged, "mean_probability", fitted), table.abnormal, table.case)),
            "after": asdict(reliability(table.calibrated, table.abnormal, table.case)),
        },
        **asdict(breakdown(judged, table)),
        "copy_numbers": {name: asdict(found) for name, found in copy_numbers(judged, table.case, resamples).items()},
        "prevalence": prevalence,
        "intervals": {"level": LEVEL, "by": "case", "resamples": resamples},
    }
    return {name: _defined(value) for name, value in summary.items()}


def outcomes_of(judged: Sequence[JudgedPicture], fitted: float) -> Outcomes:
    """Put judged pictures into columns; for ``fitted`` see ``report``."""
    cases = {case: number for number, case in enumerate(sorted({item.picture.case_id for item in judged}))}
    return Outcomes(
        abnormal=_abnormal(judged),
        voted=np.array([item.prediction.measures.label is Label.ABNORMAL for item in judged]),
        screened=np.array([item.decision.outcome is TriageOutcome.SCREENED_NORMAL for item in judged]),
        score=np.array([item.prediction.measures.calibrated_probability for item in judged]),
        calibrated=_moved(judged, "calibrated_probability", fitted),
        case=np.array([cases[item.picture.case_id] for item in judged]),
    )


def _abnormal(judged: Sequence[JudgedPicture]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([item.picture.label is Label.ABNORMAL for item in judged])


def _moved(judged: Sequence[JudgedPicture], measure: str, fitted: float) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return a probability as it is where as many karyograms are abnormal as among these."""
    found = np.array([getattr(item.prediction.measures, measure) for item in judged])
    return np.asarray(at_prevalence(found, fitted, float(_abnormal(judged).mean())), np.float64)


def _figures(table: Outcomes, prevalence: float, resamples: int) -> dict[str, Any]:
    values = figures(table, np.ones(table.score.size), prevalence)
    found = intervals(table, resamples, prevalence)
    ordered = [*LEADING, *(name for name in values if name not in LEADING)]
    said: dict[str, Any] = {}
    for name in ordered:
        said |= {name: values[name], f"{name}_interval": found[name]}
    said["missed_abnormal"] = int(values["missed_abnormal"])
    return said


def _counted(judged: Sequence[JudgedPicture], table: Outcomes) -> dict[str, Any]:
    outcomes = Counter(item.decision.outcome for item in judged)
    reasons = Counter(
        reason for item in judged if item.picture.label is Label.NORMAL for reason in item.decision.reasons
    )
    missed = [item.picture.file for item in judged if _is_missed(item)]
    return {
        "confusion": {name: int(count) for name, count in confusion(table, np.ones(len(judged))).items()},
        "outcomes": {outcome.value: outcomes[outcome] for outcome in TriageOutcome if outcome in outcomes},
        "flags_of_normal": {reason.value: reasons[reason] for reason in Reason if reason in reasons},
        "missed_abnormal_files": missed,
    }


def _is_missed(item: JudgedPicture) -> bool:
    return item.picture.label is Label.ABNORMAL and item.decision.outcome is TriageOutcome.SCREENED_NORMAL


def _defined(value: Any) -> Any:
    """Replace what is not a number by None, all the way down."""
    if isinstance(value, dict):
        return {name: _defined(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_defined(part) for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value
