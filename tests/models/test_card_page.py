"""The page of a card says what the card says, and the page that ships is that of its card."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.card_page import card_page, number, with_interval
from models.judging.calibration import Calibration
from models.judging.oversights import Oversights
from models.measuring.report import report
from models.registry import PAGE_FILE, default_registry
from tests.models.measuring.test_breakdown import many
from tests.models.test_card import CARD

FIGURES = {"data": "simulated karyograms of nobody", **report(many(), fitted=0.5, resamples=20)}
MEASURED = replace(CARD, metrics={"simulated_held_out": FIGURES})


def test_the_page_tells_what_the_model_is_for_and_what_not() -> None:
    page = card_page(MEASURED)
    assert page.startswith(f"# {CARD.name}\n\n**For research use only.**")
    assert "**Not for:** releasing or closing a case without a person" in page
    assert "Measure it on labelled karyograms of your own laboratory" in page


def test_every_figure_stands_with_its_interval_and_its_data() -> None:
    page = card_page(MEASURED)
    assert (
        "## Figures: simulated held out\n\nMeasured on simulated karyograms of nobody: 150 karyograms of 150 cases"
        in page
    )
    low, high = FIGURES["auc_interval"]
    assert f"| area under the ROC curve | {FIGURES['auc']:.3f} ({low:.3f} to {high:.3f}) |" in page
    assert f"| abnormal among the screened (number) | {FIGURES['missed_abnormal']} (" in page


def test_what_is_at_chance_is_called_so() -> None:
    page = card_page(MEASURED)
    (summary,) = [line for line in page.splitlines() if line.startswith("**At chance**")]
    assert summary.endswith("): pericentric, translocation.")
    (line,) = [line for line in page.splitlines() if line.startswith("| pericentric |")]
    assert "at chance" in line
    assert "| 25 to 50 % | 30 |" in page


def test_limits_and_calibration_are_told() -> None:
    page = card_page(MEASURED)
    assert "| the passes agree on normal | at least 90% |" in page
    assert "| `min_pieces` | 20 |" in page
    assert "sigmoid(1.500 x log odds of the pass +0.000 x log odds of a wrong number of chromosomes -0.250)" in page
    assert "the second left out." in page
    assert "counted by the reader" not in page
    missed = Oversights(missed=(0.001,) * 20 + (0.013,) + (0.002,) * 3)
    both = replace(MEASURED, reader_sha256="0" * 64, oversights=missed, network_weight=0.77)
    both = replace(both, calibration=Calibration(change_slope=0.5))
    assert "to overlook one of each on 1.3% of the pages at most (21)" in card_page(both)
    assert "and by the network with a weight of 0.77" in card_page(both)
    assert "sigmoid(0.500 x log odds of a changed structure +0.000)" in card_page(both)
    assert "It holds where 50% of the karyograms are abnormal" in page
    assert page.count("were abnormal") == 1


def test_a_card_without_figures_says_so() -> None:
    page = card_page(replace(CARD, metrics={}, training={}))
    assert "Not measured." in page
    assert "| training data | not said |" in page


@pytest.mark.parametrize(
    ("value", "interval", "words"),
    [
        (0.5, (0.25, 1.0), "0.500 (0.250 to 1.000)"),
        (3, (0.0, 4.5), "3 (0.000 to 4.500)"),
        (None, (None, None), "not defined"),
        (0.5, (None, None), "0.500 (not defined to not defined)"),
    ],
)
def test_figures_are_written_with_three_digits(
    value: float | None, interval: tuple[float | None, float | None], words: str
) -> None:
    assert with_interval(value, interval) == words
    assert number(value) == words.split(" (")[0]


@pytest.mark.parametrize("name", default_registry().names())
def test_the_page_that_ships_is_that_of_its_card(name: str) -> None:
    registry = default_registry()
    assert (registry.folder / name / PAGE_FILE).read_text(encoding="utf-8") == card_page(registry.card(name))
