"""How colours look: contrast by WCAG 2.2, distances for every kind of colour vision, and the colours of the themes."""

from __future__ import annotations

import itertools
import tomllib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def mixed(colour: str, ground: str, opacity: float) -> str:
    """What is seen of a colour that lets some of its ground through."""
    pairs = [(int(colour[at : at + 2], 16), int(ground[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * over + (1 - opacity) * under):02x}" for over, under in pairs)


def nearest(colours: Sequence[str], vision: str) -> float:
    """The smallest distance of any two colours in Oklab; 0.02 is about the least that can be seen."""
    seen = [np.clip(VISION[vision] @ linear(colour), 0, None) for colour in colours]
    places = [TO_LAB @ np.cbrt(TO_CONES @ colour) for colour in seen]
    return min(float(np.linalg.norm(one - other)) for one, other in itertools.combinations(places, 2))


def theme(name: str) -> dict[str, Any]:
    """The colours of the light or the dark theme, by Streamlit's names."""
    settings = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    colours: dict[str, Any] = settings["theme"][name]
    return colours
