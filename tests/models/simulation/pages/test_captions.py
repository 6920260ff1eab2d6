"""Captions stand beside chromosomes, not on them."""

from __future__ import annotations

import numpy as np
import pytest

from models.simulation.chromosomes.painting import Paint
from models.simulation.chromosomes.stains import draw_stain
from models.simulation.karyotypes.draws import draw_karyotype
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages.arrangements import Drawn, arrange, draw_one
from models.simulation.pages.captions import CaptionStyle, Digits, write_captions
from models.simulation.pages.layouts import FIXED_LAYOUT
from models.simulation.pages.pens import FONTS, Pen, text_width
from models.simulation.pages.plans import Plan
from models.simulation.pages.spacings import Spacing


@pytest.mark.parametrize("digits", [Digits.BELOW, Digits.ABOVE, Digits.BESIDE])
@pytest.mark.parametrize("pattern", ["{}", "({})", "- {} -"])
def test_no_name_is_written_over_a_chromosome(digits: Digits, pattern: str) -> None:
    rng = np.random.default_rng(5)
    style = CaptionStyle(digits=digits, pattern=pattern, size=0.05, font=FONTS[1]).fitting(FIXED_LAYOUT)
    plan = Plan(FIXED_LAYOUT, Spacing(gap=0.01, evenness=0.5), style.room, 600)
    drawn: dict[str, list[Drawn]] = {}
    material = Paint(draw_stain(rng))
    for chromosome in draw_karyotype(rng, Kind.NORMAL).chromosomes:
        one = draw_one(rng, chromosome, material, plan.longest, 0.0)
        drawn.setdefault(FIXED_LAYOUT.stands_at(chromosome.place), []).append(one)
    arranged = arrange(rng, plan, drawn)
    pen = Pen(*arranged.ink.shape)
    write_captions(pen, style, arranged.slots)
    written = np.asarray(pen.layer) > 0
    assert written.sum() > 200
    assert not (written & (arranged.owners > 0)).any()


def test_only_names_beside_places_are_made_smaller() -> None:
    large = CaptionStyle(digits=Digits.BELOW, size=0.055)
    assert large.fitting(FIXED_LAYOUT) == large
    beside = CaptionStyle(digits=Digits.BESIDE, size=0.055).fitting(FIXED_LAYOUT)
    assert beside.size < 0.055
    most = max(sum(place is not None for place in row) for row in FIXED_LAYOUT.rows)
    assert most * beside.room.beside == pytest.approx(0.35, abs=0.01)
    small = CaptionStyle(digits=Digits.BESIDE, size=0.012)
    assert small.fitting(FIXED_LAYOUT) == small


def test_broader_texts_are_measured_as_broader() -> None:
    widths = [text_width(text, FONTS[1], 0.03) for text in ("1", "22", "(22)", "- 22 -")]
    assert widths == sorted(widths)
    assert text_width("22", FONTS[1], 0.06) == pytest.approx(2 * widths[1])
