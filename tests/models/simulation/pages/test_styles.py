"""Styles of pages: complete layouts, families that are held out, and nothing written that gives the truth away."""

from __future__ import annotations

import numpy as np
import pytest

from models.chromosomes import AUTOSOMES, CHROMOSOMES
from models.simulation.pages.captions import CAPTION_FAMILIES
from models.simulation.pages.families import Families, Variety
from models.simulation.pages.layouts import FIXED_LAYOUT, ROW_FAMILIES, SEX_FAMILIES, Layout, RowFamily, draw_layout
from models.simulation.pages.scans import SCAN_FAMILIES
from models.simulation.pages.styles import PageStyle, draw_style


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("variety", list(Variety))
def test_layouts_give_every_chromosome_a_place(variety: Variety) -> None:
    for seed in range(300):
        layout = draw_layout(rng(seed), variety)
        assert {layout.stands_at(name) for name in CHROMOSOMES} <= set(layout.places)


def test_a_layout_without_a_chromosome_is_refused() -> None:
    with pytest.raises(ValueError, match="each of the 24 chromosomes once"):
        Layout(FIXED_LAYOUT.rows[:3])


def test_layouts_vary() -> None:
    drawn = {draw_layout(rng(seed), Variety.WIDE).rows for seed in range(300)}
    assert len(drawn) > 150


def autosome_rows(layout: Layout) -> list[list[str]]:
    rows = [[place for place in row if place in AUTOSOMES] for row in layout.rows]
    return [row for row in rows if row]


def test_rows_held_out_are_never_shown_in_training() -> None:
    held_out = [autosome_rows(draw_layout(rng(seed), Variety.HELD_OUT)) for seed in range(50)]
    shown = [autosome_rows(draw_layout(rng(seed), Variety.WIDE)) for seed in range(500)]
    assert not [rows for rows in held_out if rows in shown]


@pytest.mark.parametrize("families", [ROW_FAMILIES, SEX_FAMILIES, CAPTION_FAMILIES, SCAN_FAMILIES])
def test_families_are_drawn_only_where_they_belong(families: Families[RowFamily]) -> None:
    assert {families.draw(rng(seed), Variety.WIDE) for seed in range(400)} == set(families.training)
    assert {families.draw(rng(seed), Variety.HELD_OUT) for seed in range(40)} == set(families.held_out)


def test_a_family_cannot_be_both_shown_and_held_out() -> None:
    with pytest.raises(ValueError, match="share no family with training"):
        Families({RowFamily.CLASSIC: 1.0}, {RowFamily.CLASSIC: 1.0})
    with pytest.raises(ValueError, match="sum to 1"):
        Families({RowFamily.CLASSIC: 0.5}, {RowFamily.ANY: 1.0})


def test_a_fixed_page_is_always_the_same() -> None:
    assert draw_style(rng(1), Variety.FIXED) == draw_style(rng(2), Variety.FIXED) == PageStyle()
