"""Both themes can be read by everybody: contrast as WCAG 2.2 asks for at level AA, outcomes apart in any vision."""

from __future__ import annotations

import ast

import pytest

from dashboard.drawing import symbols
from dashboard.drawing.charts import LINE_COLOUR, ON_DARK, ON_LIGHT
from dashboard.wording import words
from models.judging.triage import TriageOutcome
from tests.servers import REPOSITORY
from tests.vision import VISION, contrast, mixed, nearest, theme

BADGES = ("red", "orange", "gray", "violet", "blue")
IN_TEXT, IN_DRAWINGS = 4.5, 3.0
WHITE = "#ffffff"  # the signs inside the symbols


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize(
    "text", ["textColor", "linkColor", "codeTextColor", *(f"{badge}TextColor" for badge in BADGES)]
)
def test_text_can_be_read_on_the_page(name: str, ground: str, text: str) -> None:
    assert contrast(theme(name)[text], theme(name)[ground]) >= IN_TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("badge", BADGES)
def test_text_can_be_read_on_its_badge(name: str, badge: str) -> None:
    assert contrast(theme(name)[f"{badge}TextColor"], theme(name)[f"{badge}BackgroundColor"]) >= IN_TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
def test_warnings_can_be_read(name: str) -> None:
    """They stand on the yellow ground, and their text is orange: that in yellow belongs to the buttons."""
    assert words.on_warning("Look.").startswith(":orange[")
    assert contrast(theme(name)["orangeTextColor"], theme(name)["yellowBackgroundColor"]) >= IN_TEXT


def test_no_warning_is_written_in_the_colour_of_buttons() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path in sorted((REPOSITORY / "dashboard").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "st.warning"
        if not ast.unparse(node.args[0]).startswith("words.on_warning(")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", ["light", "dark"])
def test_buttons_can_be_read_and_seen(name: str) -> None:
    colours = theme(name)
    assert contrast(colours["primaryColor"], colours["yellowTextColor"]) >= IN_TEXT
    assert contrast(colours["primaryColor"], colours["backgroundColor"]) >= IN_DRAWINGS


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
@pytest.mark.parametrize("text", ["textColor", "codeTextColor"])
def test_captions_can_be_read(name: str, ground: str, text: str) -> None:
    """Streamlit writes them with six tenths of the colour."""
    colours = theme(name)
    assert contrast(mixed(colours[text], colours[ground], 0.6), colours[ground]) >= IN_TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_chosen_can_be_read(name: str) -> None:
    """Streamlit writes a chosen option in the primary colour, on a tenth of it."""
    colours = theme(name)
    primary, ground = colours["primaryColor"], colours["backgroundColor"]
    assert contrast(primary, mixed(primary, ground, 0.1)) >= IN_TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
def test_lines_and_outcomes_of_charts_stand_out(name: str) -> None:
    for colour in (*symbols.COLOURS.values(), LINE_COLOUR):
        assert contrast(colour, theme(name)["backgroundColor"]) >= IN_DRAWINGS
        assert contrast(colour, WHITE) >= IN_DRAWINGS


@pytest.mark.parametrize(("name", "text"), [("light", ON_LIGHT), ("dark", ON_DARK)])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_text_of_charts_can_be_read(name: str, text: str, ground: str) -> None:
    assert contrast(text, theme(name)[ground]) >= IN_TEXT


def test_no_chart_writes_in_the_colour_of_lines() -> None:
    wrong = [
        f"{path}:{node.lineno}"
        for path in sorted((REPOSITORY / "dashboard").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mark_text"
        if "LINE_COLOUR" in ast.unparse(node)
    ]
    assert wrong == []


@pytest.mark.parametrize("vision", VISION)
def test_outcomes_stay_apart_for_every_kind_of_colour_vision(vision: str) -> None:
    assert nearest([symbols.COLOURS[outcome] for outcome in TriageOutcome], vision) > 0.06
