from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import pytest

from dashboard import symbols, words
from models.judging.triage import TriageOutcome

OUTCOMES = [*TriageOutcome, None]
SRGB_WEIGHTS = (0.2126, 0.7152, 0.0722)


def shapes(outcome: TriageOutcome | None) -> list[tuple[str, str]]:
    """The drawing without its colours: what somebody sees who sees no colours."""
    prefix, _, data = symbols.data_url(outcome).partition(",")
    assert prefix == "data:image/svg+xml;base64"
    root = ElementTree.parse(io.BytesIO(base64.b64decode(data))).getroot()
    return [(part.tag, str({key: value for key, value in part.attrib.items() if key != "fill"})) for part in root]


def luminance(colour: str) -> float:
    """The relative luminance of WCAG 2."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * value for weight, value in zip(SRGB_WEIGHTS, linear, strict=True))


def test_each_outcome_has_a_shape_of_its_own() -> None:
    assert len({str(shapes(outcome)) for outcome in OUTCOMES}) == len(OUTCOMES)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (TriageOutcome.FLAGGED_ABNORMAL, TriageOutcome.FLAGGED_UNCERTAIN),
        (TriageOutcome.FLAGGED_UNCERTAIN, TriageOutcome.SCREENED_NORMAL),
    ],
)
def test_neighbours_differ_in_lightness_too(one: TriageOutcome, other: TriageOutcome) -> None:
    bright, dark = sorted((luminance(symbols.COLOURS[one]), luminance(symbols.COLOURS[other])), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) > 1.8


def test_every_outcome_of_the_vocabulary_is_drawn() -> None:
    assert set(symbols.COLOURS) == {*words.OUTCOMES, None}
