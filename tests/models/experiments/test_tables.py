from __future__ import annotations

from dataclasses import replace

import pytest

from models.experiments.record import read_all
from models.experiments.tables import TABLES, updated
from tests.conftest import REPOSITORY
from tests.models.experiments.records import made_up

MARKED = "before\n<!-- table-5-1: begin, written -->\nold\n<!-- table-5-1: end -->\nafter\n"


def test_a_table_stands_between_its_markers() -> None:
    by_case = made_up()
    published = replace(by_case, name="other", split="as published")
    text = updated(MARKED, [by_case, published])
    assert text.startswith(
        "before\n<!-- table-5-1: begin, written -->\n\n**Simulated edition, starting weights: source"
    )
    assert text.endswith("\n<!-- table-5-1: end -->\nafter\n")
    assert "old" not in text
    (row,) = [line for line in text.splitlines() if line.startswith("| processed data on VGG16")]
    assert "0.95, 0.98, 0.99" in row  # what the thesis printed
    assert row.count("0.67 (") == 4  # sensitivity and precision in both splits
    assert "0.00 (-" in row  # nothing is leaked
    assert updated(text, [by_case, published]) == text


def test_without_a_record_it_says_so() -> None:
    assert "No run has been done yet." in updated(MARKED, [])


def test_an_unknown_marker_is_an_error() -> None:
    with pytest.raises(ValueError, match="got 'table-9'"):
        updated(MARKED.replace("table-5-1", "table-9"), [])


def test_the_tables_of_the_document_are_those_of_the_records() -> None:
    """Nobody types a figure: after a run, ``python -m models experiment --tables``."""
    document = (REPOSITORY / "docs" / "experiments.md").read_text(encoding="utf-8")
    assert all(f"<!-- {name}: begin" in document for name in TABLES)
    assert updated(document, read_all()) == document


def test_the_table_by_the_calibrated_probability_has_specificity_and_triage_in_both_splits() -> None:
    by_case = made_up()
    marked = MARKED.replace("table-5-1", "calibrated")
    text = updated(marked, [by_case, replace(by_case, name="other", split="as published")])
    (row,) = [line for line in text.splitlines() if line.startswith("| processed data on VGG16")]
    assert row.count("0.67 (") == 4  # sensitivity, and specificity, in both splits
    assert row.count("1.00 (") == 2  # the missed one has 40 %: it is not screened
    alone = updated(marked, [by_case])
    assert "| processed data on VGG16 | - | - | - | 0.67 (" in alone
