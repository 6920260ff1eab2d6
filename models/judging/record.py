"""What was read of a page, as it is kept with a verdict: numbers and words that JSON can hold, no arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OTHER = "other"
"""What looks like a chromosome and fits nowhere."""

JUNK = "junk"
"""What is no chromosome."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class SeenObject:
    """One object: ``box`` is left, top, right and bottom, in pixels of the original picture.

    ``name``: which of ``CHROMOSOMES`` it most probably is, ``OTHER`` or ``JUNK``. ``probability``: how probably, 0..1.
    """

    box: Box
    name: str
    probability: float


@dataclass(frozen=True)
class ComparedPair:
    """The two homologues of a chromosome, compared.

    ``objects``: their numbers on the page, from 0. ``changed``: how probably one of the two is structurally changed,
    0..1, averaged over the passes. ``words``: how they differ. ``bands``: the banding profile of each, at even
    distances from end to end, 0 (white) to 1 (black).
    """

    chromosome: str
    objects: tuple[int, int]
    changed: float
    words: str
    bands: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Evidence:
    """What each part of a model says by itself, 0..1, averaged over the passes.

    ``miscounted``: the reader, that some chromosome is too many or missing. ``changed``: the reader, that some
    chromosome is structurally changed; ``None`` where no homologues were compared. ``abnormal``: the network that sees
    the whole picture. ``network_miscounted``: the same network, that some chromosome is too many or missing; ``None``
    on records from before it was kept.
    """

    miscounted: float
    changed: float | None
    abnormal: float
    network_miscounted: float | None = None


@dataclass(frozen=True)
class Record:
    """What was read of a page: its objects in reading order, the pairs compared, and what each part says.

    ``counts``: the likeliest number of each of ``CHROMOSOMES``; it may be more than there are objects of it, because
    two that touch are one object.
    """

    objects: tuple[SeenObject, ...]
    counts: dict[str, int]
    pairs: tuple[ComparedPair, ...]
    evidence: Evidence


def to_json(record: Record) -> dict[str, Any]:
    """Turn a record into what ``json`` can write."""
    return asdict(record)


def from_json(values: Mapping[str, Any]) -> Record:
    """Turn what ``json`` has read back into a record.

    Raises:
        KeyError, TypeError: it is none.
    """
    return Record(
        objects=tuple(_object(seen) for seen in values["objects"]),
        counts=dict(values["counts"]),
        pairs=tuple(_pair(pair) for pair in values["pairs"]),
        evidence=Evidence(**values["evidence"]),
    )


def _object(values: Mapping[str, Any]) -> SeenObject:
    left, top, right, bottom = values["box"]
    return SeenObject((left, top, right, bottom), values["name"], values["probability"])


def _pair(values: Mapping[str, Any]) -> ComparedPair:
    one, two = values["objects"]
    first, second = values["bands"]
    return ComparedPair(
        values["chromosome"], (one, two), values["changed"], values["words"], (tuple(first), tuple(second))
    )
