"""The record of a run: what was done, how training went, and what is predicted for each picture of the test set.

One run is one JSON file, ``records/<experiment>/<name>.json``; docs/experiments.md describes the format. No figure is
stored: ``models.experiments.figures`` derives them all from the predictions.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from models.experiments.validation import RecordError, build, expect

FORMAT = 1
RECORDS = Path(__file__).parent / "records"
DIGITS = 5
"""Floats of predictions and curves are rounded to so many digits behind the point."""

ExperimentName = Literal["table-5-1", "confidence", "search", "backbones", "ensemble"]
Start = Literal["source task", "imagenet", "none"]
TrainedPart = Literal["head", "one block", "two blocks", "all"]
Data = Literal["original", "processed"]
Edition = Literal["simulated", "real"]
Split = Literal["as published", "by case"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_PROBABILITIES = ("probability", "mean", "agreement", "calibrated")
_LEAST = {"size": 1, "batch_size": 1, "epochs": 1, "passes": 1, "members": 1, "seed": 0, "number": 0, "seconds": 0}


@dataclass(frozen=True)
class Printed:
    """What the thesis printed for the same row of table 5.1, 0..1 each."""

    accuracy: float
    precision: float
    recall: float
    auc: float


@dataclass(frozen=True)
class Configuration:
    """What was trained, and how.

    ``network``: the backbone. ``start``: its weights before training. ``trained``: what of it learns. ``data``: the
    original pictures, or those processed by ``augmentation`` (options by name; empty for original data). ``size``: side
    of the pictures as the network sees them, in pixels. ``passes``: T, of MC-Dropout. ``members``: heads of an
    ensemble, 1 for none.
    """

    network: str
    start: Start
    trained: TrainedPart
    data: Data
    size: int
    learning_rate: float
    batch_size: int
    epochs: int
    passes: int
    augmentation: dict[str, Any]
    members: int


@dataclass(frozen=True)
class Counts:
    """How many pictures of each class."""

    normal: int
    abnormal: int

    @property
    def total(self) -> int:
        """Pictures of both classes."""
        return self.normal + self.abnormal


@dataclass(frozen=True)
class Sizes:
    """The three sides of the split."""

    training: Counts
    validation: Counts
    test: Counts


@dataclass(frozen=True)
class Epoch:
    """Figures of the training and, ``val_...``, the validation side after one epoch, counted from 1."""

    epoch: int
    loss: float
    auc: float
    precision: float
    recall: float
    val_loss: float
    val_auc: float
    val_precision: float
    val_recall: float


@dataclass(frozen=True)
class Predictions:
    """The test set, column by column, all of one length.

    ``file`` names a picture, ``case_id`` its case. ``abnormal`` is the truth, 0 or 1. ``probability`` of abnormal is
    that of one pass without dropout, ``mean`` the mean over T passes with it. ``agreement``: share of the passes that
    vote for the label of the mean, abnormal from one half on; most may vote for the other one, and from both columns
    ``models.experiments.figures`` derives the votes. ``entropy`` of the mean and ``mutual_information`` of the passes
    are in nats. ``calibrated``: the mean of the passes after Platt scaling on the validation side.
    """

    file: tuple[str, ...]
    case_id: tuple[str, ...]
    abnormal: tuple[int, ...]
    probability: tuple[float, ...]
    mean: tuple[float, ...]
    agreement: tuple[float, ...]
    entropy: tuple[float, ...]
    mutual_information: tuple[float, ...]
    calibrated: tuple[float, ...]


@dataclass(frozen=True)
class Trial:
    """One trial of a search for hyper-parameters; a failed one has an ``error`` and no figures."""

    number: int
    state: Literal["complete", "failed"]
    learning_rate: float
    batch_size: int
    val_loss: float | None
    val_accuracy: float | None
    error: str | None


@dataclass(frozen=True)
class ByPasses:
    """What the first ``passes`` passes say of the test set, in the order of the predictions; see ``Predictions``."""

    passes: int
    mean: tuple[float, ...]
    agreement: tuple[float, ...]
    entropy: tuple[float, ...]
    mutual_information: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """One run.

    ``title``: in the thesis' words. ``printed``: what the thesis printed, if this is a row of its table. ``commit`` of
    the code, ``created`` in UTC (ISO 8601), ``seconds`` the run took, on which ``device`` and in which ``precision``.
    ``trials`` are there for "search" and ``by_passes`` for "confidence" alone. ``fingerprint``: SHA-256 of all that
    decides the run, the code apart; a run with the same one need not be done again.
    """

    format: int
    name: str
    experiment: ExperimentName
    title: str
    printed: Printed | None
    configuration: Configuration
    edition: Edition
    split: Split
    seed: int
    commit: str
    created: str
    seconds: float
    device: str
    precision: str
    sizes: Sizes
    curves: tuple[Epoch, ...]
    predictions: Predictions
    trials: tuple[Trial, ...] = ()
    by_passes: tuple[ByPasses, ...] = ()
    fingerprint: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            RecordError: it says which field, what was expected and what was found.
        """
        expect(self.format == FORMAT, "format", str(FORMAT), self.format)
        expect(_NAME.fullmatch(self.name) is not None, "name", "lower-case letters, digits, '.', '_', '-'", self.name)
        expect(_is_utc(self.created), "created", "a time in UTC, ISO 8601", self.created)
        expect(not self.trials or self.experiment == "search", "trials", "none outside of search", len(self.trials))
        of_confidence = not self.by_passes or self.experiment == "confidence"
        expect(of_confidence, "by_passes", "none outside of confidence", len(self.by_passes))
        _check_predictions(self.predictions, self.sizes.test)
        for part in self.by_passes:
            lengths = [len(part.mean), len(part.agreement), len(part.entropy), len(part.mutual_information)]
            expect(set(lengths) == {self.sizes.test.total}, "by_passes", "as many values as test pictures", lengths)


