"""What surrounds the chromosomes: captions, notes, scans and warps, and that the chromosomes stay what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.simulation.karyograms import painted, simulate
from models.simulation.karyotypes.karyotype import Kind
from models.simulation.pages import effects
from models.simulation.pages.arrangements import Slot, Standing
from models.simulation.pages.captions import CaptionStyle, Digits, Mark, write_captions
from models.simulation.pages.families import Variety
from models.simulation.pages.grounds import CutOuts, Ground, Halo, clip_out, glue, lay_ground
from models.simulation.pages.notes import NoteStyle, draw_note_style, write_notes
from models.simulation.pages.pens import Pen
from models.simulation.pages.warps import Warp, WarpStyle

HEIGHT, WIDTH = 200, 300
SLOT = Slot(100, 60, 160, 120, filled=110, empty=False, row=0)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def captioned(style: CaptionStyle, **slots: Slot) -> NDArray[np.uint8]:
    pen = Pen(HEIGHT, WIDTH)
    write_captions(pen, style, slots or {"7": SLOT})
    return np.asarray(pen.layer)


@pytest.mark.parametrize("mark", list(Mark))
@pytest.mark.parametrize("digits", list(Digits))
def test_captions_stand_around_their_place_and_not_in_it(digits: Digits, mark: Mark) -> None:
    layer = captioned(CaptionStyle(digits=digits, mark=mark))
    assert (layer > 0).any() == (digits is not Digits.NOWHERE or mark is not Mark.NONE)
    assert not layer[62:118, 112:158].any()


@pytest.mark.parametrize(("digits", "part"), [(Digits.BELOW, np.s_[120:]), (Digits.ABOVE, np.s_[:60])])
def test_digits_stand_where_they_are_said_to(digits: Digits, part: slice) -> None:
    layer = captioned(CaptionStyle(digits=digits))
    assert layer[part].sum() == layer.sum() > 0


def test_a_font_the_machine_has_not_is_replaced() -> None:
    assert np.array_equal(captioned(CaptionStyle(font="no-such-font.ttf")), captioned(CaptionStyle(font="")))


def test_empty_places_may_be_left_unmarked() -> None:
    empty = replace(SLOT, empty=True)
    assert captioned(CaptionStyle(), Y=empty).any()
    assert not captioned(CaptionStyle(empty=False), Y=empty).any()


def test_a_place_for_both_sexes_is_named_by_the_style_alone() -> None:
    one, two = (captioned(CaptionStyle(sex_label=label), XY=SLOT) for label in ("XX", "XY"))
    assert one.any() and two.any() and not np.array_equal(one, two)


def standing(changed: int | None = None) -> list[Standing]:
    boxes = [(left, 80.0, left + 20.0, 120.0) for left in (40.0, 140.0, 240.0)]
    return [Standing(str(index), index == changed, box) for index, box in enumerate(boxes)]


def noted(style: NoteStyle, chromosomes: list[Standing], seed: int = 0) -> NDArray[np.uint8]:
    pen = Pen(HEIGHT, WIDTH)
    write_notes(rng(seed), pen, style, chromosomes)
    return np.asarray(pen.layer)


def test_an_arrow_points_to_normal_chromosomes_too() -> None:
    for seed in range(10):
        assert noted(NoteStyle(arrows=1, aimed=True), standing(), seed).any()


def test_an_aimed_arrow_points_to_the_changed_chromosome() -> None:
    for seed in range(20):
        layer = noted(NoteStyle(arrows=1, aimed=True), standing(changed=1), seed)
        _, columns = np.nonzero(layer)
        assert 100 < columns.mean() < 200


def test_an_arrow_that_is_not_aimed_points_anywhere() -> None:
    centres = [np.nonzero(noted(NoteStyle(arrows=1), standing(1), seed))[1].mean() for seed in range(40)]
    assert np.mean([100 < centre < 200 for centre in centres]) < 0.7


def test_notes_know_nothing_of_the_karyotype() -> None:
    """They are drawn before it is looked at, so an abnormal page has as many as a normal one."""
    styles = [draw_note_style(rng(seed), Variety.WIDE) for seed in range(400)]
    assert 0.05 < np.mean([style.arrows > 0 for style in styles]) < 0.3
    texts = [style.head or style.foot for style in styles if style.head or style.foot]
    assert len(texts) > 50
    assert {"46,XX", "46,XY"} & set(texts)
    assert any("+" in text for text in texts)


@pytest.mark.parametrize("style", [WarpStyle(turn=2.0, stretch=0.93), WarpStyle(cut=(0.9, 0.1, 0.5, 0.0), beyond=0.05)])
def test_points_move_as_pixels_do(style: WarpStyle) -> None:
    page = np.full((HEIGHT, WIDTH), 255, np.uint8)
    page[118:123, 68:73] = 0  # around (70.5, 120.5)
    image = Image.fromarray(page)
    warp = Warp.fit(style, image.size, standing(), WIDTH)
    moved = 255.0 - np.asarray(warp.image(image, 1.0))
    rows, columns = np.indices(moved.shape) + 0.5
    found = (columns * moved).sum() / moved.sum(), (rows * moved).sum() / moved.sum()
    assert warp.point((70.5, 120.5)) == pytest.approx(found, abs=0.6)


def test_a_page_that_lies_straight_is_left_alone() -> None:
    image = Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint8))
    warp = Warp.fit(WarpStyle(), image.size, standing(), WIDTH)
    assert warp.image(image, 1.0) is image
    assert warp.boxes(standing()) == tuple(standing())


def test_cutting_never_cuts_a_chromosome() -> None:
    warp = Warp.fit(WarpStyle(turn=1.0, cut=(1.0, 1.0, 1.0, 1.0)), (WIDTH, HEIGHT), standing(), WIDTH)
    edges = np.array([one.box for one in warp.boxes(standing())])
    assert edges.min() > -1e-6
    assert edges[:, 2].max() < warp.size[0] + 1e-6 and edges[:, 3].max() < warp.size[1] + 1


def test_paper_is_as_bright_as_it_is_said_to_be() -> None:
    even = lay_ground(rng(), Ground(paper=0.8), (HEIGHT, WIDTH))
    assert np.ptp(even) == 0 and even[0, 0] == pytest.approx(0.8)
    sloped = lay_ground(rng(), Ground(paper=0.8, slope=0.3, vignette=0.2, blotches=0.05), (HEIGHT, WIDTH))
    assert sloped.max() <= 0.8 + 1e-6 and 0.1 < np.ptp(sloped) < 0.6


@pytest.mark.parametrize("corners", [4, 11])
def test_pieces_of_photograph_lie_under_every_chromosome(corners: int) -> None:
    light = lay_ground(rng(), Ground(paper=1.0), (HEIGHT, WIDTH))
    glued = glue(rng(), light, CutOuts(0.7, 0.0, 0.01, 0.0, corners), standing())
    for one in standing():
        left, top, right, bottom = (int(edge) for edge in one.box)
        assert glued[top + 4 : bottom - 4, left + 4 : right - 4] == pytest.approx(0.7)
    assert glued[:40] == pytest.approx(1.0)


def test_a_halo_stands_around_the_ink() -> None:
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    ink[80:120, 140:160] = 255
    light = clip_out(np.full((HEIGHT, WIDTH), 0.7, np.float32), Halo(1.0, 0.01), ink)
    assert light[100, 150] == light[100, 161] == pytest.approx(1.0)
    assert light[100, 180] == pytest.approx(0.7)


def test_effects_keep_the_size_of_a_picture() -> None:
    grey = Image.fromarray(np.uint8(40 + 150 * (np.indices((HEIGHT, WIDTH)).sum(axis=0) % 30 < 15)))
    changed = (
        effects.soften(grey, 0.002),
        effects.sharpen(grey, 100),
        effects.add_noise(rng(), grey, 0.02),
        effects.lose_resolution(grey, 2.0),
        effects.compress(grey, 30),
        effects.halftone(rng(), grey, 0.015),
        effects.photograph_screen(rng(), grey, 0.01),
        effects.strew(rng(), grey.copy(), 5, 1),
    )
    assert all(image.size == grey.size and image.mode == "L" for image in changed)
    assert all(np.any(np.asarray(image) != np.asarray(grey)) for image in changed)


def test_noise_has_the_deviation_asked_for() -> None:
    noisy = effects.add_noise(rng(), Image.new("L", (500, 500), 128), 0.05)
    assert np.std(np.asarray(noisy) / 255) == pytest.approx(0.05, rel=0.02)
    assert np.mean(np.asarray(noisy)) == pytest.approx(128, abs=0.5)


@pytest.mark.parametrize("levels", [2, 5])
def test_few_levels_are_few(levels: int) -> None:
    grey = Image.fromarray(np.tile(np.arange(256, dtype=np.uint8), (HEIGHT, 1)))
    for dithered in (False, True):
        posterised = np.asarray(effects.posterise(rng(), grey, levels, dithered=dithered))
        assert len(np.unique(posterised)) == levels
        assert (np.diff(posterised.mean(axis=0)) != 0).mean() > 0.5 * dithered, "dithering keeps tones between"


@pytest.mark.parametrize("variety", list(Variety))
def test_chromosomes_can_be_seen_in_every_style(variety: Variety) -> None:
    for seed in range(12):
        page = simulate(rng(seed), painted, 0.0, Kind.NORMAL, 300, variety=variety).page
        boxes = [tuple(round(edge) for edge in one.box) for one in page.standing]
        inside = [page.pixels[top:bottom, left:right] for left, top, right, bottom in boxes]
        contrast = [np.percentile(pixels, 95) - np.percentile(pixels, 10) for pixels in inside]
        assert len(contrast) == 46
        assert np.mean(np.array(contrast) > 20) > 0.9, f"seed {seed}: something dark on something light in each box"


@pytest.mark.parametrize("variety", [Variety.FIXED, Variety.WIDE, Variety.HELD_OUT, Variety.MOSAIC])
def test_ink_has_the_owner_that_stands_there(variety: Variety) -> None:
    for seed in range(3):
        page = simulate(rng(seed), painted, 0.0, Kind.NORMAL, width=600, variety=variety).page
        assert page.owners.shape == page.pixels.shape
        assert set(np.unique(page.owners)) == set(range(len(page.standing) + 1))
        for number, standing in enumerate(page.standing, 1):
            rows, columns = np.nonzero(page.owners == number)
            left, top, right, bottom = standing.box
            assert left - 2 <= columns.min()
            assert columns.max() <= right + 2
            assert top - 2 <= rows.min()
            assert rows.max() <= bottom + 2
            assert len(rows) > 0.25 * (right - left) * (bottom - top) * 0.5
