"""Karyograms whose answer is known, as a supervisor hands them in: pictures, and a table that tells what they show.

The table is a CSV file with the columns ``file`` and ``label`` (normal or abnormal) and, if wanted, ``case_id``,
``cell`` and ``karyotype``: the ``labels.csv`` of labelled and of simulated karyograms is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from engine.files.cases import ManifestError, from_file_name, table
from engine.names import clean, without_suffix
from engine.reviews import Call

CALLS: Final = (Call.ABNORMAL, Call.NORMAL)
"""What can be known of a karyogram."""

_COLUMNS: Final = ("file", "label")


@dataclass(frozen=True)
class Answer:
    """What a picture shows: which cell of which case, what there is to find, and the karyotype, blank if not known."""

    case: str
    cell: str
    call: Call
    karyotype: str = ""


@dataclass(frozen=True)
class KnownPicture:
    """A picture with its answer; ``simulated`` tells that no patient stands behind it."""

    file_name: str
    data: bytes
    answer: Answer
    simulated: bool = False


def read(data: bytes) -> dict[str, Answer]:
    """Read a table of answers, by the bare name of the file in small letters.

    Raises:
        ManifestError: a column is missing, a row is incomplete, or a label is neither normal nor abnormal.
    """
    return {key(row["file"]): _answer(row, line) for line, row in table(data, _COLUMNS)}


def key(file_name: str) -> str:
    """The name under which a table of answers knows a file."""
    return clean(file_name).rpartition("/")[2].casefold()


def _answer(row: Mapping[str, str], line: int) -> Answer:
    label = row["label"].lower()
    if label not in CALLS:
        raise ManifestError(f"line {line}: expected the label normal or abnormal, found {row['label']!r}")
    case = row.get("case_id") or without_suffix(clean(row["file"]))
    return Answer(case, row.get("cell") or "1", Call(label), row.get("karyotype", ""))


def cell_of(file_name: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    """Tell case and cell of a file by its name alone; a name that tells nothing is a case by itself."""
    found = from_file_name(file_name, pattern)
    return (without_suffix(clean(file_name)), "1") if found is None else (found.case, found.cell)


def draw(pictures: Sequence[KnownPicture], cases: int, lots: Random) -> list[KnownPicture]:
    """Draw some cases with all of their cells, in the order of the pictures."""
    names = list(dict.fromkeys(picture.answer.case for picture in pictures))
    drawn = set(lots.sample(names, min(cases, len(names))))
    return [picture for picture in pictures if picture.answer.case in drawn]
