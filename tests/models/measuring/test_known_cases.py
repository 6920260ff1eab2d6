"""Validation predictions beside a model: figures without names, of these very weights, and those that ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models.judging.triage import TriageOutcome
from models.measuring import known_cases
from models.measuring.known_cases import KnownCasesError
from models.measuring.metrics import PREVALENCE
from models.measuring.screening import effect, screened_share
from models.registry import Registry, default_registry
from tests.models.measuring.test_evaluation import evaluate
from tests.models.test_card import CARD

SHIPPED = default_registry().names()


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    weights = tmp_path / "weights"
    weights.write_bytes(b"never read here")
    found = Registry(tmp_path / "registry")
    found.save(CARD, weights)
    return found


def keep(registry: Registry, text: str) -> None:
    (registry.folder / CARD.name / known_cases.FILE).write_text(text, encoding="utf-8")


def test_what_is_written_is_read(registry: Registry) -> None:
    card, judged = registry.card(CARD.name), evaluate()
    keep(registry, known_cases.text(card, "real karyograms, all cases", judged))
    found = known_cases.read(registry, CARD.name)
    assert found is not None
    assert found.data == "real karyograms, all cases"
    # of P001 and its two normal cells one is kept, of P005 the abnormal and the normal one
    assert found.cohort.case.tolist() == [1, 2, 3, 4, 4]
    assert found.cohort.abnormal.tolist() == [False, False, True, True, False]
    kept = [judged[number] for number in (0, 2, 3, 4, 5)]
    screened = [item.decision.outcome is TriageOutcome.SCREENED_NORMAL for item in kept]
    assert found.cohort.screened(card.policy).tolist() == screened
    assert found.cohort.weight[found.cohort.abnormal].sum() == pytest.approx(PREVALENCE)
    assert found.cohort.weight.sum() == pytest.approx(1.0)


def test_no_file_and_no_case_is_named(registry: Registry) -> None:
    written = known_cases.text(registry.card(CARD.name), "real karyograms, all cases", evaluate())
    assert "P00" not in written
    assert ".png" not in written


def test_those_of_other_weights_do_not_count(registry: Registry) -> None:
    assert known_cases.read(registry, CARD.name) is None
    other = replace(registry.card(CARD.name), weights_sha256="00" * 32)
    keep(registry, known_cases.text(other, "real karyograms", evaluate()))
    assert known_cases.read(registry, CARD.name) is None


def test_a_damaged_table_is_told(registry: Registry) -> None:
    weights = registry.card(CARD.name).weights_sha256
    for lines in ("", "case,truth\n1,normal\n"):
        keep(registry, f"# real\n# weights {weights}\n{lines}")
        with pytest.raises(KnownCasesError, match="must have the columns"):
            known_cases.read(registry, CARD.name)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_models_that_ship_have_simulated_ones(name: str) -> None:
    registry = default_registry()
    found = known_cases.read(registry, name)
    assert found is not None
    assert found.data.startswith("simulated karyograms of validation cases")
    assert found.cohort.abnormal_cases >= 100
    card = registry.card(name)
    measured = card.metrics["simulated_wide"]
    low, high = effect(found.cohort, card.policy).missed_interval
    # other pictures than those of the card, of the same kind
    assert low <= 1 - measured["triage_sensitivity_interval"][0]
    assert high >= 1 - measured["triage_sensitivity_interval"][1]
    assert 0.3 < screened_share(found.cohort, card.policy) < 0.95
