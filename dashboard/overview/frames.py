"""Tables for the charts of the overview: statistics become DataFrames here. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard.wording import words
from engine.figures.agreement import Agreement
from engine.figures.drift import Drift
from engine.figures.overview import BINS, Bar, Throughput
from engine.figures.quality import Reader, Table
from engine.figures.shares import Estimate
from engine.reviews import Call
from models.judging.triage import Reason

SENSITIVITY = "Sensitivity of triage"
NEGATIVE_VALUE = "Negative predictive value"


def reasons(found: Mapping[Reason, int]) -> pd.DataFrame:
    """Why karyograms were flagged, the most frequent reason first: ``reason`` and ``count``."""
    rows = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    named = [(words.REASONS_IN_SHORT[reason].capitalize(), number) for reason, number in rows]
    return pd.DataFrame(named, columns=["reason", "count"]).astype({"reason": "str", "count": "int64"})


def throughput(found: Throughput) -> pd.DataFrame:
    """What came and what was signed: ``moment``, ``received`` and ``signed``, one row a bin."""
    return pd.DataFrame({"moment": list(found.moments), "received": found.received, "signed": found.signed})


def agreement(found: Sequence[Agreement]) -> pd.DataFrame:
    """Figures with their intervals: ``moment``, ``figure``, ``value``, ``low``, ``high``, ``number`` and ``of``."""
    rows = [
        (part.moment, name, estimate.value, estimate.low, estimate.high, basis)
        for part in found
        for name, estimate, basis in _figures(part)
        if estimate is not None
    ]
    return pd.DataFrame(rows, columns=["moment", "figure", "value", "low", "high", "basis"])


def _figures(part: Agreement) -> list[tuple[str, Estimate | None, str]]:
    found = f"{part.found:,} abnormal ones flagged"
    sampled = f"{part.missed:,} missed in {part.sampled:,} of {part.screened:,} screened"
    return [
        (SENSITIVITY, part.sensitivity, f"{found}, {sampled}"),
        (NEGATIVE_VALUE, part.negative_predictive_value, sampled),
    ]


def drift(found: Drift) -> pd.DataFrame:
    """A signal over time: ``moment``, ``value``, ``number``, ``limit`` (empty without one) and ``state``."""
    rows = [
        (point.moment, point.value, point.number, point.limit, "above the alarm line" if point.alarms else "in order")
        for point in found.points
    ]
    frame = pd.DataFrame(rows, columns=["moment", "value", "number", "limit", "state"])
    return frame.astype({"value": "float64", "limit": "float64"})


def bars(found: Sequence[Bar]) -> pd.DataFrame:
    """Bins of a histogram by outcome, as ``charts.confidence_histogram`` draws them."""
    rows = [(words.OUTCOMES[bar.outcome].short, bar.bin / BINS, (bar.bin + 1) / BINS, bar.count) for bar in found]
    return pd.DataFrame(rows, columns=["outcome", "low", "high", "count"])


def calls(found: Table, named: Mapping[Call, str]) -> pd.DataFrame:
    """What two readers said: rows the first reader's call, columns the second's, in the order of ``named``."""
    cells = [[f"{found.get((one, other), 0):,}" for other in named] for one in named]
    rows, columns = ([f"{place}: {word.lower()}" for word in named.values()] for place in ("First", "Second"))
    return pd.DataFrame(cells, index=rows, columns=columns)


def readers(found: Sequence[Reader]) -> pd.DataFrame:
    """One row a reader: ``reader``, ``read``, ``found`` and ``alarms`` in words, ``overrides``."""
    rows = [
        (reader.name, reader.read, words.share(reader.found), words.share(reader.alarms), reader.overrides)
        for reader in found
    ]
    return pd.DataFrame(rows, columns=["reader", "read", "found", "alarms", "overrides"])
