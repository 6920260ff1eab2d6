from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import pytest

from dashboard.drawing import symbols
from dashboard.wording import words
from models.judging.triage import TriageOutcome
from tests.vision import contrast

OUTCOMES = [*TriageOutcome, None]


def shapes(outcome: TriageOutcome | None) -> list[tuple[str, str]]:
    """The drawing without its colours: what somebody sees who sees no colours."""
    prefix, _, data = symbols.data_url(outcome).partition(",")
    assert prefix == "data:image/svg+xml;base64"
    root = ElementTree.parse(io.BytesIO(base64.b64decode(data))).getroot()
    return [(part.tag, str({key: value for key, value in part.attrib.items() if key != "fill"})) for part in root]


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
    assert contrast(symbols.COLOURS[one], symbols.COLOURS[other]) > 1.8


def test_every_outcome_of_the_vocabulary_is_drawn() -> None:
    assert set(symbols.COLOURS) == {*words.OUTCOMES, None}
