"""Validation predictions that ship with a model: what it says of karyograms whose truth is known, figures alone.

They are a small table beside the card, ``validation.csv``: first what the karyograms are, and of which weights the
predictions, then one line for each. No picture, no name of a patient: cases are numbered. Of each case there is one
abnormal karyogram at most, and one normal one, so that every line is evidence of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.card import Card
from models.judging.triage import TriageOutcome
from models.judging.uncertainty import Label
from models.measuring.evaluation import JudgedPicture
from models.measuring.metrics import PREVALENCE
from models.measuring.screening import Cohort
from models.registry import Registry

FILE = "validation.csv"
_COLUMNS = ("case", "truth", "karyotype", "flagged", "agreement", "probability", "information")
_DIGITS = 6


class KnownCasesError(ValueError):
    """A table of validation predictions cannot be read; the text says what was expected."""


@dataclass(frozen=True)
class KnownCases:
    """Validation predictions: ``data`` says in words what the karyograms are, ``cohort`` what is said of them.

    The weights of the cohort are such that ``models.measuring.metrics.PREVALENCE`` of it is abnormal.
    """

    data: str
    cohort: Cohort


def read(registry: Registry, name: str) -> KnownCases | None:
    """Return the validation predictions of a model; None where none ship with it, or they are of other weights.

    Raises:
        UnknownModelError: when there is no such model.
        KnownCasesError: the table is damaged.
    """
    card, path = registry.card(name), registry.folder / name / FILE
    if not path.is_file():
        return None
    data, weights, *lines = path.read_text(encoding="utf-8").splitlines()
    if weights.removeprefix("# weights ") != card.weights_sha256:
        return None
    rows = list(csv.DictReader(lines))
    if not rows or tuple(rows[0]) != _COLUMNS:
        raise KnownCasesError(f"{path} must have the columns {', '.join(_COLUMNS)} and a line")
    return KnownCases(data.removeprefix("# "), _cohort(rows))


def text(card: Card, data: str, judged: Iterable[JudgedPicture]) -> str:
    """Write validation predictions.

    Args:
        card: of the model.
        data: what the karyograms are, in one line, beginning with "simulated" or "real".
        judged: the karyograms; of several of a case and truth the first is taken.
    """
    buffer = io.StringIO()
    buffer.write(f"# {data}\n# weights {card.weights_sha256}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_lines(judged))
    return buffer.getvalue()


def _lines(judged: Iterable[JudgedPicture]) -> Iterator[Sequence[object]]:
    numbers: dict[str, int] = {}
    seen: set[tuple[str, Label]] = set()
    for item in judged:
        picture, measures = item.picture, item.prediction.measures
        case = numbers.setdefault(picture.case_id, len(numbers) + 1)
        if (picture.case_id, picture.label) in seen:
            continue
        seen.add((picture.case_id, picture.label))
        figures = (measures.pass_agreement, measures.calibrated_probability, measures.mutual_information)
        karyotype = picture.karyotype.iscn if picture.karyotype else ""
        yield case, picture.label.value, karyotype, int(_flagged(item)), *(round(one, _DIGITS) for one in figures)


def _flagged(item: JudgedPicture) -> bool:
    """Tell whether a karyogram goes to a person whatever the limits."""
    said = item.prediction
    unreadable = item.decision.outcome is TriageOutcome.FLAGGED_UNREADABLE
    return unreadable or said.measures.label is Label.ABNORMAL or bool(said.findings)


def _cohort(rows: Sequence[dict[str, str]]) -> Cohort:
    abnormal = np.array([row["truth"] == Label.ABNORMAL.value for row in rows])
    of_class = np.where(abnormal, PREVALENCE, 1 - PREVALENCE)
    agreement, probability, information = (np.array([float(row[name]) for row in rows]) for name in _COLUMNS[4:])
    return Cohort(
        case=np.array([int(row["case"]) for row in rows], np.int64),
        abnormal=abnormal,
        flagged=np.array([row["flagged"] == "1" for row in rows]),
        agreement=agreement,
        probability=probability,
        information=information,
        weight=of_class / np.where(abnormal, abnormal.sum(), (~abnormal).sum()),
    )
