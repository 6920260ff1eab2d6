"""What was read, on record: objects with boxes, pairs with profiles, and nothing that JSON cannot hold."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.chromosomes import CHROMOSOMES
from models.judging.record import Record, from_json, to_json
from models.reading.homologues import Homologues, pair_up
from models.reading.profiles import POINTS
from models.reading.reader import JUNK, OTHER, Reading
from models.reading.record import NetworkSays, to_record
from tests.models.reading.test_homologues import SHORT, looks, page
from tests.models.reading.test_profiles import drawn
from tests.models.reading.test_reader import standing, told

NETWORK = NetworkSays(abnormal=0.25, miscounted=0.75)


def compared() -> Reading:
    """A normal page on which a shorter homologue of 1 was seen, in two passes."""
    reading, kinds = told(standing({})), [0, 0, 1, 1]
    pairs = pair_up(page([drawn(), drawn(bands=SHORT), drawn(), drawn()]), np.array(kinds), looks(kinds))
    changed = np.array([[0.8, 0.0], [0.4, 0.5]], np.float32)
    boxes = np.arange(4.0 * len(reading.kinds)).reshape(-1, 4) + np.float64(0.26)
    return replace(reading, boxes=boxes, homologues=Homologues(pairs, changed))


def test_every_object_has_its_box_its_name_and_a_probability() -> None:
    reading = compared()
    kinds = reading.kinds.copy()
    kinds[0], kinds[1] = OTHER, JUNK
    record = to_record(replace(reading, kinds=kinds), NETWORK)
    assert [seen.name for seen in record.objects[:3]] == ["other", "junk", "2"]
    assert record.objects[2].box == (8.3, 9.3, 10.3, 11.3)
    assert record.objects[2].probability > 0.9
    assert record.objects[0].probability < 0.1  # it looks like the 1 that it was called before
    assert record.counts == dict(zip(CHROMOSOMES, [2] * 22 + [1, 1], strict=True))


def test_pairs_are_told_with_their_words_and_profiles() -> None:
    first, second = to_record(compared(), NETWORK).pairs
    assert (first.chromosome, first.objects, first.changed) == ("1", (0, 1), 0.6)
    assert first.words == "one homologue shorter by 40 %"
    assert (second.chromosome, second.objects, second.changed) == ("2", (2, 3), 0.25)
    assert [len(bands) for bands in first.bands] == [POINTS, POINTS]
    assert all(0.0 <= band <= 1.0 and band == round(band, 2) for bands in first.bands for band in bands)


def test_each_part_says_what_it_sees() -> None:
    evidence = to_record(compared(), NETWORK).evidence
    assert evidence.changed == pytest.approx((0.8 + 0.7) / 2)
    assert evidence.miscounted < 0.1
    assert evidence.abnormal == 0.25
    assert evidence.network_miscounted == 0.75


def test_without_homologues_nothing_is_said_of_structure() -> None:
    record = to_record(told(standing({"21": 3})), NETWORK)
    assert record.pairs == ()
    assert record.evidence.changed is None
    assert record.evidence.miscounted > 0.5
    assert record.counts["21"] == 3


def through_json(record: Record) -> Record:
    return from_json(json.loads(json.dumps(to_json(record), allow_nan=False)))


def test_a_record_survives_json() -> None:
    record = to_record(compared(), NETWORK)
    assert through_json(record) == record
    assert len(json.dumps(to_json(record))) < 20_000
