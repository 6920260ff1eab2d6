"""The words on screen: outcomes, reasons and problems in plain language. Pure functions; nothing is drawn here.

Abnormal leads the counts and the charts, because a missed abnormal karyogram is the worst error of triage. The reading
list has an order of its own (``models.judging.triage.risk_key``): what no network could judge stands before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from engine import wording
from engine.figures.shares import Share
from engine.jobs.heartbeat import EngineState
from engine.vocabulary import ProblemKind
from models.judging.triage import Finding, TriageOutcome

BadgeColour = Literal["red", "orange", "gray", "violet", "blue", "primary"]

# said in the same words on paper, see engine.wording
RESEARCH_USE = wording.RESEARCH_USE
REASONS_IN_SHORT = wording.REASONS_IN_SHORT
bits, case_and_cell, count, percent = wording.bits, wording.case_and_cell, wording.count, wording.percent
in_short, named_findings, reason_sentence = wording.in_short, wording.named_findings, wording.reason_sentence


def on_primary(label: str) -> str:
    """The label of a button filled with the primary colour; yellow is the theme's colour for what stands on that."""
    return f":yellow[{label}]"


def on_warning(text: str, icon: str = ":material/warning:") -> str:
    """The text of a warning with its icon, in a colour of its own: Streamlit would take yellow, which buttons need."""
    return f":orange[{icon} {text}]"


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
    ProblemKind.OVER_LIMIT: "Over your limit",
}

_MARKDOWN = re.compile(r"([!-/:-@\[-`{-~])")


def plain(text: str) -> str:
    """Escape text that came from outside, such as a file name, so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\1", text)


def outcome_words(outcome: TriageOutcome | None) -> OutcomeWords:
    """The words of an outcome, or of a karyogram that is still waiting (``None``)."""
    return WAITING if outcome is None else OUTCOMES[outcome]


def at_most(number: int, most: int) -> str:
    """A number that nobody counts beyond ``most``: ``1,204`` or ``5,000+``."""
    return f"{number:,}{'+' if number >= most else ''}"


def share(part: Share) -> str:
    """A share as ``9 of 10: 90 % (60 to 98 %)``; of few cases the interval alone, and that they are too few."""
    found = part.estimate
    if found is None:
        return "none yet"
    value = percent(found.value) if part.is_enough else "too few"
    return f"{part.part:,} of {part.whole:,}: {value} ({100 * found.low:.0f} to {100 * found.high:.0f} %)"


def retried(sent: int, later: int) -> str:
    """What became of karyograms that shall be tried again: sent at once, or left to the sweep of the engines."""
    sentences = [
        f"{count(sent, 'karyogram')} sent back to the engines." if sent else "",
        f"{count(later, 'karyogram')} will be taken up again within a minute." if later else "",
    ]
    return " ".join(filter(None, sentences))


def finding_line(finding: Finding) -> str:
    """A finding as Markdown: its short text as a badge, then the same in words with its agreement."""
    badge = f":{'orange' if finding.suspected else 'red'}-badge[{plain(finding.in_short)}]"
    if not finding.passes:  # kept by an earlier version, which did not count them
        return f"{badge} probability {percent(finding.probability)}"
    return f"{badge} {plain(finding.in_words)}"
