"""The words for what was judged and decided, the same on screen, on paper and in tables. Pure functions."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from engine.vocabulary import Karyogram, KaryogramState, Verdict
from models.judging.triage import Policy, Reason

RESEARCH_USE: Final = (
    "For research use only. Karyotriage orders the reading of karyograms; it releases nothing. People decide."
)
_FINDINGS_NAMED: Final = 2


def named(word: StrEnum) -> str:
    """A word of the vocabulary as a heading: ``flagged_abnormal`` becomes ``Flagged abnormal``."""
    return word.value.replace("_", " ").capitalize()


def percent(share: float) -> str:
    """A share 0..1 as a percentage; what lies within 0.1 % of an end is not rounded to certainty."""
    if 0.0 < share < 0.001:
        return "< 0.1 %"
    if 0.999 < share < 1.0:
        return "> 99.9 %"
    return f"{share:.1%}".removesuffix("%").removesuffix(".0") + " %"


def count(number: int, noun: str) -> str:
    """A number with its noun in the right form: ``1 karyogram``, ``1,204 karyograms``, ``2 batches``."""
    plural = noun if number == 1 else noun + ("es" if noun.endswith(("ch", "s")) else "s")
    return f"{number:,} {plural}"


def bits(value: float) -> str:
    """An entropy in bits with three digits."""
    return f"{value:.3f} bits"


def reason_sentence(reason: Reason, verdict: Verdict) -> str:
    """Why a karyogram got its outcome, with the figures that crossed the limits."""
    said, policy = verdict.measures, verdict.policy
    agreement, asked = percent(said.pass_agreement), percent(policy.min_pass_agreement)
    probability, most = percent(said.calibrated_probability), percent(policy.max_calibrated_probability)
    information, limit = bits(said.mutual_information), bits(policy.max_mutual_information)
    why_refused = "; ".join(verdict.refusals) or "of a reason that was not kept"
    sentences = {
        Reason.NOT_A_KARYOGRAM: f"Unreadable because {why_refused}.",
        Reason.VOTED_ABNORMAL: f"{said.votes_abnormal} of {count(said.passes, 'pass')} vote abnormal.",
        Reason.LOW_AGREEMENT: f"Only {agreement} of the passes agree; the policy asks for at least {asked}.",
        Reason.HIGH_PROBABILITY: (
            f"The calibrated probability of abnormal is {probability}; the policy allows at most {most}."
        ),
        Reason.HIGH_MUTUAL_INFORMATION: (
            f"The passes contradict each other: mutual information is {information}; the policy allows at most {limit}."
        ),
        Reason.FINDING_CONTRADICTS: (
            f"The passes vote normal, but a finding speaks against it: {named_findings(verdict)}."
        ),
        Reason.NO_FINDING: "No finding shows which chromosome is abnormal; the evidence in the picture may.",
    }
    return sentences[reason]


REASONS_IN_SHORT: Final[dict[Reason, str]] = {
    Reason.NOT_A_KARYOGRAM: "not a karyogram",
    Reason.VOTED_ABNORMAL: "voted abnormal",
    Reason.LOW_AGREEMENT: "low agreement",
    Reason.HIGH_PROBABILITY: "probability too high",
    Reason.HIGH_MUTUAL_INFORMATION: "passes contradict each other",
    Reason.FINDING_CONTRADICTS: "finding",
    Reason.NO_FINDING: "no finding",
}


def named_findings(verdict: Verdict) -> str:
    """The findings of a verdict in one line; of a long list the most probable ones and how many more there are."""
    likeliest = sorted(verdict.findings, key=lambda finding: -finding.probability)
    names = ", ".join(finding.in_short for finding in likeliest[:_FINDINGS_NAMED])
    more = len(likeliest) - _FINDINGS_NAMED
    return f"{names} and {more} more" if more > 0 else names


def in_short(karyogram: Karyogram, verdict: Verdict | None) -> str:
    """Why a karyogram stands where it stands, in a few words for a table: its findings, else its reasons."""
    if karyogram.state is KaryogramState.FAILED:
        return karyogram.failure or "no reason given"
    if verdict is None:
        return ""
    if verdict.refusals:
        return "; ".join(verdict.refusals)
    if verdict.findings:
        return named_findings(verdict)
    return ", ".join(REASONS_IN_SHORT[reason] for reason in verdict.reasons)


def policy_lines(policy: Policy) -> list[tuple[str, str]]:
    """The limits of a policy in plain words, each with its figure."""
    return [
        ("Pass agreement", f"at least {percent(policy.min_pass_agreement)}"),
        ("Probability of abnormal", f"at most {percent(policy.max_calibrated_probability)}"),
        ("Mutual information", f"at most {bits(policy.max_mutual_information)}"),
    ]


def case_and_cell(case: str, cell: str) -> str:
    """How a karyogram is called: its case, and its cell where the file name tells one."""
    return f"{case} · cell {cell}" if cell else case


def utc_time(moment: datetime) -> str:
    """A moment as ``23 Nov 2026, 14:05 UTC``, for paper, which does not know where its reader is."""
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"
