"""The report as JSON: the whole of it, for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TextIO

from sqlalchemy.orm import Session

from engine.exports.batch_report.entries import Entry, entries
from engine.exports.batch_report.report import Report
from engine.reviews import Decision
from engine.vocabulary import Verdict
from engine.wording import RESEARCH_USE

VERSION: Final = 1
"""Of this format: it rises when a field changes its name or meaning."""


def write_json(session: Session, report: Report, stream: TextIO) -> int:
    """Write a report as one JSON object, its karyograms one a line; returns how many there are."""
    head = _text(_head(report)).removesuffix("}")
    stream.write(f'{head}, "karyograms": [')
    separator = "\n"
    for entry in entries(session, report, report.order):
        stream.write(separator + _text(_karyogram(entry)))
        separator = ",\n"
    stream.write("\n]}\n")
    return len(report.order)


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=datetime.isoformat)


def _head(report: Report) -> dict[str, Any]:
    return {
        "format": "karyotriage batch report",
        "version": VERSION,
        "research_use": RESEARCH_USE,
        "as_of": report.as_of,
        "batch": vars(report.batch),
        "models": list(map(vars, report.models)),
        "policies": list(map(vars, report.policies)),
        "refused_files": report.refused,
        "waiting": report.waiting,
        "by_outcome": report.by_outcome,
        "by_review": report.by_review,
        "signed": [
            {"call": call, "outcome": outcome, "karyograms": number} for (call, outcome), number in report.calls.items()
        ],
    }


def _karyogram(entry: Entry) -> dict[str, Any]:
    result = entry.result
    return {
        **vars(entry.karyogram),
        "outcome": entry.outcome,
        "verdict": None if entry.verdict is None else _verdict(entry.verdict),
        "decisions": list(map(_decision, entry.decisions)),
        "result": None if result is None else result.id,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    said = {name: value for name, value in vars(verdict).items() if name not in ("karyogram_id", "reading")}
    return said | {
        "findings": list(map(vars, verdict.findings)),
        "suggestion": None if verdict.suggestion is None else vars(verdict.suggestion),
        "measures": _finite(vars(verdict.measures)),
        "policy": vars(verdict.policy),
    }


def _finite(figures: Mapping[str, Any]) -> dict[str, Any]:
    """JSON knows no figure that is not a number."""
    wrong = {name for name, value in figures.items() if isinstance(value, float) and not math.isfinite(value)}
    return {name: None if name in wrong else value for name, value in figures.items()}


def _decision(decision: Decision) -> dict[str, Any]:
    return {**vars(decision), "opinion": asdict(decision.opinion)}
