"""What stands at the head of a report, in plain words: facts, counts, and what people say against the model."""

from __future__ import annotations

from typing import Final

from engine.exports.batch_report.entries import Entry
from engine.exports.batch_report.report import Report
from engine.reviews import Call, Review
from engine.wording import count, named, percent, policy_lines, utc_time
from models.judging.triage import Policy, TriageOutcome
from models.judging.uncertainty import wilson_interval

OUTCOMES: Final = (
    TriageOutcome.FLAGGED_ABNORMAL,
    TriageOutcome.FLAGGED_UNCERTAIN,
    TriageOutcome.FLAGGED_UNREADABLE,
    TriageOutcome.FAILED,
    TriageOutcome.SCREENED_NORMAL,
)
"""In the order of every report: abnormal leads."""

CALLS: Final = (Call.ABNORMAL, Call.NORMAL, Call.NOT_ASSESSABLE)
_READING: Final = {
    Review.SIGNED: "Signed",
    Review.FIRST: "Waiting for a first reader",
    Review.SECOND: "Waiting for a second reader",
    Review.THIRD: "Readers disagree, waiting for a supervisor",
    Review.NOT_NEEDED: "Screened, not read by people",
    Review.WAITING: "Waiting for a verdict",
}
SCREENED_NOTE: Final = (
    "Screened karyograms are read only where they were drawn into the quality sample: what nobody has read is in none "
    "of these counts."
)
BLIND_NOTE: Final = "Decisions are told once a karyogram is signed; until then no reader sees what another one decided."


def facts(report: Report) -> list[tuple[str, str]]:
    """What the report is about, each with its name."""
    hashes = "; ".join(model.sha256 for model in report.models) or "no verdict yet"
    return [
        ("Batch", report.batch.name),
        ("Batch id", report.batch.id),
        ("Model", f"{report.batch.model}, {count(report.batch.passes, 'pass')}"),
        ("SHA-256 of the model", hashes),
        ("Karyograms", f"{len(report.order):,}"),
        ("Files refused", f"{report.refused:,}"),
    ]


def outcome_counts(report: Report) -> list[tuple[str, int]]:
    """How many karyograms have each outcome, abnormal first, and how many wait."""
    counted = [(named(outcome), report.by_outcome.get(outcome, 0)) for outcome in OUTCOMES]
    return [*counted, ("Waiting", report.waiting)]


def reading_counts(report: Report) -> list[tuple[str, int]]:
    """How far people have come; what does not occur is left out."""
    return [(words, report.by_review[review]) for review, words in _READING.items() if report.by_review.get(review)]


def agreement_table(report: Report) -> list[tuple[str, list[int]]]:
    """What people say of signed karyograms, one row a call, with a count for each of ``OUTCOMES``."""
    return [(named(call), [report.calls.get((call, outcome), 0) for outcome in OUTCOMES]) for call in CALLS]


def agreement_lines(report: Report) -> list[str]:
    """What the counts mean for sensitivity and for what is screened."""
    abnormal, missed = report.called(Call.ABNORMAL), report.missed
    screened = missed + report.screened_and_called_normal
    lines = []
    if abnormal:
        flagged = abnormal - missed
        share = _share(flagged, abnormal)
        lines.append(f"Of {count(abnormal, 'karyogram')} signed as abnormal, {flagged} were flagged: {share}.")
    if screened:
        share = _share(screened - missed, screened)
        normal = screened - missed
        lines.append(f"Of {count(screened, 'screened karyogram')} that people signed, {normal} are normal: {share}.")
    return lines or ["No karyogram is signed as abnormal yet, so nothing can be said of sensitivity."]


def _share(part: int, whole: int) -> str:
    low, high = wilson_interval(part, whole)
    return f"{percent(part / whole)} (95 % interval {100 * low:.1f} to {100 * high:.1f} %)"


def policy_in_words(policy: Policy) -> str:
    """The limits of a policy in one line."""
    return " · ".join(f"{name.lower()} {figure}" for name, figure in policy_lines(policy))


def reading_line(entry: Entry) -> str:
    """What people say of a karyogram, or whose turn it is."""
    result, signed_at = entry.result, entry.signed_at
    if result is None or signed_at is None:
        return _READING[entry.karyogram.review]
    signers = ", ".join(decision.person for decision in entry.standing)
    amended = ", amended" if entry.amended else ""
    return f"{reading_in_short(entry)} by {signers}, {utc_time(signed_at)}{amended}"


def reading_in_short(entry: Entry) -> str:
    """What people say of a karyogram without who said so, or whose turn it is."""
    if entry.result is None:
        return _READING[entry.karyogram.review]
    opinion = entry.result.opinion
    return " ".join(filter(None, ("Signed as", named(opinion.call).lower(), opinion.karyotype)))


def remarks(entry: Entry) -> list[str]:
    """What the signers wrote about a karyogram, each under their name."""
    written = [(decision.person, (decision.opinion.reason, decision.opinion.comment)) for decision in entry.standing]
    return [f"{person}: {'; '.join(filter(None, texts))}" for person, texts in written if any(texts)]
