"""The model card: everything that must be known to use a set of weights, and to trust them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from models.judging.calibration import Calibration
from models.judging.findings import FindingLimits
from models.judging.gate import GateLimits
from models.judging.oversights import Oversights
from models.judging.triage import Policy
from models.judging.uncertainty import Label

LABELS = (Label.NORMAL.value, Label.ABNORMAL.value)


class CardError(ValueError):
    """A card is not valid JSON, lacks a field, has one too many, or holds a value that cannot be."""


@dataclass(frozen=True)
class Card:
    """What is known about one model; stored as ``card.json`` beside its weights.

    ``architecture`` and ``input_size`` (pixels) rebuild the network, ``preprocessing`` names how pages are prepared,
    ``labels`` are the meanings of probability 0 and 1. ``seed`` draws the sub-networks, ``passes`` is how many of them
    judge by default. ``oversights`` tells how often the reader has one chromosome too few or too many, and
    ``network_weight`` what the count of the network weighs beside that of the reader, see
    ``models.judging.pool``. ``training`` tells where the training data come from; its ``validation_rule`` says which
    cases were held out: ``{"modulus": 3, "remainder": 2}``, see ``models.datasets.splits``. ``metrics`` hold figures
    with their intervals. ``reader_sha256`` is that of the weights of the reader, if the model judges with it.
    ``commit`` and ``created`` (ISO 8601, UTC) say which code made the weights, and when.
    """

    name: str
    architecture: str
    input_size: int
    preprocessing: str
    seed: int
    passes: int = 100
    labels: tuple[str, ...] = LABELS
    policy: Policy = field(default_factory=Policy)
    oversights: Oversights = field(default_factory=Oversights)
    network_weight: float = 1.0
    calibration: Calibration = field(default_factory=Calibration)
    findings: FindingLimits = field(default_factory=FindingLimits)
    gate: GateLimits = field(default_factory=GateLimits)
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    weights_sha256: str = ""
    familiarity_sha256: str = ""
    reader_sha256: str = ""
    commit: str = ""
    created: str = ""

    def __post_init__(self) -> None:
        """Refuse values that no prediction could be made with."""
        if tuple(self.labels) != LABELS:
            raise ValueError(f"labels must be {LABELS}, got {self.labels!r}")
        if self.seed < 0:
            raise ValueError(f"seed must not be negative, got {self.seed!r}")
        if not self.network_weight >= 0:
            raise ValueError(f"network_weight must be at least 0, got {self.network_weight!r}")
        if not 1 <= self.passes <= 1000:
            raise ValueError(f"passes must lie between 1 and 1000, got {self.passes!r}")


_PARTS: Mapping[str, Callable[..., Any]] = {
    "policy": Policy,
    "oversights": Oversights,
    "calibration": Calibration,
    "findings": FindingLimits,
    "gate": GateLimits,
}


def card_to_json(card: Card) -> str:
    """Write a card as indented JSON, in the order of its fields."""
    return json.dumps(asdict(card), indent=2, allow_nan=False) + "\n"


def card_from_json(text: str) -> Card:
    """Read a card.

    Raises:
        CardError: when the text is no JSON object, a field is missing, unknown, or cannot be.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise CardError(f"expected JSON, got {error}") from error
    if not isinstance(values, dict):
        raise CardError(f"expected a JSON object, got {type(values).__name__}")
    missing = [item.name for item in fields(Card) if item.name not in values]
    if missing:
        raise CardError(f"fields are missing: {', '.join(missing)}")
    try:
        parts = {name: build(**values[name]) for name, build in _PARTS.items()}
        return Card(**{**values, **parts, "labels": tuple(values["labels"])})
    except (TypeError, ValueError) as error:
        raise CardError(str(error)) from error
