"""Two models on the same karyograms as tables. Pure functions from pairs to data frames and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from dashboard.wording import words
from engine.policy.side_by_side import Pair
from engine.reviews import Call
from models.judging.triage import TriageOutcome
from models.measuring.screening import weighted_share

_ORDER = (
    TriageOutcome.FLAGGED_ABNORMAL,
    TriageOutcome.FLAGGED_UNCERTAIN,
    TriageOutcome.FLAGGED_UNREADABLE,
    TriageOutcome.SCREENED_NORMAL,
)
_CALLS = {Call.ABNORMAL: "Abnormal", Call.NORMAL: "Normal", Call.NOT_ASSESSABLE: "Not assessable", None: ""}


def table(pairs: Sequence[Pair]) -> pd.DataFrame:
    """How often each outcome of the model in use met each of the candidate; abnormal leads."""
    counts = {(ours, theirs): 0 for ours in _ORDER for theirs in _ORDER}
    for pair in pairs:
        counts[pair.outcome, pair.candidate] += 1
    columns = {words.OUTCOMES[theirs].short: [counts[ours, theirs] for ours in _ORDER] for theirs in _ORDER}
    return pd.DataFrame({"In use says": [words.OUTCOMES[ours].short for ours in _ORDER], **columns})


def agree(pairs: Sequence[Pair]) -> int:
    """How many karyograms both screen or both flag."""
    return sum(_screens(pair.outcome) is _screens(pair.candidate) for pair in pairs)


def differing(pairs: Sequence[Pair]) -> list[Pair]:
    """The karyograms that one screens and the other flags: first those that people found abnormal, then the unread."""
    found = [pair for pair in pairs if _screens(pair.outcome) is not _screens(pair.candidate)]
    order = {Call.ABNORMAL: 0, None: 1, Call.NOT_ASSESSABLE: 2, Call.NORMAL: 3}
    return sorted(found, key=lambda pair: order[pair.call])


def differences(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Those as a table, one row a karyogram."""
    rows = [
        (
            pair.case_name,
            pair.file_name,
            words.OUTCOMES[pair.outcome].short,
            words.OUTCOMES[pair.candidate].short,
            _CALLS[pair.call],
        )
        for pair in pairs
    ]
    return pd.DataFrame(rows, columns=["case", "file", "in_use", "candidate", "signed"], dtype="str")


def against_people(pairs: Sequence[Pair]) -> pd.DataFrame:
    """Both models against what people signed: sensitivity leads, each with its 95 % interval by case."""
    signed = [pair for pair in pairs if pair.call in (Call.ABNORMAL, Call.NORMAL) and pair.weight]
    weight = np.array([pair.weight for pair in signed], float)
    abnormal, normal = (np.array([pair.call is call for pair in signed], bool) for call in (Call.ABNORMAL, Call.NORMAL))
    cases = np.unique([pair.case_id for pair in signed], return_inverse=True)[1].astype(np.int64)

    def share(whole: np.ndarray, right: Callable[[TriageOutcome], bool]) -> list[str]:
        sides = ([pair.outcome for pair in signed], [pair.candidate for pair in signed])
        return [
            _share(np.array([right(outcome) for outcome in side], bool)[whole], weight[whole], cases[whole])
            for side in sides
        ]

    rows = [
        ("Sensitivity: abnormal, not screened", *share(abnormal, lambda outcome: not _screens(outcome))),
        ("Abnormal, flagged as abnormal", *share(abnormal, lambda outcome: outcome is TriageOutcome.FLAGGED_ABNORMAL)),
        ("Normal, screened", *share(normal, _screens)),
    ]
    return pd.DataFrame(rows, columns=["Against signed decisions", "In use", "Candidate"], dtype="str")


def _share(right: np.ndarray, weight: np.ndarray, cases: np.ndarray) -> str:
    if not right.size:
        return "none signed"
    share, (low, high) = weighted_share(right, weight, cases)
    return f"{words.percent(share)} ({100 * low:.1f} to {100 * high:.1f} %), {int(right.sum()):,} of {right.size:,}"


def _screens(outcome: TriageOutcome) -> bool:
    return outcome is TriageOutcome.SCREENED_NORMAL