def path_of(record: Record, folder: Path = RECORDS) -> Path:
    """Return where a record is kept."""
    return folder / record.experiment / f"{record.name}.json"


def write(record: Record, folder: Path = RECORDS) -> Path:
    """Write a record, whole or not at all, in place of an earlier one of its name; return the file."""
    file = path_of(record, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    arriving = file.with_name(f"{file.name}.part")
    arriving.write_text(to_json(record), encoding="utf-8")
    arriving.replace(file)
    return file


def read(file: Path) -> Record:
    """Read one record.

    Raises:
        RecordError: when it is no valid record, or lies in a file or folder of another name.
    """
    try:
        record = from_json(file.read_text(encoding="utf-8"))
        expect(record.name == file.stem, "name", f"that of the file, {file.stem!r}", record.name)
        expect(record.experiment == file.parent.name, "experiment", f"{file.parent.name!r}", record.experiment)
    except (RecordError, UnicodeDecodeError) as error:
        raise RecordError(f"{file}: {error}") from error
    return record


def read_all(folder: Path = RECORDS) -> list[Record]:
    """Read all records of a folder, by experiment and name; none where it does not exist."""
    return [read(file) for file in sorted(folder.glob("*/*.json"))]


def to_json(record: Record) -> str:
    """Write a record as JSON, one line for each column and each epoch, so that changes can be read."""
    lines = [f" {json.dumps(name)}: {_lines(value)}" for name, value in asdict(record).items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def from_json(text: str) -> Record:
    """Read a record from JSON.

    Raises:
        RecordError: when it is not valid.
    """
    try:
        values = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise RecordError(f"expected JSON, got {error}") from error
    return build(Record, values, _LEAST)


def _lines(value: Any) -> str:
    """Write a part of a record: lists of objects and objects of lists line by line, everything else in one."""
    if isinstance(value, dict) and any(isinstance(item, list | tuple) for item in value.values()):
        return "{\n" + ",\n".join(f"  {json.dumps(name)}: {_dump(item)}" for name, item in value.items()) + "\n }"
    if isinstance(value, list | tuple) and value:
        return "[\n" + ",\n".join(f"  {_dump(item)}" for item in value) + "\n ]"
    return _dump(value)


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _no_number(constant: str) -> float:
    raise RecordError(f"expected finite numbers, got {constant}")


def _check_predictions(said: Predictions, test: Counts) -> None:
    lengths = {item.name: len(getattr(said, item.name)) for item in fields(said)}
    expect(set(lengths.values()) == {test.total}, "predictions", f"{test.total} values in each column", lengths)
    expect(test.total > 0, "sizes.test", "at least one picture", test)
    expect(len(set(said.file)) == test.total, "predictions.file", "each picture once", "one twice")
    expect(set(said.abnormal) <= {0, 1}, "predictions.abnormal", "0 and 1", sorted(set(said.abnormal)))
    expect(sum(said.abnormal) == test.abnormal, "predictions.abnormal", f"{test.abnormal} of 1", sum(said.abnormal))
    for name in _PROBABILITIES:
        wrong = [value for value in getattr(said, name) if not 0.0 <= value <= 1.0]
        expect(not wrong, f"predictions.{name}", "values from 0 to 1", wrong[:1])
    for name in ("entropy", "mutual_information"):
        # rounding may lift the largest entropy above the logarithm of 2
        wrong = [value for value in getattr(said, name) if not 0.0 <= value <= math.log(2.0) + 10.0**-DIGITS]
        expect(not wrong, f"predictions.{name}", "nats from 0 to ln 2", wrong[:1])


def _is_utc(text: str) -> bool:
    try:
        offset = datetime.fromisoformat(text).utcoffset()
    except ValueError:
        return False
    return offset is not None and not offset
