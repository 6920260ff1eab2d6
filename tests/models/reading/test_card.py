"""The card of the reader: everything comes back, and what is wrong is named."""

from __future__ import annotations

import json

import numpy as np
import pytest

from models.reading.card import ReaderCard, ReaderCardError, reader_card_from_json, reader_card_to_json
from models.reading.evidence import Measures

MEASURES = Measures(np.linspace(0.45, 0.1, 24), np.linspace(85, 20, 24), np.array([0.0]), np.array([0.8, 0.2]), 0.01)
CARD = ReaderCard(seed=3, measures=MEASURES, passes=20, training={"data": "simulated"}, weights_sha256="ab" * 32)


def test_a_card_comes_back_as_it_was_written() -> None:
    again = reader_card_from_json(reader_card_to_json(CARD))
    assert vars(again) | {"measures": None} == vars(CARD) | {"measures": None}
    for name, value in vars(MEASURES).items():
        np.testing.assert_array_equal(getattr(again.measures, name), value)


def test_a_field_that_is_missing_is_named() -> None:
    values = json.loads(reader_card_to_json(CARD))
    del values["seed"], values["metrics"]
    with pytest.raises(ReaderCardError, match="fields are missing: seed, metrics"):
        reader_card_from_json(json.dumps(values))


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("seed", -1, "seed must not be negative, got -1"),
        ("passes", 0, "passes must lie between 1 and 1000, got 0"),
        ("measures", {"areas": [1.0]}, "row_same"),
        ("more", 1, "more"),
    ],
)
def test_a_value_that_cannot_be_is_refused(field: str, value: object, fault: str) -> None:
    values = json.loads(reader_card_to_json(CARD)) | {field: value}
    with pytest.raises(ReaderCardError, match=fault):
        reader_card_from_json(json.dumps(values))


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_what_is_no_card_is_refused(text: str) -> None:
    with pytest.raises(ReaderCardError, match="expected"):
        reader_card_from_json(text)
