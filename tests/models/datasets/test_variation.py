"""Variation: pictures change, what stands on them stays on them and is known where, and a seed gives the same again."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from models.datasets.grids import grids
from models.datasets.variation import vary
from models.networks.lattices import Lattice
from models.preparation.framing import frame
from models.simulation.karyograms import painted, simulate

SIZE = 160
NUMBER = 24


def dots(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """White pictures with one dark dot each, all over their content, and where it stands."""
    pixels = np.random.default_rng(seed).integers(6, SIZE - 6, (NUMBER, 2))
    pictures = np.full((NUMBER, SIZE, SIZE), 255, np.uint8)
    for picture, (x, y) in zip(pictures, pixels, strict=True):
        picture[y - 2 : y + 3, x - 2 : x + 3] = 0
    return pictures, ((pixels + 0.5) / SIZE).astype(np.float32)[:, None]


def seen(pictures: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Where the dot of each picture is seen, x and y in its sides."""
    darkness = np.where(pictures < 128, 255.0 - pictures, 0.0)
    return np.array([(np.array(ndimage.center_of_mass(one))[::-1] + 0.5) / SIZE for one in darkness])


def test_a_dot_stays_where_it_is_said_to_be() -> None:
    pictures, places = dots(0)
    shown, moved = vary(pictures, places, np.random.default_rng(1))
    assert np.abs(seen(shown) - moved[:, 0]).max() < 0.75 / SIZE
    assert np.abs(moved - places).max() > 5 / SIZE


def test_a_dot_stays_under_its_target() -> None:
    pictures, places = dots(2)
    shown, moved = vary(pictures, places, np.random.default_rng(3))
    lattice = Lattice.even(8)
    channels = np.zeros((NUMBER, 1), np.int8)
    asked = grids(moved, channels, lattice, 1)[..., 0]
    under = grids(seen(shown).astype(np.float32)[:, None], channels, lattice, 1)[..., 0]
    np.testing.assert_allclose(asked, under, atol=0.1)
    assert not np.allclose(asked, grids(places, channels, lattice, 1)[..., 0], atol=0.1)


def test_nothing_leaves_a_framed_picture() -> None:
    edges = np.array([[0.02, 0.02], [0.98, 0.98]], np.float32)
    places = np.repeat(edges[None], 500, axis=0)
    _, moved = vary(np.zeros((500, 4, 4), np.uint8), places, np.random.default_rng(0))
    assert moved.min() > -0.005
    assert moved.max() < 1.005


def test_the_same_seed_gives_the_same_pictures() -> None:
    pictures, places = dots(0)
    one, same, other = (vary(pictures, places, np.random.default_rng([1, step])) for step in (4, 4, 5))
    np.testing.assert_array_equal(one[0], same[0])
    np.testing.assert_array_equal(one[1], same[1])
    assert not np.array_equal(one[0], other[0])
    assert not np.array_equal(one[1], other[1])


def test_a_page_is_scanned_anew_and_the_original_kept() -> None:
    page = simulate(np.random.default_rng(0), painted, 0.0).page.pixels
    picture = frame(page, SIZE)[0]
    pictures = np.repeat(picture[None], NUMBER, axis=0)
    shown, _ = vary(pictures, np.zeros((NUMBER, 1, 2), np.float32), np.random.default_rng(0))
    assert (shown.shape, shown.dtype) == (pictures.shape, pictures.dtype)
    np.testing.assert_array_equal(pictures, np.repeat(picture[None], NUMBER, axis=0))
    ink, paper = 255.0 - shown.mean(axis=(1, 2)), shown[:, 1, 1].astype(float)
    assert ink.std() > 0.05 * ink.mean()  # another contrast, another scale
    assert 0 < np.abs(paper - 255).mean() < 10  # noise on white
    assert ink.mean() == pytest.approx(255.0 - float(picture.mean()), rel=0.25)
