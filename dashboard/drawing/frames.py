"""Tables for charts and lists: domain objects become DataFrames here, and nowhere else. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pandas as pd

from dashboard.drawing import symbols
from dashboard.session import links
from dashboard.wording import times, turn_words, words
from dashboard.wording.upload_words import ADVICE
from engine.figures.histograms import Bin
from engine.intake.duplicates import Earlier
from engine.jobs.heartbeat import Heartbeat
from engine.people import Person
from engine.reviewing.reading_list import Entry
from engine.vocabulary import FileProblem, Karyogram, KaryogramState, Verdict
from models.judging.triage import TriageOutcome


def outcome_of(karyogram: Karyogram, verdict: Verdict | None) -> TriageOutcome | None:
    """The outcome to show: failed beats everything, ``None`` while the karyogram waits."""
    if karyogram.state is KaryogramState.FAILED:
        return TriageOutcome.FAILED
    return None if verdict is None else verdict.outcome


def reading_list(entries: Sequence[Entry], thumbnails: Sequence[str], reader: Person) -> pd.DataFrame:
    """A page of the reading list in its order, one row a karyogram.

    Args:
        entries: karyograms with their verdicts, riskiest first.
        thumbnails: data URLs, one for each row.
        reader: who looks at it.

    Returns:
        Columns as below; ``probability`` and ``agreement`` in percent, empty where they mean nothing.

    Raises:
        ValueError: when the two differ in length.
    """
    records = [_reading_row(entry, picture, reader) for entry, picture in zip(entries, thumbnails, strict=True)]
    return pd.DataFrame(records, columns=list(_READING_COLUMNS)).astype(_READING_COLUMNS)


_READING_COLUMNS = {
    "picture": "str",
    "symbol": "str",
    "outcome": "str",
    "case": "str",
    "cell": "str",
    "why": "str",
    "probability": "float64",
    "agreement": "float64",
    "received": "datetime64[us, UTC]",
    "turn": "str",
    "because": "str",
    "batch": "str",
    "file": "str",
}


def _reading_row(entry: Entry, thumbnail: str, reader: Person) -> dict[str, object]:
    karyogram, verdict = entry.karyogram, entry.verdict
    # The passes of an unreadable picture mean nothing, so their figures are left out of the list.
    measures = verdict.measures if verdict and verdict.outcome is not TriageOutcome.FLAGGED_UNREADABLE else None
    outcome = outcome_of(karyogram, verdict)
    return {
        "picture": thumbnail,
        "symbol": symbols.data_url(outcome),
        "outcome": words.outcome_words(outcome).short,
        "case": karyogram.case_name,
        "cell": karyogram.cell,
        "why": words.in_short(karyogram, verdict),
        "probability": 100 * measures.calibrated_probability if measures else None,
        "agreement": 100 * measures.pass_agreement if measures else None,
        "received": karyogram.created_at,
        "turn": turn_words.turn(entry, reader),
        "because": turn_words.because(entry),
        "batch": entry.batch.name,
        "file": file_and_page(karyogram),
    }


def file_and_page(karyogram: Karyogram) -> str:
    """The file a karyogram came from, with the page where it is not the first one."""
    return karyogram.file_name if karyogram.page == 0 else f"{karyogram.file_name}, page {karyogram.page + 1}"


def confidence(bins: Iterable[Bin]) -> pd.DataFrame:
    """How sure the model is, as counted by the database: outcome, ends of a step (0..1) and how many lie in it."""
    shown = [(words.OUTCOMES[one.outcome].short, one.low, one.high, one.count) for one in bins]
    columns = {"outcome": "str", "low": "float64", "high": "float64", "count": "int64"}
    return pd.DataFrame(shown, columns=list(columns)).astype(columns)


def passes(verdict: Verdict) -> pd.DataFrame:
    """The passes of one verdict: ``probability`` of abnormal of each sub-network, in their order."""
    return pd.DataFrame({"probability": pd.Series(verdict.pass_probabilities, dtype="float64")})


def engines(heartbeats: Sequence[Heartbeat], now: datetime) -> pd.DataFrame:
    """The engines that are alive, one row each."""
    return pd.DataFrame(
        [
            {
                "engine": beat.engine,
                "state": words.ENGINE_STATES[beat.state],
                "device": beat.device,
                "precision": beat.precision,
                "models": ", ".join(beat.models),
                "speed": beat.pictures_per_second,
                "last_batch": _last_batch(beat, now),
                "judged": beat.judged_total,
            }
            for beat in heartbeats
        ]
    )


def _last_batch(beat: Heartbeat, now: datetime) -> str:
    if beat.last_batch is None or beat.last_batch_at is None:
        return "none yet"
    return f"{words.count(beat.last_batch, 'karyogram')}, {times.ago(beat.last_batch_at, now)}"


def problems(found: Sequence[FileProblem], earlier: Mapping[str, Earlier]) -> pd.DataFrame:
    """Files that were refused, one row each, as Markdown.

    Args:
        found: the problems.
        earlier: what became of the karyograms that duplicates point to, by their ids.

    Returns:
        File, what is wrong, what was expected and found, and what to do about it.
    """
    return pd.DataFrame(
        [(words.plain(p.file_name), words.PROBLEMS[p.kind], _message(p, earlier), ADVICE[p.kind]) for p in found],
        columns=["File", "Problem", "What was expected and found", "What to do"],
        dtype="str",
    )


def _message(problem: FileProblem, earlier: Mapping[str, Earlier]) -> str:
    message = words.plain(problem.message)
    same = earlier.get(problem.duplicate_of or "")
    if same:
        shown = words.outcome_words(same.outcome)
        address = links.karyogram_address(same.karyogram_id)
        message += f" :{shown.colour}-badge[{shown.icon} {shown.label}] [Open the earlier one]({address})"
    return message
