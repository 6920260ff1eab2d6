"""Profiles: which abnormal karyotypes occur how often, read from tables.

A table has a row for each change: its ``kind``; ``sex``, the sex chromosomes it needs, or nothing for either; the
``changes`` in ISCN with spaces between, or nothing for changes drawn freely of that kind; its ``share`` of all abnormal
karyotypes, 0..1. Lines from ``#`` say where the shares come from.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

import numpy as np

from models.simulation.karyotypes.iscn import parse_operation
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.karyotypes.operations import Operation

PROFILES = ("training", "constitutional", "leukaemia")


@dataclass(frozen=True)
class Entry:
    """One row of a profile."""

    kind: Kind
    sex: str
    operations: tuple[Operation, ...]
    share: float


@dataclass(frozen=True)
class Profile:
    """The abnormal karyotypes that occur in one kind of specimen, and where their shares come from."""

    name: str
    source: str
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        """Check the shares."""
        total = sum(entry.share for entry in self.entries)
        if abs(total - 1) > 1e-9 or any(entry.share <= 0 for entry in self.entries):
            raise ValueError(f"shares of profile {self.name} must be above 0 and sum to 1, got a sum of {total}")

    @property
    def shares(self) -> Mapping[Kind, float]:
        """The share of each kind."""
        shares: dict[Kind, float] = {}
        for entry in self.entries:
            shares[entry.kind] = shares.get(entry.kind, 0.0) + entry.share
        return MappingProxyType(shares)

    def draw(self, rng: np.random.Generator) -> Entry:
        """Draw an entry, each as likely as its share."""
        shares = np.array([entry.share for entry in self.entries])
        return self.entries[int(rng.choice(len(shares), p=shares / shares.sum()))]


@cache
def read_profile(name: str) -> Profile:
    """Read a profile.

    Args:
        name: one of ``PROFILES``.

    Raises:
        ValueError: there is no such profile, or its table is not as it must be.
    """
    if name not in PROFILES:
        raise ValueError(f"profile must be one of {', '.join(PROFILES)}, got {name!r}")
    file = resources.files("models.simulation.karyotypes").joinpath(f"tables/profile_{name}.csv")
    text = file.read_text(encoding="utf-8")
    comments = [line.removeprefix("#").strip() for line in text.splitlines() if line.startswith("#")]
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return Profile(name, " ".join(comments), tuple(_entry(row) for row in rows))


def _entry(row: dict[str, str]) -> Entry:
    operations = tuple(parse_operation(text) for text in row["changes"].split())
    return Entry(Kind(row["kind"]), row["sex"], operations, float(row["share"]))
