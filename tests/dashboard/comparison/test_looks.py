"""The five looks stay apart for every kind of colour vision, on both backgrounds, and without any colour at all."""

from __future__ import annotations

import base64
from typing import Any, cast

import pandas as pd
import pytest

from dashboard.comparison import looks, reasons
from dashboard.comparison.looks import LOOKS
from tests.vision import VISION, contrast, nearest, theme

PALETTES = {"runs": [look.colour for look in LOOKS], "reasons": [colour for colour, _ in looks.REASONS]}
each_palette = pytest.mark.parametrize("palette", PALETTES)


@each_palette
@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_stay_apart(palette: str, vision: str) -> None:
    assert nearest(PALETTES[palette], vision) > 0.1  # 0.02 is about the least that can be seen


@each_palette
@pytest.mark.parametrize("name", ["light", "dark"])
def test_each_colour_stands_out_from_the_background(palette: str, name: str) -> None:
    background = theme(name)["backgroundColor"]
    assert min(contrast(colour, background) for colour in PALETTES[palette]) >= 3  # WCAG 2.2 asks for 3 in drawings


def test_each_reason_has_a_look_of_its_own() -> None:
    assert len(looks.REASONS) == len(reasons.NAMES) == len({dash for _, dash in looks.REASONS})
    assert not set(PALETTES["reasons"]) & set(PALETTES["runs"])


@pytest.mark.parametrize("sign", ["letter", "dash", "shape", "outline"])
def test_without_colours_each_sign_still_tells_the_runs_apart(sign: str) -> None:
    assert len({getattr(look, sign) for look in LOOKS}) == looks.PLACES


def described(frame: pd.DataFrame) -> dict[str, Any]:
    return cast("dict[str, Any]", looks.colours(frame).to_dict())


def test_a_run_keeps_its_look_whatever_is_drawn_beside_it() -> None:
    alone, together = pd.DataFrame({"letter": ["C"]}), pd.DataFrame({"letter": ["A", "C"]})
    scales = [described(frame)["scale"] for frame in (alone, together)]
    assert scales[0] == scales[1]
    assert described(alone)["legend"]["values"] == ["C"]


def test_the_symbol_in_the_table_has_the_colour_and_the_dash_of_the_lines() -> None:
    drawing = base64.b64decode(looks.symbol(1).partition(",")[2]).decode()
    assert LOOKS[1].colour in drawing
    assert 'stroke-dasharray="7 3"' in drawing
    assert LOOKS[1].outline in drawing
    assert looks.symbol(None) != looks.symbol(0)
