"""Tables of known cases: results and answers become DataFrames here. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.wording import words
from dashboard.wording.review_words import CALLS
from engine.known_cases.known_answers import Answer
from engine.known_cases.seed_results import Result, Told
from engine.reviews import Call, Place


def results(found: Sequence[Result]) -> pd.DataFrame:
    """One row a reader or a model: ``name``, ``found``, ``missed``, ``alarms`` and ``named``, all in words."""
    rows = [
        {
            "name": one.name,
            "found": words.share(one.found),
            "missed": words.share(one.missed),
            "alarms": words.share(one.alarms),
            "named": "" if one.named is None else words.share(one.named),
        }
        for one in found
    ]
    return pd.DataFrame(rows, columns=["name", "found", "missed", "alarms", "named"], dtype="str")


def intervals(readers: Sequence[Result], models: Sequence[Result]) -> pd.DataFrame:
    """Shares of abnormal ones found, as ``drawing`` draws them; who read none is left out.

    Returns:
        Columns ``name``, ``who`` (Reader or Model), ``value``, ``low``, ``high`` (0..1), ``basis`` in words, and
        ``enough``, whether there are cases enough.
    """
    rows = [
        (one.name, who, estimate.value, estimate.low, estimate.high, words.share(one.found), one.found.is_enough)
        for who, group in (("Reader", readers), ("Model", models))
        for one in group
        if (estimate := one.found.estimate) is not None
    ]
    return pd.DataFrame(rows, columns=["name", "who", "value", "low", "high", "basis", "enough"])


def told(found: Sequence[Told], addresses: Mapping[str, str]) -> pd.DataFrame:
    """Signed known cases, one row a picture: what is known, what was said of it, and where to look."""
    rows = [
        {
            "known": f"{one.seed.name}, cell {one.seed.cell}" + (" (simulated)" if one.seed.simulated else ""),
            "called": words.case_and_cell(one.karyogram.case_name, one.karyogram.cell),
            "answer": _said(one.seed.call, one.seed.karyotype),
            "model": "" if one.outcome is None else words.OUTCOMES[one.outcome].short,
            "first": _of(one, Place.FIRST),
            "second": _of(one, Place.SECOND),
            "open": addresses[one.karyogram.id],
        }
        for one in found
    ]
    return pd.DataFrame(rows, dtype="str")


def _of(one: Told, place: Place) -> str:
    made = next((decision for decision in one.first if decision.place is place), None)
    return "" if made is None else f"{made.person}: {_said(made.opinion.call, made.opinion.karyotype)}"


def _said(call: Call, karyotype: str) -> str:
    return " ".join(filter(None, (CALLS[call].label, karyotype.strip())))


def answers(files: Mapping[str, Answer | None], cells: Mapping[str, tuple[str, str]]) -> pd.DataFrame:
    """What is known of each file, to be completed; ``cells`` names case and cell of those without an answer."""
    rows = [
        {
            "file": name,
            "case": cells[name][0] if answer is None else answer.case,
            "cell": cells[name][1] if answer is None else answer.cell,
            "answer": None if answer is None else CALLS[answer.call].label,
            "karyotype": "" if answer is None else answer.karyotype,
        }
        for name, answer in files.items()
    ]
    return pd.DataFrame(rows, columns=["file", "case", "cell", "answer", "karyotype"], dtype="str")


def completed(frame: pd.DataFrame) -> dict[str, Answer]:
    """The answers of a table that a supervisor has completed; rows without one are left out."""
    calls = {CALLS[call].label: call for call in CALLS}
    return {
        str(row.file): Answer(str(row.case), str(row.cell), calls[row.answer], _text(row.karyotype))
        for row in frame.itertuples()
        if isinstance(row.answer, str)
    }


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
