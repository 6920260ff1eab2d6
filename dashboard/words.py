"""The words on screen: outcomes, reasons and problems in plain language. Pure functions; nothing is drawn here.

Abnormal leads the counts and the charts, because a missed abnormal karyogram is the worst error of triage. The reading
list has an order of its own (``models.judging.triage.risk_key``): what no network could judge stands before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine.heartbeat import EngineState
from engine.vocabulary import Karyogram, KaryogramState, ProblemKind, Verdict
from models.judging.triage import Finding, Reason, TriageOutcome

BadgeColour = Literal["red", "orange", "gray", "violet", "blue", "primary"]

RESEARCH_USE = (
    "For research use only. Karyotriage orders the reading of karyograms; it releases nothing. People decide."
)


@dataclass(frozen=True)
class OutcomeWords:
    """How one outcome is named, drawn and explained; colour is never the only sign of it."""

    label: str
    short: str
    icon: str
    colour: BadgeColour
    meaning: str


OUTCOMES: dict[TriageOutcome, OutcomeWords] = {
    TriageOutcome.FLAGGED_ABNORMAL: OutcomeWords(
        "Flagged abnormal",
        "Abnormal",
        ":material/warning:",
        "red",
        "Most passes see an abnormal karyogram. A person must read it.",
    ),
    TriageOutcome.FLAGGED_UNCERTAIN: OutcomeWords(
        "Flagged uncertain",
        "Uncertain",
        ":material/help:",
        "orange",
        "Most passes see a normal karyogram, but at least one measure is too doubtful. Read it.",
    ),
    TriageOutcome.FLAGGED_UNREADABLE: OutcomeWords(
        "Flagged unreadable",
        "Unreadable",
        ":material/block:",
        "gray",
        "The picture does not look like a karyogram, so the passes mean nothing. Look at it, or scan it again.",
    ),
    TriageOutcome.FAILED: OutcomeWords(
        "Failed",
        "Failed",
        ":material/disabled_by_default:",
        "violet",
        "No engine could judge this karyogram. Nobody has looked at it yet: read it, or try again.",
    ),
    TriageOutcome.SCREENED_NORMAL: OutcomeWords(
        "Screened normal",
        "Screened normal",
        ":material/check_circle:",
        "blue",
        "The passes agree on normal and no measure raises a doubt. It stands at the end of the reading list.",
    ),
}

UNREADABLE_ADVICE = (
    "If it is a karyogram, scan or export the whole page again: upright, sharp, dark chromosomes on an even, light "
    "ground. If it is none, take it out of the case."
)
SUGGESTION_ADVICE = (
    "A suggestion, counted from the numbers of chromosomes alone: a changed structure or a mosaic would not show in "
    "it. A person writes the karyotype."
)
EVIDENCE_ADVICE = (
    "The colour shows which places of this picture speak most for abnormal, relative to the strongest one. It does not "
    "say what is wrong there, and there is a strongest place even where nothing is wrong. A missing chromosome shows "
    "at what is left of its pair; where X or Y is at fault, the colour is often elsewhere."
)

WAITING = OutcomeWords("Waiting", "Waiting", ":material/hourglass_empty:", "gray", "No engine has judged it yet.")

ENGINE_STATES: dict[EngineState, str] = {
    EngineState.WARMING_UP: "Warming up",
    EngineState.READY: "Ready",
    EngineState.WORKING: "Working",
}

PROBLEMS: dict[ProblemKind, str] = {
    ProblemKind.NOT_READABLE: "File cannot be read",
    ProblemKind.EMPTY: "Empty file",
    ProblemKind.NOT_AN_IMAGE: "Not a picture",
    ProblemKind.TRUNCATED: "Cut short",
    ProblemKind.TOO_LARGE: "Too many bytes",
    ProblemKind.TOO_MANY_PIXELS: "Too many pixels",
    ProblemKind.TOO_SMALL: "Too small",
    ProblemKind.DUPLICATE: "Duplicate",
    ProblemKind.BAD_ARCHIVE: "Archive not usable",
    ProblemKind.BAD_MANIFEST: "Manifest not usable",
}

_FINDINGS_NAMED = 2
_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Escape text that came from outside, such as a file name, so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def outcome_words(outcome: TriageOutcome | None) -> OutcomeWords:
    """The words of an outcome, or of a karyogram that is still waiting (``None``)."""
    return WAITING if outcome is None else OUTCOMES[outcome]


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


def at_most(number: int, most: int) -> str:
    """A number that nobody counts beyond ``most``: ``1,204`` or ``5,000+``."""
    return f"{number:,}{'+' if number >= most else ''}"


def retried(sent: int, later: int) -> str:
    """What became of karyograms that shall be tried again: sent at once, or left to the sweep of the engines."""
    sentences = [
        f"{count(sent, 'karyogram')} sent back to the engines." if sent else "",
        f"{count(later, 'karyogram')} will be taken up again within a minute." if later else "",
    ]
    return " ".join(filter(None, sentences))


def case_and_cell(case: str, cell: str) -> str:
    """How a karyogram is called on screen: its case, and its cell where the file name tells one."""
    return f"{case} · cell {cell}" if cell else case


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


REASONS_IN_SHORT: dict[Reason, str] = {
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
    names = ", ".join(finding.text for finding in likeliest[:_FINDINGS_NAMED])
    more = len(likeliest) - _FINDINGS_NAMED
    return f"{names} and {more} more" if more > 0 else names


def finding_line(finding: Finding) -> str:
    """A finding as Markdown: its short text as a badge, then the same in words with its agreement."""
    badge = f":red-badge[{plain(finding.text)}]"
    if not finding.passes:  # kept by an earlier version, which did not count them
        return f"{badge} probability {percent(finding.probability)}"
    return f"{badge} {plain(finding.in_words)}"


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
