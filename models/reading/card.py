"""The card of the reader: everything that must be known to use its weights, and to trust them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import numpy as np

from models.judging.findings import FindingLimits
from models.reading.evidence import Measures


class ReaderCardError(ValueError):
    """The card of the reader is not valid JSON, lacks a field, has one too many, or holds a value that cannot be."""


@dataclass(frozen=True)
class ReaderCard:
    """What is known about the reader; stored as ``reader.json`` beside its weights.

    ``seed`` draws the sub-networks, ``passes`` is how many of them tell what each object is, and read by default.
    ``measures``: what it knows of sizes and gaps. ``findings``: from which probability on something is told; a model
    that judges with the reader has limits of its own. ``training`` tells where the training data come from; its
    ``validation_rule`` says which cases were held out. ``metrics`` hold figures. ``commit`` and ``created`` (ISO 8601,
    UTC) say which code made the weights, and when.
    """

    seed: int
    measures: Measures
    passes: int = 100
    findings: FindingLimits = field(default_factory=FindingLimits)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    weights_sha256: str = ""
    commit: str = ""
    created: str = ""

    def __post_init__(self) -> None:
        """Refuse values that no page could be read with."""
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed!r}")
        if not 1 <= self.passes <= 1000:
            raise ValueError(f"passes must lie between 1 and 1000, got {self.passes!r}")


def reader_card_to_json(card: ReaderCard) -> str:
    """Write a card as indented JSON, in the order of its fields."""
    measures = {name: np.asarray(value).tolist() for name, value in vars(card.measures).items()}
    return json.dumps({**asdict(card), "measures": measures}, indent=2, allow_nan=False) + "\n"


def reader_card_from_json(text: str) -> ReaderCard:
    """Read a card.

    Raises:
        ReaderCardError: when the text is no JSON object, a field is missing, unknown, or cannot be.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ReaderCardError(f"expected JSON, got {error}") from error
    if not isinstance(values, dict):
        raise ReaderCardError(f"expected a JSON object, got {type(values).__name__}")
    missing = [item.name for item in fields(ReaderCard) if item.name not in values]
    if missing:
        raise ReaderCardError(f"fields are missing: {', '.join(missing)}")
    try:
        parts = {"measures": _measures(values["measures"]), "findings": FindingLimits(**values["findings"])}
        return ReaderCard(**{**values, **parts})
    except (KeyError, TypeError, ValueError) as error:
        raise ReaderCardError(str(error)) from error


def _measures(values: dict[str, Any]) -> Measures:
    arrays: dict[str, Any] = {name: np.array(value, float) for name, value in values.items()}
    numbers = {name: float(values[name]) for name in ("row_same", "area_spread")}
    return Measures(**{**arrays, **numbers})
