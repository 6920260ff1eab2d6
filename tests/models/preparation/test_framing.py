"""Framing a page: what must not matter does not, what matters stays."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.preparation.framing import flatten, frame
from models.simulation.karyograms import painted, simulate

SIZE = 150


@pytest.fixture(scope="module")
def page() -> NDArray[np.uint8]:
    """A drawn page: dark bars on white with wide margins, (500, 800)."""
    canvas = np.full((500, 800), 250, np.uint8)
    for column in range(10):
        canvas[150 : 350 - 10 * column, 150 + 50 * column : 170 + 50 * column] = 60
    return canvas


def framed(page: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return frame(page, SIZE)[0]


def difference(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(float) - two.astype(float)).mean())


def test_picture_is_square_white_and_black(page: NDArray[np.uint8]) -> None:
    picture = framed(page)
    assert picture.shape == (SIZE, SIZE)
    assert picture.dtype == np.uint8
    assert picture[0, 0] == 255
    assert picture.min() < 40


def test_margins_do_not_matter(page: NDArray[np.uint8]) -> None:
    wide = np.pad(page, ((40, 200), (90, 10)), constant_values=250)
    assert difference(framed(page), framed(wide)) < 2


@pytest.mark.parametrize("light", [0.6, 0.8])
def test_exposure_does_not_matter(page: NDArray[np.uint8], light: float) -> None:
    dim = np.asarray(page * light, np.uint8)
    assert difference(framed(page), framed(dim)) < 2


def test_uneven_light_is_flattened(page: NDArray[np.uint8]) -> None:
    slope = np.linspace(0.7, 1.0, page.shape[1])[None, :]
    assert difference(framed(page), framed(np.asarray(page * slope, np.uint8))) < 4


def test_shape_is_never_squashed() -> None:
    canvas = np.full((300, 900), 255, np.uint8)
    canvas[100:200, 100:200] = 0
    canvas[100:200, 600:700] = 0
    dark = framed(canvas) < 128
    height, width = np.flatnonzero(dark.any(axis=1)).size, np.flatnonzero(dark[:, : SIZE // 2].any(axis=0)).size
    assert abs(height - width) <= 1


def test_framing_maps_the_page_to_the_picture(page: NDArray[np.uint8]) -> None:
    picture, framing = frame(page, SIZE)
    x, y = framing.place((160, 250))
    assert picture[round(y * SIZE), round(x * SIZE)] < 100


def test_large_pages_are_framed_in_their_own_pixels(page: NDArray[np.uint8]) -> None:
    large = np.asarray(Image.fromarray(page).resize((3200, 2000), Image.Resampling.BICUBIC))
    small_frame, large_frame = frame(page, SIZE)[1], frame(large, SIZE)[1]
    assert large_frame.side == pytest.approx(4 * small_frame.side, rel=0.02)
    assert difference(framed(page), framed(large)) < 4


def test_empty_page_stays_empty() -> None:
    assert (framed(np.full((200, 300), 200, np.uint8)) > 250).all()


def test_darkness_is_relative_to_the_ink() -> None:
    pale = simulate(np.random.default_rng(0), painted, 0.0).page.pixels
    darkness = flatten(pale)
    assert darkness.max() == pytest.approx(1.0)
    assert np.median(darkness) < 0.1
