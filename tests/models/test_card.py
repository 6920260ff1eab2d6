"""A card survives the way to JSON and back, and damaged ones are refused by name of the fault."""

from __future__ import annotations

import json

import pytest

from models.card import Card, CardError, card_from_json, card_to_json
from models.judging.calibration import Calibration
from models.judging.findings import FindingLimits
from models.judging.gate import GateLimits
from models.judging.triage import Policy

CARD = Card(
    name="vgg16",
    architecture="vgg16",
    input_size=150,
    preprocessing="flatten-crop-square-1",
    seed=7,
    passes=50,
    policy=Policy(min_pass_agreement=0.9),
    calibration=Calibration(1.5, -0.25),
    findings=FindingLimits(copies=0.7),
    gate=GateLimits(min_pieces=20),
    training={"data": "simulated", "validation_rule": {"modulus": 3, "remainder": 2}},
    metrics={},
    weights_sha256="ab" * 32,
    commit="c0ffee",
    created="2025-01-01T00:00:00+00:00",
)


def test_a_card_survives_json() -> None:
    assert card_from_json(card_to_json(CARD)) == CARD


def changed(**values: object) -> str:
    return json.dumps({**json.loads(card_to_json(CARD)), **values})


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "expected JSON"),
        ("[]", "expected a JSON object, got list"),
        ('{"name": "vgg16"}', "fields are missing: architecture, input_size"),
        (changed(colour="red"), "colour"),
        (changed(labels=["abnormal", "normal"]), "labels must be"),
        (changed(policy={"min_pass_agreement": 2.0}), "min_pass_agreement must lie between 0 and 1"),
        (changed(gate={"min_peaces": 3}), "min_peaces"),
        (changed(passes=0), "passes must lie between 1 and 1000, got 0"),
        (changed(seed=-1), "seed must not be negative"),
    ],
)
def test_a_damaged_card_is_refused(text: str, fault: str) -> None:
    with pytest.raises(CardError, match=fault):
        card_from_json(text)
