"""Judge a folder of labelled karyograms with a stored model, by the very triage rule of the engine."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models import pictures
from models.card import Card
from models.metrics import Outcomes, bootstrap, confusion, figures
from models.prediction import Prediction
from models.splits import CaseSplit
from models.triage import TriageDecision, TriageOutcome, triage
from models.uncertainty import Label

LABELS_FILE = "labels.csv"
COLUMNS = ("file", "case_id", "label")
RESAMPLES = 2000

_MICRO_BATCH = 32


class EvaluationError(ValueError):
    """The data cannot be evaluated: no labels, a column or a picture is missing, or nothing is left of them."""


class Judge(Protocol):
    """What evaluation needs of a model; ``models.predictor.Predictor`` is one."""

    card: Card

    def predict(self, pages: Sequence[NDArray[np.uint8]], passes: int | None = None) -> list[Prediction]:
        """Judge pages."""


@dataclass(frozen=True)
class LabelledPicture:
    """One row of ``labels.csv``; ``file`` is relative to its folder."""

    file: str
    case_id: str
    label: Label


@dataclass(frozen=True)
class JudgedPicture:
    """A labelled picture with what the model says and what triage makes of it."""

    picture: LabelledPicture
    prediction: Prediction
    decision: TriageDecision


def read_labels(folder: Path) -> list[LabelledPicture]:
    """Read ``labels.csv``: columns ``file``, ``case_id`` and ``label`` (normal or abnormal); others are ignored.

    Raises:
        EvaluationError: when it is missing, lacks a column, holds an unknown label, a file twice or no row at all,
            or names a picture that is not there.
    """
    path = folder / LABELS_FILE
    if not path.is_file():
        raise EvaluationError(f"{folder} must be a folder with {LABELS_FILE}, found none")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise EvaluationError(f"{path} must have columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
        labelled = [_labelled(row, f"{path}, line {reader.line_num}") for row in reader]
    _check_files(path, labelled)
    return labelled


def _labelled(row: dict[str, str | None], where: str) -> LabelledPicture:
    file, case_id, label = ((row[name] or "").strip() for name in COLUMNS)
    if not file or not case_id:
        raise EvaluationError(f"{where}: file and case_id must not be empty")
    if label.lower() not in [member.value for member in Label]:
        raise EvaluationError(f"{where}: label must be normal or abnormal, got {label!r}")
    return LabelledPicture(file, case_id, Label(label.lower()))


def _check_files(path: Path, labelled: list[LabelledPicture]) -> None:
    if not labelled:
        raise EvaluationError(f"{path} must have at least one row, found none")
    twice = [name for name, count in Counter(item.file for item in labelled).items() if count > 1]
    if twice:
        raise EvaluationError(f"{path} must name each file once, found twice: {_few(twice)}")
    absent = [item.file for item in labelled if not (path.parent / item.file).is_file()]
    if absent:
        raise EvaluationError(f"{path} names pictures that are not there: {_few(absent)}")


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def validation_cases(labelled: Sequence[LabelledPicture], card: Card) -> list[LabelledPicture]:
    """Keep the pictures of the cases that the model was not trained on, by the rule on its card.

    Raises:
        EvaluationError: when the card has no such rule, it cannot be applied, or no picture is left.
    """
    rule = card.training.get("validation_rule")
    if not isinstance(rule, dict):
        raise EvaluationError(f"the card of {card.name} must have a training.validation_rule, got {rule!r}")
    try:
        split = CaseSplit(**rule)
        kept = [item for item in labelled if split.is_validation(item.case_id)]
    except (TypeError, ValueError) as error:
        raise EvaluationError(f"the validation cases of {card.name} cannot be told: {error}") from error
    if not kept:
        raise EvaluationError(f"no case of {len(labelled)} pictures is a validation case of {card.name}")
    return kept


def judge(
    model: Judge, folder: Path, labelled: Sequence[LabelledPicture], passes: int | None = None
) -> Iterator[JudgedPicture]:
    """Judge labelled pictures one after the other, with the policy on the model's card.

    Args:
        model: the model.
        folder: where the files lie.
        labelled: the pictures; a file of several pages is refused, because it has one label only.
        passes: T; the card's number if left out.

    Yields:
        The judged pictures in the given order.

    Raises:
        EvaluationError: for a file that is not one readable picture.
    """
    for start in range(0, len(labelled), _MICRO_BATCH):
        part = labelled[start : start + _MICRO_BATCH]
        predictions = model.predict([_page(folder / item.file) for item in part], passes)
        for item, said in zip(part, predictions, strict=True):
            yield JudgedPicture(item, said, triage(said.readable, said.measures, said.findings, model.card.policy))


def _page(path: Path) -> NDArray[np.uint8]:
    try:
        pages = pictures.pages(path.read_bytes())
    except pictures.PictureError as error:
        raise EvaluationError(f"{path}: {error}") from error
    if len(pages) != 1:
        raise EvaluationError(f"{path} must have one page, because it has one label, found {len(pages)}")
    return pages[0]


def report(judged: Sequence[JudgedPicture], resamples: int = RESAMPLES) -> dict[str, Any]:
    """Sum up judged pictures, ready for JSON.

    Args:
        judged: at least one.
        resamples: of the cases, for the intervals.

    Returns:
        ``n``, ``n_cases``, ``n_abnormal``, then each of ``models.metrics.figures`` with ``<figure>_interval``, its 95 %
        bootstrap interval by case; ``confusion``; ``outcomes`` (how many of each); ``missed_abnormal_files``. A figure
        that is not defined on these data is None.

    Raises:
        EvaluationError: when nothing was judged.
    """
    if not judged:
        raise EvaluationError("judged must hold at least one picture, got none")
    table = _table(judged)
    ones = np.ones(len(judged))
    values, intervals = figures(table, ones), bootstrap(table, resamples=resamples)
    values["missed_abnormal"] = int(values["missed_abnormal"])
    summary: dict[str, Any] = {
        "n": len(judged),
        "n_cases": int(table.case.max()) + 1,
        "n_abnormal": int(table.abnormal.sum()),
    }
    for name, value in values.items():
        summary[name] = _defined(value)
        summary[f"{name}_interval"] = [_defined(end) for end in intervals[name]]
    counted = Counter(item.decision.outcome for item in judged)
    return {
        **summary,
        "confusion": {name: int(count) for name, count in confusion(table, ones).items()},
        "outcomes": {outcome.value: counted[outcome] for outcome in TriageOutcome if outcome in counted},
        "missed_abnormal_files": [item.picture.file for item in judged if _is_missed(item)],
        "bootstrap": {"resamples": resamples, "level": 0.95, "unit": "case"},
    }


def _is_missed(item: JudgedPicture) -> bool:
    return item.picture.label is Label.ABNORMAL and item.decision.outcome is TriageOutcome.SCREENED_NORMAL


def _table(judged: Sequence[JudgedPicture]) -> Outcomes:
    cases = {case: number for number, case in enumerate(sorted({item.picture.case_id for item in judged}))}
    return Outcomes(
        abnormal=np.array([item.picture.label is Label.ABNORMAL for item in judged]),
        voted=np.array([item.prediction.measures.label is Label.ABNORMAL for item in judged]),
        screened=np.array([item.decision.outcome is TriageOutcome.SCREENED_NORMAL for item in judged]),
        score=np.array([item.prediction.measures.mean_probability for item in judged]),
        calibrated=np.array([item.prediction.measures.calibrated_probability for item in judged]),
        case=np.array([cases[item.picture.case_id] for item in judged]),
    )


def _defined(value: float) -> float | None:
    return None if np.isnan(value) else value


def row(item: JudgedPicture) -> dict[str, Any]:
    """Return one line of the CSV: file, case_id, label, outcome, reasons, findings, then every measure."""
    measures = asdict(item.prediction.measures)
    measures["voted_label"] = str(measures.pop("label"))
    return {
        "file": item.picture.file,
        "case_id": item.picture.case_id,
        "label": item.picture.label.value,
        "outcome": item.decision.outcome.value,
        "reasons": "; ".join(item.decision.reasons),
        "findings": "; ".join(finding.text for finding in item.prediction.findings),
        **measures,
    }
