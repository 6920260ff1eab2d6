"""No page reads a whole table: how SQLite answers every question that a page asks a large store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from tests import large, records
from tests.dashboard.conftest import Dashboard
from tests.statements import plan, watched

GROWING = {"audit", "batches", "cases", "decisions", "findings", "images", "karyograms", "problems", "verdicts"}
VIEWS = {
    "upload": {},
    "batches": {},
    "reading": {},
    "overview": {"period": "12 months"},
    "policy": {"model": "inceptionv3"},
    "models": {},
    "quality": {"period": "12 months"},
    "audit": {"text": "Tove"},
    "system": {},
}


@pytest.fixture
def asked() -> Iterator[list[tuple[str, Any]]]:
    """The statements that any engine is asked meanwhile, with their parameters."""
    with watched(Engine) as seen:
        yield seen


def read_whole(engine: Engine, statement: str, parameters: Any) -> list[str]:
    """The tables that grow with the work and that a statement reads from end to end, without any index."""
    steps = [line.split() for line in plan(engine, statement, parameters).splitlines()]
    return [step[1] for step in steps if step[0] == "SCAN" and step[1] in GROWING and "USING" not in step]


@pytest.mark.slow
def test_no_page_reads_a_whole_table(dashboard: Dashboard, asked: list[tuple[str, Any]]) -> None:
    large.fill(dashboard.engine, 3000, 100, seed=3, now=records.NOW)  # a small table is rightly read without its index
    shown = records.karyograms(dashboard.engine)[0]
    addresses = [*VIEWS.items(), ("karyogram", {"karyogram": shown.id}), ("batches", {"batch": shown.batch_id})]
    assert read_whole(dashboard.engine, "SELECT width FROM karyograms", ()) == ["karyograms"]  # it would be seen
    wrong = []
    for view, parameters in addresses:
        asked.clear()
        dashboard.open(view, person="sara", **parameters)
        questions = [each for each in asked if each[0].lstrip().startswith(("SELECT", "WITH"))]
        assert len(questions) > 4, view
        wrong += [(view, table, each[0]) for each in questions for table in read_whole(dashboard.engine, *each)]
    assert wrong == []
