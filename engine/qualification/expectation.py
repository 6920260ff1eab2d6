"""What a model must say of the samples, in a file: by the hash of its weights, so that it never fits another model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.wording import named, percent
from models.judging.triage import TriageOutcome

SHIPPED: Final = Path(__file__).parent / "expected.json"
TOLERANCE: Final = 0.05
"""By so much a calibrated probability may differ: one of the samples does by 0.043 from one processor to another."""


@dataclass(frozen=True)
class Seen:
    """The outcome and the calibrated probability of one sample, 0..1."""

    outcome: TriageOutcome
    probability: float

    def in_words(self) -> str:
        """Both, for the paper."""
        return f"{named(self.outcome)}, probability {percent(self.probability)}"


@dataclass(frozen=True)
class Expectation:
    """What one set of weights must say, by the name of the sample."""

    samples: Mapping[str, Seen] = field(default_factory=dict)
    tolerance: float = TOLERANCE

    def fits(self, asked: Seen, found: Seen) -> bool:
        """Whether a verdict is what was asked for."""
        return found.outcome is asked.outcome and abs(found.probability - asked.probability) <= self.tolerance


def read(file: Path, weights_sha256: str, passes: int) -> Expectation | None:
    """Return what is expected of these weights with so many passes; None where the file has nothing of them.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is damaged.
    """
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    found = known.get(_key(weights_sha256, passes))
    if found is None:
        return None
    return Expectation({name: Seen(TriageOutcome(said[0]), float(said[1])) for name, said in found.items()})


def write(file: Path, weights_sha256: str, passes: int, seen: Mapping[str, Seen]) -> None:
    """Write down what these weights said, beside what others did."""
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    said = {name: [one.outcome.value, round(one.probability, 4)] for name, one in sorted(seen.items())}
    known[_key(weights_sha256, passes)] = said
    file.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _key(weights_sha256: str, passes: int) -> str:
    return f"{weights_sha256} with {passes} passes"
