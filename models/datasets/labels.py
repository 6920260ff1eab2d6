"""Labelled karyograms in a folder: ``labels.csv`` and the pictures it names."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models import pictures
from models.card import Card
from models.datasets.splits import CaseSplit
from models.judging.uncertainty import Label
from models.simulation.karyotypes.iscn import parse_karyotype
from models.simulation.karyotypes.karyotype import Karyotype

LABELS_FILE = "labels.csv"
COLUMNS = ("file", "case_id", "label")

Page = NDArray[np.uint8]


class LabelsError(ValueError):
    """Labelled karyograms cannot be used: no labels, a column or a picture is missing, or nothing is left of them."""


@dataclass(frozen=True)
class LabelledPicture:
    """A karyogram whose truth is known.

    ``file`` is relative to its folder. ``karyotype`` is ``None`` where it is not known, or cannot be read.
    """

    file: str
    case_id: str
    label: Label
    karyotype: Karyotype | None = None


def read_labels(folder: Path) -> list[LabelledPicture]:
    """Read ``labels.csv``: columns ``file``, ``case_id``, ``label`` (normal or abnormal), and if wanted ``karyotype``.

    Raises:
        LabelsError: when it is missing, lacks a column, holds an unknown label, a file twice or no row at all,
            or names a picture that is not there.
    """
    path = folder / LABELS_FILE
    if not path.is_file():
        raise LabelsError(f"{folder} must be a folder with {LABELS_FILE}, found none")
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise LabelsError(f"{path} must have columns {', '.join(COLUMNS)}; missing: {', '.join(missing)}")
        labelled = [_labelled(row, f"{path}, line {reader.line_num}") for row in reader]
    _check_files(path, labelled)
    return labelled


def _labelled(row: dict[str, str | None], where: str) -> LabelledPicture:
    file, case_id, label = ((row[name] or "").strip() for name in COLUMNS)
    if not file or not case_id:
        raise LabelsError(f"{where}: file and case_id must not be empty")
    if label.lower() not in [member.value for member in Label]:
        raise LabelsError(f"{where}: label must be normal or abnormal, got {label!r}")
    return LabelledPicture(file, case_id, Label(label.lower()), _karyotype(row.get("karyotype") or ""))


def _karyotype(text: str) -> Karyotype | None:
    """Read ISCN as far as the simulation knows it; a laboratory writes more than that."""
    try:
        return parse_karyotype(text)
    except ValueError:
        return None


def _check_files(path: Path, labelled: list[LabelledPicture]) -> None:
    if not labelled:
        raise LabelsError(f"{path} must have at least one row, found none")
    twice = [name for name, count in Counter(item.file for item in labelled).items() if count > 1]
    if twice:
        raise LabelsError(f"{path} must name each file once, found twice: {_few(twice)}")
    absent = [item.file for item in labelled if not (path.parent / item.file).is_file()]
    if absent:
        raise LabelsError(f"{path} names pictures that are not there: {_few(absent)}")


def _few(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def validation_split(card: Card) -> CaseSplit:
    """Return the rule by which a model's validation cases were held out of its training.

    Raises:
        LabelsError: when the card has none, or one that cannot be.
    """
    rule = card.training.get("validation_rule")
    if not isinstance(rule, dict):
        raise LabelsError(f"the card of {card.name} must have a training.validation_rule, got {rule!r}")
    try:
        return CaseSplit(**rule)
    except TypeError as error:
        raise LabelsError(f"the validation cases of {card.name} cannot be told: {error}") from error


def case_digest(case_id: str) -> str:
    """Return what stands for a case on a card, which may leave the laboratory: 16 hex digits of its SHA-256."""
    return hashlib.sha256(case_id.encode()).hexdigest()[:16]


def learnt_cases(labelled: Sequence[LabelledPicture], card: Card) -> set[str]:
    """Return those of the cases that a model was adapted to, by the digests on its card."""
    learnt = set(card.training.get("learnt_cases", ()))
    return {item.case_id for item in labelled if case_digest(item.case_id) in learnt}


def validation_cases(labelled: Sequence[LabelledPicture], card: Card) -> list[LabelledPicture]:
    """Keep the pictures of the cases that the model was not trained on or adapted to, by what its card says.

    Raises:
        LabelsError: when the card has no rule for validation cases, it cannot be applied, or no picture is left.
    """
    split = validation_split(card)
    try:
        kept = [item for item in labelled if split.is_validation(item.case_id)]
    except ValueError as error:
        raise LabelsError(f"the validation cases of {card.name} cannot be told: {error}") from error
    learnt = learnt_cases(kept, card)
    kept = [item for item in kept if item.case_id not in learnt]
    if not kept:
        raise LabelsError(f"no case of {len(labelled)} pictures is a validation case of {card.name}")
    return kept


def load(folder: Path, labelled: Iterable[LabelledPicture]) -> Iterator[tuple[LabelledPicture, Page]]:
    """Decode labelled pictures one after the other.

    Raises:
        LabelsError: for a file that is not one readable picture; one of several pages is refused, because it has one
            label only.
    """
    for item in labelled:
        path = folder / item.file
        try:
            pages = pictures.pages(path.read_bytes())
        except pictures.PictureError as error:
            raise LabelsError(f"{path}: {error}") from error
        if len(pages) != 1:
            raise LabelsError(f"{path} must have one page, because it has one label, found {len(pages)}")
        yield item, pages[0]
