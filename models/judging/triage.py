"""The triage rule: one pure function from what a model said to what happens with the karyogram.

It lives beside the models because evaluation and the engine must apply the very same rule, and imports go from
engine to models only. Source: thesis section 3.4 (the 80 % rule), made stricter so that each measure can flag.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.judging.uncertainty import Label, Measures


class TriageOutcome(StrEnum):
    """Where a karyogram goes. Only ``SCREENED_NORMAL`` is not read by a person next."""

    SCREENED_NORMAL = "screened_normal"
    FLAGGED_ABNORMAL = "flagged_abnormal"
    FLAGGED_UNCERTAIN = "flagged_uncertain"
    FLAGGED_UNREADABLE = "flagged_unreadable"
    FAILED = "failed"


class Reason(StrEnum):
    """Why a karyogram got its outcome."""

    NOT_A_KARYOGRAM = "not_a_karyogram"
    VOTED_ABNORMAL = "voted_abnormal"
    LOW_AGREEMENT = "low_agreement"
    HIGH_PROBABILITY = "high_probability"
    HIGH_MUTUAL_INFORMATION = "high_mutual_information"
    FINDING_CONTRADICTS = "finding_contradicts"
    NO_FINDING = "no_finding"


@dataclass(frozen=True)
class Finding:
    """A per-chromosome observation, such as ``+21``, ``X missing`` or ``structural change on 9``.

    ``chromosome`` is "1".."22", "X" or "Y". ``text`` names it in short, ``words`` in plain words, such as
    ``chromosome 21: three copies``. ``probability`` is the model's own, 0..1, averaged over the passes; ``votes`` of
    the ``passes`` say the same each by itself. Verdicts of earlier versions have neither words nor votes. A
    ``suspected`` one is not probable in itself; it is named because some number is not sure enough to be screened.
    """

    chromosome: str
    text: str
    probability: float
    words: str = ""
    votes: int = 0
    passes: int = 0
    suspected: bool = False

    @property
    def in_short(self) -> str:
        """The finding as it is shown, such as ``+21``; one that is only suspected has a question mark."""
        return f"{self.text}?" if self.suspected else self.text

    @property
    def in_words(self) -> str:
        """The finding with its agreement, such as ``chromosome 21: three copies (98 of 100 passes)``."""
        if not self.passes:
            return f"{self.text} (probability {self.probability:.2f})"
        if self.suspected:
            return f"{self.words}, suspected (probability {self.probability:.2f})"
        return f"{self.words} ({self.votes} of {self.passes} {'pass' if self.passes == 1 else 'passes'})"


@dataclass(frozen=True)
class Policy:
    """The limits of the triage rule; stored with every verdict.

    ``min_pass_agreement``: share of passes, 0..1; agreement equal to it passes. ``max_calibrated_probability``: a
    karyogram voted normal whose calibrated probability of abnormal is above this goes to a person.
    ``max_mutual_information``: in bits, likewise.
    """

    min_pass_agreement: float = 0.80
    max_calibrated_probability: float = 0.30
    max_mutual_information: float = 0.10

    def __post_init__(self) -> None:
        for name in ("min_pass_agreement", "max_calibrated_probability", "max_mutual_information"):
            value = getattr(self, name)
            if not 0.0 <= value <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, got {value!r}")


@dataclass(frozen=True)
class TriageDecision:
    """An outcome with every reason that speaks for it (none for ``SCREENED_NORMAL``)."""

    outcome: TriageOutcome
    reasons: tuple[Reason, ...] = ()


def triage(readable: bool, measures: Measures, findings: Sequence[Finding], policy: Policy) -> TriageDecision:
    """Decide where a karyogram goes; the first rule that applies wins.

    Args:
        readable: what the input gate says: is this picture a karyogram at all?
        measures: the measures over the passes.
        findings: per-chromosome findings of the same model.
        policy: the limits.
    """
    if not readable:
        return TriageDecision(TriageOutcome.FLAGGED_UNREADABLE, (Reason.NOT_A_KARYOGRAM,))
    if measures.label is Label.ABNORMAL:
        unexplained = () if findings else (Reason.NO_FINDING,)
        return TriageDecision(TriageOutcome.FLAGGED_ABNORMAL, (Reason.VOTED_ABNORMAL, *unexplained))
    doubts = {
        # not (a >= b) instead of a < b: a measure that is not a number must flag, never pass
        Reason.LOW_AGREEMENT: not measures.pass_agreement >= policy.min_pass_agreement,
        Reason.HIGH_PROBABILITY: not measures.calibrated_probability <= policy.max_calibrated_probability,
        Reason.HIGH_MUTUAL_INFORMATION: not measures.mutual_information <= policy.max_mutual_information,
        Reason.FINDING_CONTRADICTS: bool(findings),
    }
    reasons = tuple(reason for reason, applies in doubts.items() if applies)
    return TriageDecision(TriageOutcome.FLAGGED_UNCERTAIN if reasons else TriageOutcome.SCREENED_NORMAL, reasons)


_RISK_ORDER = (
    TriageOutcome.FAILED,
    TriageOutcome.FLAGGED_UNREADABLE,
    TriageOutcome.FLAGGED_ABNORMAL,
    TriageOutcome.FLAGGED_UNCERTAIN,
    TriageOutcome.SCREENED_NORMAL,
)


def risk_key(outcome: TriageOutcome, calibrated_probability: float | None) -> tuple[int, float]:
    """Sort key that puts the riskiest karyogram first: by outcome, then by falling probability of abnormal."""
    return _RISK_ORDER.index(outcome), -(1.0 if calibrated_probability is None else calibrated_probability)
