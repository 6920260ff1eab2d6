"""Rows of the record store turned into the dataclasses of the vocabulary, and a verdict turned into its row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC
from typing import Any, Final

import numpy as np
from sqlalchemy import RowMapping, Select, select

from engine.records.schema import cases, karyograms, verdicts
from engine.vocabulary import Batch, Case, FileProblem, Karyogram, Verdict
from models.judging import record
from models.judging.suggestion import Suggestion
from models.judging.triage import Finding, Policy, Reason
from models.judging.uncertainty import Measures

_PASS_TYPE: Final = np.dtype("<f8")  # little-endian on every machine; float64 keeps every value exactly
_CHUNK: Final = 500  # ids in one statement; SQLite allows some thousand variables at most
_MEASURES: Final = tuple(field.name for field in fields(Measures))
_KARYOGRAM_COLUMNS: Final = (
    *(karyograms.c[field.name] for field in fields(Karyogram) if field.name != "case_name"),
    cases.c.name.label("case_name"),
)


def in_chunks(ids: Collection[str]) -> Iterator[list[str]]:
    """Cut ids into as many as one statement may name."""
    listed = list(ids)
    return (listed[start : start + _CHUNK] for start in range(0, len(listed), _CHUNK))


def select_karyograms() -> Select[Any]:
    """Start a query for whole karyograms, their case's name included."""
    return select(*_KARYOGRAM_COLUMNS).join_from(karyograms, cases, karyograms.c.case_id == cases.c.id)


def select_verdicts() -> Select[Any]:
    """Start a query for many verdicts without what was read: that is several times as long as all the rest."""
    return select(*(column for column in verdicts.c if column is not verdicts.c.reading))


def to_batch(row: RowMapping) -> Batch:
    """Turn a row of ``batches`` into a batch."""
    return Batch(**{field.name: row[field.name] for field in fields(Batch)})


def to_case(row: RowMapping) -> Case:
    """Turn a row of ``cases`` into a case."""
    return Case(**{field.name: row[field.name] for field in fields(Case)})


def to_karyogram(row: RowMapping) -> Karyogram:
    """Turn a row of ``select_karyograms`` into a karyogram."""
    return Karyogram(**{field.name: row[field.name] for field in fields(Karyogram)})


def to_problem(row: RowMapping) -> FileProblem:
    """Turn a row of ``problems`` into a file problem."""
    return FileProblem(**{field.name: row[field.name] for field in fields(FileProblem)})


def to_verdict(row: RowMapping) -> Verdict:
    """Turn a row of ``verdicts``, or of ``select_verdicts``, into a verdict."""
    reading = row.get("reading")
    return Verdict(
        karyogram_id=row["karyogram_id"],
        model=row["model"],
        model_sha256=row["model_sha256"],
        image_sha256=row["image_sha256"],
        seed=row["seed"],
        precision=row["precision"],
        outcome=row["outcome"],
        reasons=tuple(Reason(word) for word in row["reasons"]),
        refusals=tuple(row["refusals"] or ()),
        findings=tuple(Finding(**finding) for finding in row["findings"]),
        suggestion=None if row["suggestion"] is None else Suggestion(**row["suggestion"]),
        measures=Measures(**{name: row[name] for name in _MEASURES}),
        policy=Policy(**row["policy"]),
        pass_probabilities=tuple(np.frombuffer(row["pass_probabilities"], _PASS_TYPE).tolist()),
        engine=row["engine"],
        seconds=row["seconds"],
        created_at=row["created_at"],
        reading=None if reading is None else record.from_json(reading),
        policy_version=row["policy_version"],
        distance=row["distance"],
    )


def from_verdict(verdict: Verdict) -> dict[str, Any]:
    """Turn a verdict into the values of its row."""
    return {
        "karyogram_id": verdict.karyogram_id,
        "model": verdict.model,
        "model_sha256": verdict.model_sha256,
        "image_sha256": verdict.image_sha256,
        "seed": verdict.seed,
        "precision": verdict.precision,
        "outcome": verdict.outcome,
        "reasons": [reason.value for reason in verdict.reasons],
        "refusals": list(verdict.refusals),
        "findings": [asdict(finding) for finding in verdict.findings],
        "suggestion": None if verdict.suggestion is None else asdict(verdict.suggestion),
        **{name: getattr(verdict.measures, name) for name in _MEASURES},
        "policy": asdict(verdict.policy),
        "pass_probabilities": np.asarray(verdict.pass_probabilities, _PASS_TYPE).tobytes(),
        "engine": verdict.engine,
        "seconds": verdict.seconds,
        "created_at": verdict.created_at,
        "reading": None if verdict.reading is None else record.to_json(verdict.reading),
        "policy_version": verdict.policy_version,
        "distance": verdict.distance,
    }


def digest(row: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the row of a verdict, without what was read, for the audit trail.

    What is empty is left out, so that a column which a later version adds does not change it; ``shadow`` is left out
    because it is added last.
    """
    values = {name: value for name, value in row.items() if value is not None and name not in ("reading", "shadow")}
    values["created_at"] = values["created_at"].astimezone(UTC)
    values["pass_probabilities"] = values["pass_probabilities"].hex()
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()
