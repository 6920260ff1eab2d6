"""Painted chromosomes: their lengths, bands and shapes are those of the table and of the karyotype."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from models.simulation.chromosomes.courses import FINE, Course, draw_course
from models.simulation.chromosomes.finishing import Finish
from models.simulation.chromosomes.material import Patch
from models.simulation.chromosomes.painting import Paint
from models.simulation.chromosomes.stains import Stain, draw_stain
from models.simulation.karyotypes.bands import bandings, centromere, stretch
from models.simulation.karyotypes.segments import Chromosome, Segment, normal_chromosome

SHARP = Finish(blur=0.0, unequal=0.0, sharpening=0.0, halo=0.01)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def plain_stain(level: int = 550) -> Stain:
    """A crisp stain that draws all homologues alike and straight."""
    return replace(
        draw_stain(rng(1)),
        level=level,
        half_width=0.06,
        condensation=1.0,
        unlike=0.0,
        bend=0.0,
        gap=0.05,
        flare=0.0,
        pinch=0.4,
        bulge=0.0,
        wobble=0.0,
        base=0.3,
        contrast=0.6,
        blotch=0.0,
        reverse=False,
        grain=0.0,
        ragged=0.0,
        offset=0.0,
        finish=SHARP,
    )


def course(*segments: Segment, seed: int = 0, tall: float = 200) -> Course:
    return draw_course(rng(seed), segments, plain_stain(), tall)


def height(paint: Paint, chromosome: Chromosome) -> float:
    return float(np.mean([paint.draw(rng(seed), chromosome, 100).shape[0] for seed in range(8)]))


def profile(patch: Patch) -> NDArray[np.float64]:
    """The darkest half of the ink along a chromosome, at 60 places."""
    rows = np.sort(patch, axis=1)[:, -max(patch.shape[1] // 3, 1) :].mean(axis=1)
    return np.asarray(np.interp(np.linspace(0, 1, 60), np.linspace(0, 1, len(rows)), rows))


def test_lengths_follow_the_segments() -> None:
    paint = Paint(plain_stain())
    for name in ("2", "9", "18"):
        expected = 100 * bandings(550)[name].length
        assert height(paint, normal_chromosome(name)) == pytest.approx(expected, abs=5)
        assert height(paint, Chromosome(name, (Segment(name, 0.5, 1.0),))) == pytest.approx(expected / 2, abs=5)


def test_a_course_is_as_dark_as_its_bands() -> None:
    whole = course(Segment("4"))
    for band, is_dark in (("q35", False), ("q28", True), ("p16", False), ("q26", True)):
        start, end = stretch("4", band, 550)
        middle = whole.darkness[round((start + end) / 2 * len(whole.darkness))]
        assert (middle > 0.4) == is_dark, band


def test_an_inverted_segment_runs_backwards() -> None:
    there, back = course(Segment("2", 0.6, 0.9)), course(Segment("2", 0.6, 0.9, inverted=True))
    np.testing.assert_allclose(there.darkness, back.darkness[::-1], atol=1e-6)


def test_the_centromere_is_found_wherever_it_went() -> None:
    middle = centromere("5")
    assert course(Segment("5")).centromere == pytest.approx(middle, abs=0.01)
    assert course(Segment("5", 0.1, 1.0)).centromere == pytest.approx((middle - 0.1) / 0.9, abs=0.01)
    iso = course(Segment("17", centromere("17"), 1.0, inverted=True), Segment("17", centromere("17"), 1.0))
    assert iso.centromere == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("name", ["1", "9", "16", "Y", "13", "22"])
def test_what_differs_between_healthy_people_differs(name: str) -> None:
    lengths = [course(Segment(name), seed=seed).rows for seed in range(20)]
    assert np.std(lengths) / np.mean(lengths) > 0.01


def test_all_else_does_not_differ() -> None:
    assert len({course(Segment("4"), seed=seed).rows for seed in range(20)}) == 1


def test_a_cut_that_changes_nothing_shows_nothing() -> None:
    """A changed chromosome is painted as a normal one is: in pieces or whole, it is the same."""
    paint = Paint(plain_stain())
    pieces = Chromosome("2", (Segment("2", 0, 0.3), Segment("2", 0.3, 0.8), Segment("2", 0.8, 1)))
    one, two = (paint.draw(rng(5), chromosome, 90) for chromosome in (normal_chromosome("2"), pieces))
    assert abs(one.shape[0] - two.shape[0]) <= 1
    assert float(np.corrcoef(profile(one), profile(two))[0, 1]) > 0.85


def test_the_centromere_is_a_waist() -> None:
    patch = Paint(plain_stain()).draw(rng(), normal_chromosome("3"), 120)
    widths = (patch > 0.15).sum(axis=1)
    at = round(centromere("3") * len(widths))
    assert widths[at - 3 : at + 4].min() < 0.8 * np.median(widths)


def test_an_isochromosome_is_symmetric() -> None:
    arm = Segment("17", centromere("17"), 1.0)
    iso = Chromosome("17", (replace(arm, inverted=True), arm))
    patch = Paint(plain_stain()).draw(rng(3), iso, 120)
    assert float(np.corrcoef(profile(patch), profile(patch[::-1]))[0, 1]) > 0.9


def test_chromatids_part_where_the_stain_says() -> None:
    spread = Paint(replace(plain_stain(), gap=0.6)).draw(rng(), normal_chromosome("3"), 120)
    fused = Paint(replace(plain_stain(), gap=0.0)).draw(rng(), normal_chromosome("3"), 120)
    middle = [patch[20:-20, patch.shape[1] // 2].min() for patch in (spread, fused)]
    assert middle[0] < 0.1 < middle[1]


def test_a_ring_is_round_and_hollow() -> None:
    ring = Chromosome("2", (Segment("2", 0.1, 0.9),), ring=True)
    patch = Paint(plain_stain()).draw(rng(), ring, 120)
    _, regions = ndimage.label(np.pad(patch, 1) < 0.15)
    assert regions >= 2, "outside and hole"
    assert max(patch.shape) < 0.6 * 0.8 * 120


def test_homologues_differ_in_size_bend_and_ink() -> None:
    paint = Paint(replace(draw_stain(rng(2)), unlike=0.04))
    pairs = [[paint.draw(rng(seed + half), normal_chromosome("6"), 100) for half in (0, 100)] for seed in range(10)]
    assert any(one.shape[0] != two.shape[0] for one, two in pairs)
    assert any(one.shape[1] != two.shape[1] for one, two in pairs)


def test_same_generator_same_patch() -> None:
    paint = Paint(draw_stain(rng(4)))
    one, two = (paint.draw(rng(9), normal_chromosome("8"), 75) for _ in range(2))
    assert one.dtype == np.float32
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("seed", range(12))
def test_every_stain_draws_every_chromosome(seed: int) -> None:
    paint = Paint(draw_stain(rng(seed)))
    for name in bandings(550):
        patch = paint.draw(rng(seed), normal_chromosome(name), 75)
        assert 0 <= patch.min() <= patch.max() <= 1
        assert patch.max() > 0.15, "it is visible"
        assert all(edge.max() > 0 for edge in (patch[0], patch[-1], patch[:, 0], patch[:, -1])), "cut to its ink"


def test_large_chromosomes_are_enlarged() -> None:
    paint = Paint(plain_stain())
    small, large = (paint.draw(rng(1), normal_chromosome("2"), height) for height in (160, 640))
    assert large.shape == pytest.approx((4 * small.shape[0], 4 * small.shape[1]), rel=0.06)


def test_rows_of_a_course_count_its_values() -> None:
    whole = course(Segment("7"))
    assert whole.rows * FINE == len(whole.darkness) == len(whole.width) == len(whole.away)
