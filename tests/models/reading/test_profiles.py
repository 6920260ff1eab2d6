"""Profiles: a bent chromosome has the bands of a straight one, and what has no shape has no profile."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.reading.profiles import HALF_WIDTH, POINTS, profile

HEIGHT, WIDTH = 96, 72
BANDS = np.repeat([0.9, 0.3, 0.8, 0.2, 0.9, 0.4], 10)  # 60 rows


def drawn(bend: float = 0.0, bands: NDArray[np.float64] = BANDS, width: int = 11) -> NDArray[np.uint8]:
    """A chromosome whose axis is a circle of so many radians, (height, width) of uint8."""
    length = len(bands)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(float)
    if bend:
        radius = length / abs(bend)
        dx, dy = columns - (WIDTH / 2 - radius), rows - HEIGHT / 2
        away, along = np.hypot(dx, dy) - radius, np.arctan2(dy, dx) * radius + length / 2
    else:
        away, along = columns - WIDTH / 2, rows - HEIGHT / 2 + length / 2
    ink = np.where((np.abs(away) <= width / 2) & (along >= 0) & (along < length), 1.0, 0.0)
    ink *= bands[np.clip(along.astype(int), 0, length - 1)]
    crop: NDArray[np.uint8] = np.rint(255 * (1 - ink)).astype(np.uint8)
    return crop[:, ::-1] if bend < 0 else crop


def test_a_straight_chromosome_has_its_bands_its_width_and_its_length() -> None:
    found = profile(drawn()[None])
    assert found.bands.shape == found.widths.shape == (1, POINTS)
    expected = np.interp(np.linspace(0, 59, POINTS), np.arange(60), BANDS)
    assert np.corrcoef(found.bands[0], expected)[0, 1] > 0.95
    assert np.median(found.widths) == pytest.approx(11, abs=1)
    assert found.lengths[0] == pytest.approx(59, abs=1)
    assert found.masses[0] == pytest.approx((BANDS * 11).sum(), rel=0.1)


@pytest.mark.parametrize("bend", [0.3, 0.5, -0.5])
def test_a_bent_one_has_the_profile_of_a_straight_one(bend: float) -> None:
    straight, bent = (profile(drawn(angle)[None]) for angle in (0.0, bend))
    assert np.corrcoef(straight.bands[0], bent.bands[0])[0, 1] > 0.9
    assert bent.lengths[0] == pytest.approx(straight.lengths[0], rel=0.06)


def test_each_crop_is_measured_by_itself() -> None:
    crops = np.stack([drawn(), drawn(bands=BANDS[:30]), drawn(0.8)])
    together = profile(crops)
    for index, crop in enumerate(crops):
        np.testing.assert_allclose(profile(crop[None]).bands[0], together.bands[index], atol=1e-9)
    assert together.lengths[1] == pytest.approx(29, abs=1)


def test_what_has_no_shape_has_no_profile() -> None:
    speck = np.full((HEIGHT, WIDTH), 255, np.uint8)
    speck[50:52, 30:32] = 0
    found = profile(np.stack([np.full((HEIGHT, WIDTH), 255, np.uint8), speck]))
    assert not found.bands.any()
    assert not found.lengths.any()
    assert profile(np.zeros((0, HEIGHT, WIDTH), np.uint8)).bands.shape == (0, POINTS)
    assert HALF_WIDTH > 8
