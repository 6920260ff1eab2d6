"""The five looks stay apart for every kind of colour vision, on both backgrounds, and without any colour at all."""

from __future__ import annotations

import base64
import itertools
import tomllib
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from dashboard.comparison import looks
from dashboard.comparison.looks import LOOKS
from tests.servers import REPOSITORY

Matrix = NDArray[np.float64]

# Machado, Oliveira and Fernandes 2009, at full strength, on linear RGB
VISION: dict[str, Matrix] = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# Ottosson 2020: from linear RGB to Oklab, where equal distances look alike
TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883, 0.2817, 0.6300]]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259, 0.7828, -0.8087],
    ]
)


def linear(colour: str) -> Matrix:
    channels = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    dark, bright = sorted(float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("vision", VISION)
def test_any_two_colours_stay_apart(vision: str) -> None:
    seen = [np.clip(VISION[vision] @ linear(look.colour), 0, None) for look in LOOKS]
    places = [TO_LAB @ np.cbrt(TO_CONES @ colour) for colour in seen]
    nearest = min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(places, 2))
    assert nearest > 0.1  # 0.02 is about the least that can be seen


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_colour_stands_out_from_the_background(theme: str) -> None:
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    background = settings["theme"][theme]["backgroundColor"]
    assert min(contrast(look.colour, background) for look in LOOKS) >= 3  # WCAG 2.2 asks for 3 in drawings


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
