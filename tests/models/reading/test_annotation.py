"""Boxes and names over a page."""

from __future__ import annotations

import numpy as np

from models.judging.triage import Finding
from models.reading.annotation import annotate
from models.reading.crops import find_objects
from models.reading.reader import JUNK
from tests.models.preparation.test_pieces import BARS, drawn
from tests.models.reading.telling import by_darkness


def test_boxes_stand_around_objects_and_findings_are_red() -> None:
    page = drawn()
    objects = find_objects(page, by_darkness)
    kinds = np.array([0, 0, 20, 20, JUNK])
    plain = np.asarray(annotate(page, objects, kinds, [])).astype(int)
    found = np.asarray(annotate(page, objects, kinds, [Finding("21", "+21", 0.9)])).astype(int)
    scale = plain.shape[1] / page.shape[1]
    assert max(plain.shape) >= 900
    blue = (plain[:, :, 2] - plain[:, :, 0]) > 100
    red = (found[:, :, 0] - found[:, :, 2]) > 100
    for number, (left, top, height) in enumerate(BARS):
        side = np.s_[round((top + 3) * scale) : round((top + height - 3) * scale)]
        edge = np.s_[round((left - 4) * scale) : round((left + 3) * scale)]
        assert blue[side, edge].any() == (number < 4)
        assert red[side, edge].any() == (number in (2, 3))
