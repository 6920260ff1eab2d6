"""Is a signed file of the audit trail what it says? Its hash, its signature, and the chain from entry to entry."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from engine.exports import seal
from engine.exports.trail import ENTRIES, HASH, PUBLIC_KEY, SIGNATURE
from engine.records import audit
from engine.records.audit import Entry


@dataclass
class Proof:
    """What was found: whose key it is, what the file says of itself, how many entries it has, and what is wrong."""

    fingerprint: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    entries: int = 0
    faults: list[str] = field(default_factory=list)


def examine(file: Path | BinaryIO) -> Proof:
    """Look at a file; whatever is wrong with it, also that it is none of ours, is a fault.

    Raises:
        OSError: it cannot be read.
    """
    proof = Proof()
    try:
        with zipfile.ZipFile(file) as archive:
            _examine(archive, proof)
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, NotImplementedError) as error:
        proof.faults.append(f"it cannot be read as a signed audit trail: {type(error).__name__}: {error}")
    return proof


def _examine(archive: zipfile.ZipFile, proof: Proof) -> None:
    public, hashed = archive.read(PUBLIC_KEY), archive.read(HASH)
    proof.fingerprint = seal.fingerprint(public)
    if not seal.holds(public, archive.read(SIGNATURE), hashed):
        proof.faults.append("the signature is not of this hash by this key")
    with archive.open(ENTRIES) as stream:
        reading = _Reading(stream)
        proof.told = reading.head()
        whole = not proof.told["search"] and not proof.told["left_out"]
        for found in audit.breaks(reading.entries(), whole=whole):
            proof.faults.append(f"audit entry {found.sequence}: {found.problem}")
        proof.entries = reading.count
    if hashed != f"{reading.sha256.hexdigest()}  {ENTRIES}\n".encode():
        proof.faults.append("the entries are not those that were signed")


class _Reading:
    """The lines of a file, one by one, which are hashed and counted on their way."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.sha256, self.count = stream, hashlib.sha256(), 0

    def head(self) -> dict[str, Any]:
        """The first line."""
        told: dict[str, Any] = self._parse(self._stream.readline())
        return {name: told[name] for name in ("exported_at", "by", "search", "left_out")}

    def entries(self) -> Iterator[Entry]:
        """All lines behind it."""
        for line in self._stream:
            told = self._parse(line)
            self.count += 1
            yield Entry(**{**told, "at": datetime.fromisoformat(told["at"])})

    def _parse(self, line: bytes) -> Any:
        self.sha256.update(line)
        return json.loads(line)
